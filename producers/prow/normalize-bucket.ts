/** The files that Prow leaves in the bucket of a run, and its list of past runs, to facts. */

import type { RunEvent, RunRef } from '../../schemas/events.ts'
import { labelsOf, runFact } from '../payload/facts.ts'
import { RefusedPayload, type Heard, type Note } from '../payload/heard.ts'
import { flagAt, isJson, jsonAt, jsonOf, nameAt, numberAt, textAt } from '../payload/json.ts'
import { lengthMs, timesOf } from '../payload/times.ts'
import { resultOutcome } from './states.ts'

/** started.json: its time is in seconds. */
export const readStarted = (payload: unknown, run: RunRef, observedAt: number): Heard => {
  const started = jsonOf(payload)
  const notes: Note[] = []
  const startedAt = timesOf(observedAt, notes).seconds(started, 'timestamp')
  if (startedAt === null) throw new RefusedPayload('missing-field', 'timestamp is missing')
  const labels = labelsOf({ node: textAt(started, 'node') })
  const sha = textAt(started, 'repo-commit')
  const told = { eventAt: startedAt, observedAt }
  return { facts: [runFact(run, 'started', told, { startedAt, sha, labels })], tests: [], notes }
}

/** finished.json. Without a time the run has not ended; without a result `passed` is all there is. */
export const readFinished = (payload: unknown, run: RunRef, observedAt: number): Heard => {
  const finished = jsonOf(payload)
  const notes: Note[] = []
  const eventAt = timesOf(observedAt, notes).seconds(finished, 'timestamp')
  if (eventAt === null) return { facts: [], tests: [], notes }
  const passed = flagAt(finished, 'passed')
  const word =
    textAt(finished, 'result') ?? (passed === null ? null : passed ? 'SUCCESS' : 'FAILURE')
  if (word === null) throw new RefusedPayload('missing-field', 'result and passed are missing')
  const outcome = resultOutcome(word)
  if (outcome === null)
    notes.push({ oddity: 'unknown-word', detail: `result ${word.slice(0, 80)}` })
  const end = { outcome: outcome ?? 'unknown', rawOutcome: word } as const
  const fact = runFact(run, 'finished', { eventAt, observedAt }, end, word.toLowerCase())
  return { facts: [fact], tests: [], notes }
}

/** podinfo.json: the machine the pod was put on, and why the cluster ended it if it did. */
export const readPodInfo = (payload: unknown, run: RunRef, observedAt: number): Heard => {
  const info = jsonOf(payload)
  const notes: Note[] = []
  const pod = jsonAt(info, 'pod')
  const startedAt = timesOf(observedAt, notes).iso(pod, 'status', 'startTime')
  if (startedAt === null) return { facts: [], tests: [], notes }
  const labels = labelsOf({
    node: textAt(pod, 'spec', 'nodeName'),
    pod_reason: textAt(pod, 'status', 'reason'),
  })
  // When the pod came up is no news of the run's start, which Prow counts from the pod's making.
  const fact = runFact(run, 'logProgress', { eventAt: startedAt, observedAt }, { labels }, 'pod')
  return { facts: [fact], tests: [], notes }
}

const BUILDS = /var allBuilds = (\[.*?\]);?\s*(?:<\/script>|\n)/s
const MAX_BUILDS = 1000

/** Builds of a job-history page: deck writes them into the page as JSON. Durations are in nanoseconds. */
export const readHistory = (
  page: string,
  run: Omit<RunRef, 'runId' | 'attempt'>,
  observedAt: number,
): Heard => {
  const found = BUILDS.exec(page)?.[1]
  if (found === undefined) throw new RefusedPayload('missing-field', 'allBuilds is missing')
  const notes: Note[] = []
  const facts: RunEvent[] = []
  let builds: unknown
  try {
    builds = JSON.parse(found)
  } catch {
    throw new RefusedPayload('bad-field', 'allBuilds is no JSON')
  }
  for (const build of Array.isArray(builds) ? builds.slice(0, MAX_BUILDS) : []) {
    if (!isJson(build)) continue
    const ref: RunRef = { ...run, runId: nameAt(build, 'ID'), attempt: 1 }
    const startedAt = timesOf(observedAt, notes).iso(build, 'Started')
    if (startedAt === null) continue
    facts.push(runFact(ref, 'started', { eventAt: startedAt, observedAt }, { startedAt }))
    const [word, nanos] = [textAt(build, 'Result') ?? '', numberAt(build, 'Duration')]
    const outcome = resultOutcome(word)
    // A word that is not known, PENDING among them, ends nothing.
    if (outcome === null) continue
    const ranMs = lengthMs(nanos, 1e-6)
    if (ranMs === null) continue
    const eventAt = startedAt + ranMs
    const end = { outcome, rawOutcome: word, startedAt }
    facts.push(runFact(ref, 'finished', { eventAt, observedAt }, end, word.toLowerCase()))
  }
  return { facts, tests: [], notes }
}
