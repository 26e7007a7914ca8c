/** The load of the benchmarks: jobs whose runs each give twenty facts, as encoded records in order of time. */

import { CODECS } from '../../schemas/codec.ts'
import type { Outcome, RunEvent } from '../../schemas/events.ts'

const FACTS_PER_RUN = 20
const HOUR_MS = 3_600_000
/** A Monday. */
export const LOAD_START = Date.UTC(2026, 0, 5)

/** Deterministic pseudo-random numbers (mulberry32). */
export const random = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296
  }
}

export const factOf = (job: number, run: number, kind: RunEvent['kind'], at: number): RunEvent => ({
  eventId: `bench:org/repo-${job % 20}:job-${job}:${run}:${kind}:${at}`,
  eventAt: at,
  observedAt: at,
  source: 'bench',
  repo: `org/repo-${job % 20}`,
  job: `job-${job}`,
  runId: String(run),
  attempt: 1,
  kind,
  outcome: null,
  rawOutcome: null,
  startedAt: null,
  step: null,
  passed: null,
  failed: null,
  failedTests: [],
  logBytes: null,
  group: `group-${Math.floor(run / 5)}`,
  branch: 'main',
  sha: null,
  pull: null,
  trigger: 'periodic',
  labels: {},
})

/** One run as ci-operator runs it: queued, started, six steps (start and end), its log four times, tests, finished. */
const runFacts = (job: number, run: number, queuedAt: number, chance: () => number): RunEvent[] => {
  const startedAt = queuedAt + Math.floor(chance() * 30_000)
  const usual = 300_000 + (job % 60) * 60_000
  const failed = chance() < (job % 10) * 0.03
  const length = Math.floor(usual * (failed ? 0.4 + chance() : 0.8 + 0.4 * chance()))
  const fact = (kind: RunEvent['kind'], share: number, more: Partial<RunEvent> = {}): RunEvent => ({
    ...factOf(job, run, kind, startedAt + Math.floor(length * share)),
    ...more,
  })
  const end: Outcome = failed ? 'failure' : 'success'
  const step = (name: string, from: number, to: number, outcome: Outcome): RunEvent[] => [
    fact('stepStarted', from, { step: name }),
    fact('stepFinished', to, { step: name, outcome }),
  ]
  return [
    factOf(job, run, 'queued', queuedAt),
    { ...factOf(job, run, 'started', startedAt), startedAt },
    ...step('lease', 0.01, 0.02, 'success'),
    ...step('conf', 0.02, 0.05, 'success'),
    ...step('install', 0.05, 0.4, 'success'),
    ...step('test', 0.4, 0.85, end),
    ...step('gather', 0.85, 0.9, 'success'),
    ...step('deprovision', 0.9, 0.98, 'success'),
    ...[0.2, 0.4, 0.6, 0.8].map((share) =>
      fact('logProgress', share, { logBytes: Math.floor(share * 20_000) }),
    ),
    fact('testsReported', 0.8, { passed: 500, failed: failed ? 2 : 0 }),
    fact('finished', 1, { outcome: end, rawOutcome: end }),
  ]
}

/** `events` facts of `jobs` spread over `hours`, in order of time, encoded as they lie on a wire. */
export const encodedLoad = (events: number, jobs: number, hours: number): Buffer[] => {
  const chance = random(7)
  const runs = Math.floor(events / FACTS_PER_RUN)
  const facts: { at: number; bytes: Buffer }[] = []
  for (let run = 0; run < runs; run += 1) {
    const job = run % jobs
    const queuedAt = LOAD_START + Math.floor((run / runs) * hours * HOUR_MS + chance() * 5_000)
    for (const fact of runFacts(job, run, queuedAt, chance))
      facts.push({ at: fact.observedAt, bytes: CODECS['run-event'].encode(fact) })
  }
  facts.sort((a, b) => a.at - b.at)
  return facts.map(({ bytes }) => bytes)
}
