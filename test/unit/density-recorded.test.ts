import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fitCompat } from '../../processors/stopping/density/compat.ts'
import { fitDensity } from '../../processors/stopping/density/fit.ts'
import { dataDir } from '../support/data.ts'

interface Ended {
  readonly failed: boolean
  readonly seconds: number
}

const folder = dataDir('e2e-gcp-4.8')
const runs: readonly Ended[] =
  folder === null
    ? []
    : readFileSync(join(folder, 'runs.csv'), 'utf8')
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => {
          const cells = line.split(',')
          const seconds = (Date.parse(cells[7] ?? '') - Date.parse(cells[6] ?? '')) / 1000
          return { failed: cells[9] !== 'success', seconds }
        })
const passes = runs.filter((run) => !run.failed).map((run) => run.seconds)
const failures = runs.filter((run) => run.failed).map((run) => run.seconds)

/** Precision, and hours saved by stopped failures less hours that stopped passes had burnt, at a stop t seconds after the start. */
const worthOf = (t: number): { precision: number; netHours: number } => {
  const stopped = runs.filter((run) => run.seconds > t)
  const failing = stopped.filter((run) => run.failed)
  const saved = failing.reduce((sum, run) => sum + run.seconds - t, 0)
  const burnt = (stopped.length - failing.length) * t
  return { precision: failing.length / stopped.length, netHours: (saved - burnt) / 3600 }
}

describe.skipIf(folder === null)('e2e-gcp 4.8, all 502 recorded runs, in-sample', () => {
  it('stops as published, at 5,093 s: precision .457, 70.9 hours lost', () => {
    expect([passes.length, failures.length]).toEqual([332, 170])
    const model = fitCompat(passes, failures)
    const stop = model?.stopSeconds ?? 0
    expect(Math.abs(stop / 5093 - 1)).toBeLessThan(0.005)
    expect(worthOf(stop).precision).toBeCloseTo(0.457, 3)
    expect(worthOf(stop).netHours).toBeCloseTo(-70.9, 1)
    // Where the passing curve begins, the stopping point, and the far tail beyond the longest kept durations.
    expect(model?.crossings.map((t) => Math.round(t / 100))).toEqual([40, 51, 116])
  })
  it('stops later, and loses less, in the proper form', () => {
    const model = fitDensity(passes, failures, failures.length / runs.length)
    const stop = model?.stopSeconds ?? 0
    expect(model?.family).toBe('lognorm')
    expect(Math.abs(stop / 6225 - 1)).toBeLessThan(0.01)
    expect(worthOf(stop).netHours).toBeGreaterThan(worthOf(5093).netHours)
  })
})
