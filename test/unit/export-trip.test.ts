/** Exporting and replaying gives the same runs: on invented histories, and on recorded ones where they are there. */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { exportArchive } from '../../sinks/export/archive/export.ts'
import { csvLine } from '../../sinks/export/archive/csv.ts'
import type { Outcome, RunEvent } from '../../schemas/events.ts'
import { finalStates, heardOf, openRuns, replayed, tempFolder } from '../support/archive-trip.ts'
import { dataDir } from '../support/data.ts'

const T0 = Date.UTC(2026, 6, 20)
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: null, freq: 3 })
const offsetMs = fc.nat({ max: 24 * 3_600_000 })
const odd = fc.constantFrom('x', 'a,b', 'say "c"', 'two\nlines', ' padded ', 'ü–✓')

const WORDS: Readonly<Record<Outcome, readonly string[]>> = {
  unknown: ['soft_fail', 'unknown'],
  success: ['success', 'SUCCESS'],
  failure: ['failure'],
  error: ['startup_failure'],
  timedOut: ['timed_out'],
  aborted: ['cancelled', 'aborted'],
  skipped: ['skipped', 'neutral'],
}
const ending = fc.constantFrom(...(Object.keys(WORDS) as Outcome[])).chain((outcome) =>
  fc.record({
    outcome: fc.constant(outcome),
    rawOutcome: fc.constantFrom(...WORDS[outcome]),
  }),
)
const labels = (...names: string[]) =>
  fc.dictionary(fc.constantFrom(...names), odd, { maxKeys: 3, noNullPrototype: true })

interface Invented {
  readonly about: Partial<RunEvent>
  readonly at: number
  readonly delay: number
}
// Mostly alike, so that most facts of a run can stand in one row.
const shared = fc.oneof(
  { weight: 3, arbitrary: fc.constant({ group: 'g', branch: 'a,b' }) },
  {
    weight: 1,
    arbitrary: fc.record({
      group: maybe(fc.constantFrom('g', 'say "c"')),
      branch: maybe(fc.constantFrom('a,b', 'ü–✓')),
      sha: maybe(fc.constantFrom('s1', 's2')),
      pull: maybe(fc.integer({ min: 1, max: 2 })),
      trigger: maybe(odd),
    }),
  },
)
const fact = (kind: RunEvent['kind'], more: fc.Arbitrary<Partial<RunEvent>>) =>
  fc.tuple(shared, more).map(([known, said]) => ({ ...known, ...said, kind }))
const EARLY = ['family', 'version', 'labels'] as const
const step = fc.constantFrom('build', 'test')
/** Facts as a live source might tell them: repeated, late, in any order, each with what it happens to know. */
const facts: fc.Arbitrary<Partial<RunEvent>> = fc.oneof(
  fact('queued', fc.record({ labels: labels(...EARLY) })),
  fact('started', fc.record({ labels: labels(...EARLY, 'queue', 'runner') })),
  fact(
    'finished',
    fc
      .tuple(ending, labels(...EARLY, 'runner', 'reason', 'a,b', 'say "c"'))
      .map(([end, said]) => ({ ...end, labels: said })),
  ),
  step.map((name) => ({ kind: 'stepStarted' as const, step: name })),
  fc
    .tuple(step, ending)
    .map(([name, end]) => ({ kind: 'stepFinished' as const, step: name, ...end })),
)
const history: fc.Arbitrary<readonly Invented[]> = fc.array(
  fc.record({
    about: fc
      .tuple(facts, fc.constantFrom('1', '2'), fc.integer({ min: 1, max: 2 }))
      .map(([said, runId, attempt]) => ({ ...said, runId, attempt })),
    at: fc.oneof(offsetMs, fc.constantFrom(0, 1_000)),
    delay: fc.nat({ max: 600_000 }),
  }),
  { maxLength: 25 },
)

const recordOf = ({ about, at, delay }: Invented, index: number): RunEvent => {
  const eventAt = T0 + at
  const isOver = about.kind === 'finished' || about.kind === 'stepFinished'
  const startedAt = isOver ? (index % 3 === 0 ? eventAt - 500 : null) : eventAt
  return {
    ...{ eventId: `fact ${(index * 7) % 10} ${index}`, eventAt, observedAt: eventAt + delay },
    ...{ source: 'prow', repo: 'o/r', job: 'a:b', runId: '1', attempt: 1, kind: 'unknown' },
    ...{ outcome: null, rawOutcome: null, step: null, passed: null, failed: null },
    ...{ failedTests: [], logBytes: null, group: null, branch: null, sha: null, pull: null },
    ...{ trigger: null, labels: {} },
    ...about,
    startedAt: about.kind === 'queued' ? null : startedAt,
  }
}

