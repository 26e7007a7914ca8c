/** fast-check arbitraries of run histories: late, missing, repeated and contradictory facts of a few jobs. */

import fc from 'fast-check'
import type { Outcome, RunEvent } from '../../schemas/events.ts'
import { aFact, aRun, HOUR, MINUTE, MONDAY, SECOND } from './facts.ts'

/** Two of a family, and a name that needs escaping. */
const JOBS = ['e2e-4.1', 'e2e-4.2', 'lint:fast'] as const
const OUTCOMES: readonly Outcome[] = [
  'success',
  'failure',
  'error',
  'timedOut',
  'aborted',
  'skipped',
  'unknown',
]

const outcome = fc.oneof(
  { weight: 4, arbitrary: fc.constant<Outcome>('success') },
  { weight: 3, arbitrary: fc.constant<Outcome>('failure') },
  { weight: 1, arbitrary: fc.constantFrom(...OUTCOMES) },
)
const mostly = fc.integer({ min: 0, max: 9 }).map((n) => n > 0)
/** Seconds between a fact and its hearing: mostly none, sometimes hours. */
const lateSeconds = fc.oneof(
  { weight: 5, arbitrary: fc.constant(0) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 30_000 }) },
)

const runPlan = fc.record({
  job: fc.constantFrom(...JOBS),
  // Whole minutes, so that instants of different runs meet.
  startMinute: fc.integer({ min: 0, max: 60 * 60 }),
  queueMinutes: fc.integer({ min: 0, max: 20 }),
  durationSeconds: fc.constantFrom(1, 59, 600, 620, 660, 700, 1800),
  outcome,
  correction: fc.option(fc.tuple(outcome, fc.integer({ min: 1, max: 200 })), { freq: 6 }),
  isQueuedHeard: mostly,
  isStartHeard: mostly,
  isEndHeard: mostly,
  failedStep: fc.option(fc.integer({ min: 0, max: 3 }), { freq: 2 }),
  steps: fc.integer({ min: 0, max: 4 }),
  failedTests: fc.option(fc.integer({ min: 0, max: 9 }), { freq: 2 }),
  late: fc.array(lateSeconds, { minLength: 12, maxLength: 12 }),
})
export type RunPlan = typeof runPlan extends fc.Arbitrary<infer T> ? T : never

/** Facts of one run, each heard as late as planned. */
const factsOf = (plan: RunPlan, index: number): RunEvent[] => {
  const run = aRun({ job: plan.job, runId: String(index >> 1), attempt: 1 + (index & 1) })
  const queued = MONDAY + plan.startMinute * MINUTE
  const start = queued + plan.queueMinutes * MINUTE
  const durationMs = (plan.durationSeconds + hangSeconds(plan)) * SECOND
  const end = start + durationMs
  const facts: RunEvent[] = []
  const known = { group: `push-${plan.startMinute >> 6}`, sha: String(index % 5), trigger: 'push' }
  const hear = (...args: Parameters<typeof aFact>): void => {
    const fact = aFact(...args)
    const lateMs = (plan.late[facts.length % plan.late.length] ?? 0) * SECOND
    facts.push({ ...fact, observedAt: fact.eventAt + lateMs })
  }
  if (plan.isQueuedHeard) hear(run, 'queued', queued, { ...known, labels: { size: 'big' } })
  if (plan.isStartHeard) hear(run, 'started', start, { ...known, labels: { cluster: 'b1' } })
  for (let step = 0; step < plan.steps; step += 1) {
    const name = `step-${step}`
    const at = start + Math.floor((durationMs * (step + 1)) / 5)
    hear(run, 'stepStarted', at, { step: name })
    const told = step === plan.failedStep ? 'failure' : 'success'
    hear(run, 'stepFinished', at + SECOND / 2, { step: name, outcome: told })
  }
  if (plan.failedTests !== null)
    hear(run, 'testsReported', end - SECOND / 4, { passed: 7, failed: plan.failedTests })
  if (!plan.isEndHeard) return facts
  const told = { ...known, startedAt: start, rawOutcome: 'raw', labels: { cluster: 'b2' } }
  hear(run, 'finished', end, { ...told, outcome: plan.outcome })
  if (plan.correction !== null)
    hear(run, 'finished', end + plan.correction[1] * HOUR, {
      ...told,
      outcome: plan.correction[0],
    })
  return facts
}
/** Most failures of the first job hang, so that forecasts have something to tell. */
const hangSeconds = ({ job, outcome, startMinute }: RunPlan): number =>
  job === JOBS[0] && outcome === 'failure' && startMinute % 8 > 0 ? 7_200 : 0

