import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { dataDir } from '../support/data.ts'
import { hear } from '../support/archive-folder.ts'

interface Expected {
  readonly rows: number
  readonly offers: number
  readonly problems: Readonly<Record<string, number>>
}

// Rows per folder as its README counts them. tvm-ci reports 18 builds for two commits; iree-ci has jobs cancelled in
// the queue, and reruns queued after their start.
const RECORDINGS: Readonly<Record<string, Expected>> = {
  'e2e-gcp-4.8': { rows: 502, offers: 1_004, problems: {} },
  'ocp-nightly-prow': { rows: 591 + 1_451 + 1_332, offers: 3_905, problems: {} },
  'autoware-ci': { rows: 582, offers: 1_164, problems: {} },
  'bitcoin-ci': {
    rows: 10_201 + 71_465,
    offers: 30_553,
    problems: { 'start-after-end': 50, 'untimed-step': 71_465 },
  },
  'iree-workflows': { rows: 1_420 + 14_778, offers: 33_796, problems: { 'queue-after-start': 20 } },
  'travis-dlcibuild': { rows: 54_798, offers: 54_798, problems: {} },
  'vllm-buildkite': { rows: 15_608, offers: 46_824, problems: {} },
  'zephyr-tests': { rows: 667 + 42_472, offers: 43_139, problems: {} },
  'linkerd-ci': { rows: 5_534, offers: 11_068, problems: {} },
  'bitcoin-builds': { rows: 558 + 10_135, offers: 21_944, problems: {} },
  'lrts-jenkins': { rows: 8_769 + 18_221, offers: 17_538, problems: { 'untimed-step': 18_221 } },
  'iree-ci': {
    rows: 18_231,
    offers: 52_798,
    problems: { 'queue-after-start': 442, 'start-after-end': 53 },
  },
  'tvm-ci': { rows: 32_389, offers: 92_955, problems: { 'contradictory-run': 18 } },
}

describe('recorded CI', () => {
  const root = dataDir('.')
  it.skipIf(root === null)('is all named here', () => {
    const withRuns = readdirSync(root ?? '').filter((name) =>
      ['runs.csv', 'runs.csv.gz'].some((file) => existsSync(join(root ?? '', name, file))),
    )
    expect(Object.keys(RECORDINGS).sort()).toEqual(withRuns.sort())
  })

  for (const [name, expected] of Object.entries(RECORDINGS)) {
    const folder = dataDir(name)
    it.skipIf(folder === null)(`${name} is read whole`, async () => {
      const { offers, summary } = await hear([folder ?? ''])
      const rows = summary.files.reduce((sum, file) => sum + file.rows, 0)
      const problems = Object.assign({}, ...summary.files.map((file) => file.problems)) as object
      expect({ rows, offers: offers.length, problems }).toEqual(expected)
      expect(summary.files.map(({ refused }) => refused)).toEqual(summary.files.map(() => 0))
    })
  }
})
