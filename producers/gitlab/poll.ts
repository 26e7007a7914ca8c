/**
 * One round of polling GitLab: pipelines that changed since the last round or go on, and the jobs of each. Pages are asked
 * for by number; an address in an answer is never followed.
 */

import { noteRuns, type LogPace, type OpenLogs } from '../log/follow.ts'
import { logTurns } from '../log/read-open.ts'
import { ahead, SIDE_BY_SIDE } from '../payload/ahead.ts'
import { turnsApart } from '../payload/apart.ts'
import { RefusedPayload, type Note, type Refused } from '../payload/heard.ts'
import { isJson, keyOf, nameAt, textAt, type Json } from '../payload/json.ts'
import { newsOf, type Told } from '../payload/news.ts'
import { getPage, type Get, UnexpectedAnswer } from '../payload/reach.ts'
import { timesOf } from '../payload/times.ts'
import { turnOf, type Other, type Turn } from '../payload/turn.ts'
import type { RunEvent } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { GITLAB_LOG, gitlabLogs } from './logs.ts'
import { readJob, readPipeline, type GitlabOptions, type GitlabReading } from './normalize.ts'
import { items, MAX_BYTES, MAX_LISTED, projectUrl } from './pages.ts'
import { phaseOf } from './statuses.ts'

export interface GitlabConfig {
  readonly source: string
  /** Address of the server, as in `https://gitlab.com`. */
  readonly url: string
  /** Paths of projects, as in `group/project`. */
  readonly projects: readonly string[]
  /** What a run is: each job, or each pipeline as a whole. */
  readonly runs: 'jobs' | 'pipelines'
  /** How far back the first round looks, in milliseconds. */
  readonly horizonMs: number
  /** Traces of jobs. */
  readonly logs: LogPace
}
interface PipelineMemory {
  isOpen: boolean
  /** Facts told, by run. */
  readonly told: Record<string, Told>
}
interface ProjectMemory {
  since: number
  readonly pipelines: Record<string, PipelineMemory>
  /** Traces that are to be read; a cursor of an earlier version has none. */
  logs?: OpenLogs
}
export interface GitlabCursor {
  readonly projects: Record<string, ProjectMemory>
}
export const newGitlabCursor = (): GitlabCursor => ({ projects: {} })

const PIPELINES_AHEAD = Math.min(4, SIDE_BY_SIDE)
/** Looks back so far each time: the clocks of the server differ, and lists shift while they are read. */
const OVERLAP_MS = 120_000

interface Round {
  readonly get: Get
  readonly config: GitlabConfig
  readonly project: string
  readonly options: GitlabOptions
}

/** Readings of the runs of one pipeline; what cannot be read is put aside. */
const readPipelineRuns = async (
  { get, config, project, options }: Round,
  pipeline: string,
  refused: Refused[],
): Promise<GitlabReading[]> => {
  const readings: GitlabReading[] = []
  const read = (payload: Json, reader: typeof readJob) => {
    try {
      readings.push(reader(payload, options))
    } catch (error) {
      if (!(error instanceof RefusedPayload)) throw error
      const { reason, message } = error
      refused.push({ reason, detail: message, payload: JSON.stringify(payload) })
    }
  }
  const url = `${projectUrl(config.url, project)}/pipelines/${encodeURIComponent(pipeline)}`
  if (config.runs === 'pipelines') {
    const { json } = await getPage(get, url, MAX_BYTES)
    if (isJson(json)) read(json, readPipeline)
    return readings
  }
  for await (const job of items(get, `${url}/jobs`, { include_retried: 'true' })) read(job, readJob)
  return readings
}

interface Fetched {
  readonly pipeline: string
  readonly refused: readonly Refused[]
  readonly readings: readonly GitlabReading[] | UnexpectedAnswer
}

const fetchRuns = async (round: Round, pipeline: string): Promise<Fetched> => {
  const refused: Refused[] = []
  try {
    return { pipeline, refused, readings: await readPipelineRuns(round, pipeline, refused) }
  } catch (error) {
    if (error instanceof UnexpectedAnswer) return { pipeline, refused, readings: error }
    throw error
  }
}