const byHearing = (a: RunEvent, b: RunEvent): number => a.observedAt - b.observedAt

/** Two days of the first job before all else: passes take ten minutes, and every other run hangs for hours. */
const PAST: readonly RunEvent[] = Array.from({ length: 60 }, (_, i) => {
  const run = aRun({ job: JOBS[0], runId: `past-${i}` })
  const start = MONDAY - (70 - i) * HOUR
  const outcome = i % 2 === 0 ? 'success' : 'failure'
  const end = start + (outcome === 'success' ? 600 + i : 8_000) * SECOND
  return [aFact(run, 'started', start), aFact(run, 'finished', end, { startedAt: start, outcome })]
}).flat()

/** Facts of up to `maxRuns` runs over two and a half days, in the order in which they are heard; half of them with a past. */
export const history = (maxRuns = 40): fc.Arbitrary<RunEvent[]> =>
  fc
    .tuple(
      fc.boolean(),
      fc.array(runPlan, { minLength: 1, maxLength: maxRuns, size: 'max' }).filter(hasFacts),
    )
    .map(([hasPast, plans]) =>
      [...(hasPast ? PAST : []), ...plans.flatMap(factsOf)].sort(byHearing),
    )
const hasFacts = (plans: readonly RunPlan[]): boolean => plans.flatMap(factsOf).length > 0

/** Facts of runs that ended, and the same facts with those of each run heard in another order. */
export const twoOrders: fc.Arbitrary<{ first: RunEvent[]; second: RunEvent[] }> = fc
  .array(runPlan, { minLength: 1, maxLength: 12, size: 'max' })
  .map((plans) => plans.map((plan, i) => factsOf({ ...plan, isEndHeard: true }, i)))
  .chain((runs) => fc.tuple(fc.constant(runs), ...runs.map((facts) => permutation(facts.length))))
  .map(([runs, ...orders]) => ({
    first: runs.flat().sort(byHearing),
    second: runs.flatMap((facts, run) => reheard(facts, orders[run] ?? [])).sort(byHearing),
  }))

/** Facts of one run, and an order of them with repeats. */
export const shuffledRun: fc.Arbitrary<{ facts: RunEvent[]; order: number[] }> = runPlan
  .map((plan) => factsOf(plan, 0))
  .filter((facts) => facts.length > 0)
  .chain((facts) =>
    fc.record({
      facts: fc.constant(facts),
      order: fc
        .tuple(permutation(facts.length), fc.array(fc.nat({ max: facts.length - 1 })))
        .map(([order, again]) => [...order, ...again]),
    }),
  )

const permutation = (length: number): fc.Arbitrary<number[]> => {
  const places = Array.from({ length }, (_, i) => i)
  return fc.shuffledSubarray(places, { minLength: length, maxLength: length })
}
/** The same facts told in another order, each at the instant of another or, if that is later, at its own. */
const reheard = (facts: readonly RunEvent[], order: readonly number[]): RunEvent[] =>
  facts.map((fact, i) => ({
    ...fact,
    observedAt: Math.max(fact.eventAt, facts[order[i] ?? i]?.observedAt ?? 0),
  }))

/** Repeats of some facts, heard again up to forty days later. */
export const repeats = (facts: readonly RunEvent[]): fc.Arbitrary<RunEvent[]> =>
  fc
    .array(
      fc.record({
        index: fc.nat({ max: Math.max(0, facts.length - 1) }),
        // Runs are forgotten two weeks after their end: repeats fall before, around and after it.
        lateMinutes: fc.oneof(
          fc.integer({ min: 0, max: 200 }),
          fc.integer({ min: 14 * 24 * 60, max: 24 * 24 * 60 }),
          fc.integer({ min: 0, max: 40 * 24 * 60 }),
        ),
      }),
      { minLength: 1, maxLength: 20, size: 'max' },
    )
    .map((picks) =>
      picks.flatMap(({ index, lateMinutes }) => {
        const fact = facts[index]
        return fact === undefined
          ? []
          : [{ ...fact, observedAt: fact.observedAt + lateMinutes * MINUTE }]
      }),
    )
