/** Builds of Jenkins and the stages of its pipelines to facts. Times and durations are in milliseconds. */

import type { RunEvent, RunRef } from '../../schemas/events.ts'
import { labelsOf, runFact } from '../payload/facts.ts'
import { noteFields, RefusedPayload, type Heard, type Note } from '../payload/heard.ts'
import {
  flagAt,
  isJson,
  jsonOf,
  jsonsAt,
  listAt,
  nameAt,
  numberAt,
  textAt,
  type Json,
} from '../payload/json.ts'
import { lengthMs, timesOf } from '../payload/times.ts'
import { BUILD_FIELDS, STAGE_FIELDS } from './fields.ts'
import { buildOutcome, isOpenStage, stageOutcome } from './results.ts'

export interface JenkinsOptions {
  readonly source: string
  readonly repo: string
  /** Folders and name, as in `team/app`. */
  readonly job: string
  readonly now: number
}
export interface BuildReading extends Heard {
  readonly run: RunRef
  readonly isOpen: boolean
}

/** What the plugins say of a build: its cause and its commit. */
const knownOf = (build: Json): Partial<RunEvent> => {
  const actions = jsonsAt(build, 'actions')
  const cause = actions.flatMap((action) => jsonsAt(action, 'causes'))[0] ?? {}
  const revision = actions.find((action) => isJson(action['lastBuiltRevision'])) ?? {}
  const branch = listAt(revision, 'lastBuiltRevision', 'branch')[0]
  const name = isJson(branch) ? textAt(branch, 'name') : null
  return {
    sha: textAt(revision, 'lastBuiltRevision', 'SHA1'),
    branch: name === null ? null : name.replace(/^refs\/(?:heads|remotes\/[^/]+)\//, ''),
    // `hudson.model.Cause$UserIdCause` is told as UserIdCause.
    trigger: textAt(cause, '_class')?.split(/[.$]/).at(-1) ?? null,
  }
}

/**
 * A build: queued at its timestamp, and started then too where Jenkins does not tell its start. It has ended when Jenkins
 * says that it no longer builds; a result may be there before. Throws {@link RefusedPayload}.
 */
export const readBuild = (payload: unknown, options: JenkinsOptions): BuildReading => {
  const build = jsonOf(payload)
  const { source, repo, job, now: observedAt } = options
  const notes: Note[] = []
  noteFields(build, BUILD_FIELDS, '', notes)
  const run: RunRef = { source, repo, job, runId: nameAt(build, 'number'), attempt: 1 }
  const times = timesOf(observedAt, notes)
  const queuedAt = times.millis(build, 'timestamp')
  if (queuedAt === null) throw new RefusedPayload('missing-field', 'timestamp is missing')
  const startTold = times.millis(build, 'startTimeInMillis')
  const startedAt = Math.max(queuedAt, startTold ?? queuedAt)
  const [word, building] = [textAt(build, 'result'), flagAt(build, 'building')]
  const outcome = word === null ? null : buildOutcome(word)
  if (word !== null && outcome === null)
    notes.push({ oddity: 'unknown-word', detail: `result ${word.slice(0, 80)}` })
  const isEnded = word !== null && (building === null ? outcome !== null : !building)
  const known = knownOf(build)
  const estimated = numberAt(build, 'estimatedDuration') ?? -1
  const labels = labelsOf({ estimated_seconds: estimated < 0 ? null : estimated / 1000 })
  const facts: RunEvent[] = []
  if (startTold !== null)
    facts.push(runFact(run, 'queued', { eventAt: queuedAt, observedAt }, known))
  facts.push(
    runFact(run, 'started', { eventAt: startedAt, observedAt }, { ...known, startedAt, labels }),
  )
  // Jenkins tells a result before the end as soon as a step has spoilt it.
  if (!isEnded && word !== null) {
    const so = { labels: labelsOf({ result_so_far: word }) }
    facts.push(runFact(run, 'logProgress', { eventAt: observedAt, observedAt }, so, 'result', word))
  }
  if (isEnded) {
    const ranMs = lengthMs(numberAt(build, 'duration'), 1)
    // Without a length it ended, at the latest, when it was heard.
    const eventAt = ranMs === null ? observedAt : startedAt + ranMs
    const end = { ...known, outcome: outcome ?? 'unknown', rawOutcome: word, startedAt } as const
    facts.push(runFact(run, 'finished', { eventAt, observedAt }, end, word))
  }
  return { facts, tests: [], notes, run, isOpen: !isEnded }
}

/** A stage of a pipeline: a step. A stage without a status, or with one that is not known, has not ended. */
const readStage = (stage: Json, run: RunRef, observedAt: number, notes: Note[]): RunEvent[] => {
  noteFields(stage, STAGE_FIELDS, 'stage.', notes)
  const [id, step] = [nameAt(stage, 'id'), nameAt(stage, 'name')]
  const startedAt = timesOf(observedAt, notes).millis(stage, 'startTimeMillis')
  const word = textAt(stage, 'status')
  const outcome = word === null ? null : stageOutcome(word)
  if (word !== null && outcome === null && !isOpenStage(word))
    notes.push({ oddity: 'unknown-word', detail: `stage.status ${word.slice(0, 80)}` })
  const facts: RunEvent[] = []
  if (startedAt === null) return facts
  const told = { eventAt: startedAt, observedAt }
  if (outcome !== 'skipped')
    facts.push(runFact(run, 'stepStarted', told, { step, startedAt }, step, id))
  if (outcome === null) return facts
  const eventAt = startedAt + (lengthMs(numberAt(stage, 'durationMillis'), 1) ?? 0)
  const end = { step, startedAt, outcome, rawOutcome: word }
  facts.push(runFact(run, 'stepFinished', { eventAt, observedAt }, end, step, id, word ?? ''))
  return facts
}

/** The stages of a build, as `wfapi/describe` tells them. Throws {@link RefusedPayload}. */
export const readStages = (payload: unknown, run: RunRef, observedAt: number): Heard => {
  const notes: Note[] = []
  const facts = jsonsAt(jsonOf(payload), 'stages').flatMap((stage) =>
    readStage(stage, run, observedAt, notes),
  )
  return { facts, tests: [], notes }
}