/** What cannot be read is put aside once, though it is seen again in each round. */
const isNewRefusal = ({ payload }: Refused, { told }: PipelineMemory): boolean => {
  const name = `refused ${derivedId(payload, 'refused')}`
  if (name in told) return false
  told[name] = []
  return true
}

/** What is new of the runs of a pipeline. Changes what is remembered of it in place. */
const pipelineTurn = (
  { readings, refused }: Fetched,
  memory: PipelineMemory,
  isOpen: boolean,
  toLogs: (facts: readonly RunEvent[]) => readonly Other[],
): Turn => {
  if (readings instanceof UnexpectedAnswer) {
    // Deleted since: 404. Others may be read in the next round.
    memory.isOpen = readings.status !== 404
    return turnOf({ notes: [{ oddity: 'unread-part', detail: readings.message }] })
  }
  const facts: RunEvent[] = []
  const notes: Note[] = []
  for (const reading of readings) {
    const run = keyOf(reading.facts[0]?.runId ?? '')
    if (run === '') continue
    const news = newsOf(reading.facts, memory.told[run] ?? [])
    memory.told[run] = news.told
    facts.push(...news.facts)
    if (news.facts.length > 0) notes.push(...reading.notes)
  }
  memory.isOpen = isOpen
  return turnOf({
    ...{ facts, notes, others: toLogs(facts) },
    refused: refused.filter((one) => isNewRefusal(one, memory)),
  })
}

/** Goes on by itself. One that is held is listed again as soon as it is let go. */
const isOpenPipeline = (pipeline: Json): boolean => {
  const phase = phaseOf(textAt(pipeline, 'status') ?? '')
  return phase !== 'ended' && phase !== 'held'
}

async function* projectTurns(round: Round, cursor: GitlabCursor): AsyncGenerator<Turn> {
  const { get, config, project, options } = round
  const { now } = options
  const memory = (cursor.projects[project] ??= {
    since: now - config.horizonMs,
    pipelines: {},
  })
  const query = {
    updated_after: new Date(memory.since - OVERLAP_MS).toISOString(),
    order_by: 'updated_at',
    sort: 'asc',
  }
  const due = new Map<string, boolean>()
  let listed = 0
  let lastAt: number | null = null
  for await (const pipeline of items(get, `${projectUrl(config.url, project)}/pipelines`, query)) {
    due.set(keyOf(nameAt(pipeline, 'id')), isOpenPipeline(pipeline))
    listed += 1
    lastAt = timesOf(now, []).iso(pipeline, 'updated_at')
  }
  for (const [id, { isOpen }] of Object.entries(memory.pipelines))
    if (isOpen && !due.has(id)) due.set(id, true)
  const logs = (memory.logs ??= {})
  // A pipeline as a whole has no trace.
  const pace = config.runs === 'jobs' ? config.logs : { ...config.logs, roundLogs: 0 }
  const toLogs = (facts: readonly RunEvent[]) => noteRuns(logs, facts, GITLAB_LOG, pace, now)
  const fetched = ahead([...due.keys()], PIPELINES_AHEAD, (id) => fetchRuns(round, id))
  for await (const one of fetched) {
    const isOpen = due.get(one.pipeline) ?? true
    const known = (memory.pipelines[one.pipeline] ??= { isOpen, told: {} })
    yield pipelineTurn(one, known, isOpen, toLogs)
  }
  for (const [id, { isOpen }] of Object.entries(memory.pipelines))
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- plain data, kept as JSON
    if (!isOpen && !due.has(id)) delete memory.pipelines[id]
  // A list that is longer than is read in one round goes on in the next one.
  const isWhole = listed < MAX_LISTED
  memory.since = isWhole ? now : (lastAt ?? memory.since)
  yield* logTurns(get, logs, gitlabLogs(config.url), pace, now)
}

/** One round. What is remembered is changed in place, and holds no more than what was handed on. */
export async function* pollGitlab(
  get: Get,
  cursor: GitlabCursor,
  config: GitlabConfig,
  now: number,
): AsyncGenerator<Turn> {
  yield* turnsApart(config.projects, (project) => {
    const options = { source: config.source, repo: project, now }
    return projectTurns({ get, config, project, options }, cursor)
  })
}
