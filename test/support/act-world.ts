/** Runs that are to be stopped, as the pipeline tells of them, and a deck that keeps what is done to its jobs. */

import { createHttpClient } from '../../runtime/http.ts'
import type { Decision, Measure, Run } from '../../schemas/events.ts'
import type { Offer } from '../../runtime/ports.ts'
import type { Acting } from '../../sinks/act/actor.ts'
import { isLeftAlone } from '../../sinks/act/permit.ts'
import { prowAbort } from '../../sinks/act/prow.ts'
import { startHttpWorld, type Fault } from './receivers.ts'
import { NOON, sampleDecision, sampleMeasure, sampleRun } from './sample-records.ts'

const REF = { source: 'prow', repo: 'o/r', job: 'e2e', attempt: 1 }
export const KEEP_SHARE = 0.05

/** Names of runs that are not among those left alone. */
export const runIds = (count: number): string[] => {
  const found: string[] = []
  for (let i = 0; found.length < count; i += 1)
    if (!isLeftAlone({ ...REF, runId: `${i}` }, KEEP_SHARE)) found.push(`${i}`)
  return found
}
export const aRunning = (runId: string, more: Partial<Run> = {}): Run =>
  sampleRun({
    ...{ eventId: `run/${runId}`, ...REF, runId, phase: 'running', step: null },
    labels: { policy: 'act stop', prowjob: `job-${runId}` },
    ...more,
  })
export const aStop = (runId: string, more: Partial<Decision> = {}): Decision =>
  sampleDecision({
    eventId: `stop/${runId}`,
    ...REF,
    runId,
    level: 'stop',
    observedAt: NOON,
    ...more,
  })
/** A record of stops: so many right, so many wrong. */
export const stopsOf = (stoppedFailing: number, stoppedPassing: number): Measure => {
  const measure = sampleMeasure({ dimension: 'job', subject: 'prow:o/r:e2e', window: 'total' })
  const [rule] = measure.rules
  const none = { savedSeconds: 0, burntSeconds: 0, strictBurntSeconds: 0 }
  return {
    ...measure,
    rules: [{ ...none, ...rule, rule: 'stopline', stoppedFailing, stoppedPassing }],
  }
}
export const recordsOf = (ids: readonly string[]): Offer[] => [
  { topic: 'ci.measures.v1', record: stopsOf(200, 0) },
  ...ids.map((id): Offer => ({ topic: 'ci.runs.v1', record: aRunning(id) })),
  ...ids.map((id): Offer => ({ topic: 'ci.decisions.v1', record: aStop(id) })),
]

/** A deck: a job that is pending is aborted once; `effects` counts what was really done, by job. */
export const startDeck = async (faults: Fault[] = []) => {
  const effects = new Map<string, number>()
  const requests: string[] = []
  const server = await startHttpWorld(({ method, path }) => {
    const name = decodeURIComponent(path.split('prowjob=')[1] ?? '')
    if (method === 'GET')
      return {
        status: 200,
        body: `status:\n  state: ${effects.has(name) ? 'aborted' : 'pending'}\n`,
      }
    requests.push(name)
    effects.set(name, (effects.get(name) ?? 0) + 1)
    return { status: 200, body: {} }
  }, faults)
  return { ...server, effects, requests }
}

export const actingOn = (
  address: string,
  more: Partial<Acting> = {},
): Acting & { close: () => Promise<void> } => {
  const http = createHttpClient()
  const limits = { keepShare: KEEP_SHARE, perHour: 1_000, precision: 0.95, freshMs: 600_000 }
  return {
    ...{ isDry: false, limits, retryMs: 5 },
    targets: [prowAbort({ source: 'prow', address, token: 't' }, { http })],
    ...more,
    close: http.close,
  }
}