const RUNS_HEADER =
  'source,repo,job,run_id,attempt,queued_at,started_at,finished_at,status,conclusion,trigger,branch,sha,' +
  'group_id,pull,log_bytes,family,raw_state,reason'
const time = (ms: number | null): string => (ms === null ? '' : new Date(T0 + ms).toISOString())
/** Rows of an archive, some of runs that are queued, open, skipped or of no known length, some repeated. */
const row = fc
  .record({
    times: fc.tuple(offsetMs, offsetMs, offsetMs).map((times) => times.sort((a, b) => a - b)),
    known: fc.tuple(fc.boolean(), fc.boolean(), fc.boolean(), fc.boolean()),
    conclusion: fc.constantFrom('success', 'failure', 'cancelled', 'neutral', 'skipped', 'odd', ''),
    texts: fc.array(fc.oneof(odd, fc.constant('')), { minLength: 6, maxLength: 6 }),
    numbers: fc.tuple(maybe(fc.integer({ min: 1, max: 9 })), maybe(fc.nat())),
    isTwice: fc.boolean(),
  })
  .map(({ times, known, conclusion, texts, numbers, isTwice }, index = 0) => ({
    cells: [
      ...[0, 1, 2].map((i) => time(known[i] || !known[3] ? (times[i] ?? null) : null)),
      ...['completed', known[2] || known[3] ? conclusion : '', ...texts.slice(0, 4)],
      ...numbers.map((n) => (n === null ? '' : String(n))),
      ...[texts[4] ?? '', texts[5] ?? '', `reason ${index}`],
    ],
    isTwice,
  }))

describe('archive → store → archive → store', () => {
  it('ends in the same runs, whatever a source told in whatever order', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (invented) => {
        const store = openRuns()
        const records = invented.map(recordOf).sort((a, b) => a.observedAt - b.observedAt)
        store.commit(
          records.map((record) => ({ topic: 'ci.run-events.v1' as const, record })),
          0,
        )
        const folder = tempFolder()
        await exportArchive(store.log, folder)
        const again = await replayed(folder)
        expect(again.log.endOffset('ci.dead-letters.v1')).toBe(0)
        expect(finalStates(again.log)).toEqual(finalStates(store.log))
      }),
      { numRuns: 60 },
    )
  })

  it('says the same again, each thing once, of what came from an archive', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 12 }), async (rows) => {
        const first = tempFolder()
        const lines = rows.flatMap(({ cells, isTwice }, index) => {
          const line = csvLine(['prow', 'o/r', 'a:b', String(index), '', ...cells])
          return isTwice ? [line, line] : [line]
        })
        writeFileSync(join(first, 'runs.csv'), [`${RUNS_HEADER}\n`, ...lines].join(''))
        const store = await replayed(first)
        const folder = tempFolder()
        const { runs, files } = await exportArchive(store.log, folder)
        const again = await replayed(folder)
        expect(heardOf(again.log, 'ci.run-events.v1')).toEqual(
          heardOf(store.log, 'ci.run-events.v1'),
        )
        expect(finalStates(again.log)).toEqual(finalStates(store.log))
        expect(files.at(-1)?.rows).toBe(runs)
      }),
      { numRuns: 60 },
    )
  })

  for (const name of ['linkerd-ci', 'iree-workflows', 'ocp-nightly-prow']) {
    const folder = dataDir(name)
    it.skipIf(folder === null)(`gives the runs, steps and tests of ${name} again`, async () => {
      const store = await replayed(folder ?? '')
      const exported = tempFolder()
      await exportArchive(store.log, exported, { gzip: true })
      const again = await replayed(exported)
      for (const topic of ['ci.run-events.v1', 'ci.test-results.v1'] as const)
        expect(heardOf(again.log, topic)).toEqual(heardOf(store.log, topic))
      expect(finalStates(again.log)).toEqual(finalStates(store.log))
      expect(again.log.endOffset('ci.dead-letters.v1')).toBe(0)
    })
  }
})
