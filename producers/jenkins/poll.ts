/** One round of polling Jenkins: the newest builds of each job, and the stages of pipelines that go on or just ended. */

import type { RunEvent } from '../../schemas/events.ts'
import { noteRuns, type LogPace, type LogService, type OpenLogs } from '../log/follow.ts'
import { logTurns } from '../log/read-open.ts'
import { turnsApart } from '../payload/apart.ts'
import { RefusedPayload, type Note, type Refused } from '../payload/heard.ts'
import { isJson, jsonOf, keyOf, numberAt, type Json } from '../payload/json.ts'
import { newsOf, type Told } from '../payload/news.ts'
import { getJson, UnexpectedAnswer, type Get } from '../payload/reach.ts'
import { turnOf, type Turn } from '../payload/turn.ts'
import { readBuild, readStages, type BuildReading } from './normalize.ts'

export interface JenkinsConfig {
  readonly source: string
  /** Address of the server. */
  readonly url: string
  /** Jobs with their folders, as in `team/app`. */
  readonly jobs: readonly string[]
  /** Repository of the jobs; null names it after their folder. */
  readonly repo: string | null
  /** Builds of one page, and pages of one job in one round at most. */
  readonly pageBuilds: number
  readonly maxPages: number
  /** Console logs of builds. */
  readonly logs: LogPace
}
export interface JenkinsCursor {
  readonly jobs: Record<string, JobMemory>
}
interface JobMemory {
  newest: number
  /** Of builds that go on, the facts told. */
  readonly open: Record<string, Told>
  /** Logs that are to be read; a cursor of an earlier version has none. */
  logs?: OpenLogs
}
export const newJenkinsCursor = (): JenkinsCursor => ({ jobs: {} })

const MAX_BYTES = 64 * 2 ** 20
const TREE =
  'number,timestamp,startTimeInMillis,duration,estimatedDuration,result,building,' +
  'actions[lastBuiltRevision[SHA1,branch[name]],causes[*]]'

const segments = (job: string): string[] => {
  const parts = job.split('/').filter((part) => part !== '')
  const dots = parts.find((part) => /^\.+$/.test(part))
  if (dots !== undefined) throw new RangeError(`a folder or job cannot be named ${dots}`)
  return parts
}

/** Address of a job: each of its folders is a part of the path. */
const jobUrl = (url: string, job: string): string =>
  url.replace(/\/+$/, '') +
  segments(job)
    .map((part) => `/job/${encodeURIComponent(part)}`)
    .join('')

/** Console logs: Jenkins gives what is there from a place in the log on. */
const consoleLogs = ({ config, job }: Round): LogService => ({
  name: 'console',
  isLive: true,
  isOffsetInUrl: true,
  urlOf: ({ runId }, offset) =>
    `${jobUrl(config.url, job)}/${encodeURIComponent(runId)}/logText/progressiveText?start=${offset}`,
})

const repoOf = (job: string, { repo, source }: JenkinsConfig): string =>
  repo ?? (segments(job).slice(0, -1).join('/') || source)

interface Round {
  readonly get: Get
  readonly config: JenkinsConfig
  readonly job: string
  readonly now: number
}

/** What is no list of builds says nothing of them: none of those that go on was deleted. Throws {@link RefusedPayload}. */
const buildsOf = (payload: unknown): readonly Json[] => {
  const { allBuilds } = jsonOf(payload)
  if (!Array.isArray(allBuilds)) throw new RefusedPayload('missing-field', 'allBuilds is missing')
  return allBuilds.filter(isJson)
}

/** Builds that are new or go on, oldest first, and those passed over since there are too many. */
const dueBuilds = async (
  { get, config, job }: Round,
  isDue: (build: number) => boolean,
  newest: number,
): Promise<{ readonly due: readonly Json[]; readonly passedOver: number }> => {
  const due: Json[] = []
  let passedOver = 0
  for (let page = 0; page < config.maxPages; page += 1) {
    const from = page * config.pageBuilds
    const tree = `allBuilds[${TREE}]{${from},${from + config.pageBuilds}}`
    const url = `${jobUrl(config.url, job)}/api/json?${new URLSearchParams({ tree }).toString()}`
    const builds = buildsOf(await getJson(get, url, MAX_BYTES))
    due.push(...builds.filter((build) => isDue(numberAt(build, 'number') ?? Infinity)))
    const oldest = numberAt(builds.at(-1) ?? {}, 'number') ?? 0
    // A first round takes one page; later ones go back to where the last one stood.
    if (builds.length < config.pageBuilds || newest === 0 || oldest <= newest) break
    if (page === config.maxPages - 1) passedOver = oldest - newest - 1
  }
  return { due: due.reverse(), passedOver }
}

/** Stages of a build, none where it is no pipeline. */
const stagesOf = async ({ get, config, job, now }: Round, { run }: BuildReading) => {
  try {
    const url = `${jobUrl(config.url, job)}/${encodeURIComponent(run.runId)}/wfapi/describe`
    return readStages(await getJson(get, url, MAX_BYTES), run, now)
  } catch (error) {
    if (error instanceof UnexpectedAnswer || error instanceof RefusedPayload) return null
    throw error
  }
}

const buildTurn = async (round: Round, build: Json, memory: JobMemory): Promise<Turn> => {
  const { config, job, now } = round
  const refused: Refused[] = []
  const notes: Note[] = []
  const told: RunEvent[] = []
  try {
    const repo = repoOf(job, config)
    const reading = readBuild(build, { source: config.source, repo, job, now })
    const stages = await stagesOf(round, reading)
    const isEnd = ({ kind }: RunEvent) => kind === 'finished'
    told.push(...reading.facts.filter((fact) => !isEnd(fact)), ...(stages?.facts ?? []))
    told.push(...reading.facts.filter(isEnd))
    const runId = keyOf(reading.run.runId)
    const news = newsOf(told, memory.open[runId] ?? [])
    if (news.facts.length > 0) notes.push(...reading.notes, ...(stages?.notes ?? []))
    if (reading.isOpen) memory.open[runId] = news.told
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- plain data, kept as JSON
    else delete memory.open[runId]
    memory.newest = Math.max(memory.newest, Number(runId) || 0)
    const logs = (memory.logs ??= {})
    const others = noteRuns(logs, news.facts, consoleLogs(round), config.logs, now)
    return turnOf({ facts: news.facts, others, notes })
  } catch (error) {
    if (!(error instanceof RefusedPayload)) throw error
    memory.newest = Math.max(memory.newest, numberAt(build, 'number') ?? 0)
    refused.push({ reason: error.reason, detail: error.message, payload: JSON.stringify(build) })
    return turnOf({ refused })
  }
}

async function* jobTurns(round: Round, cursor: JenkinsCursor): AsyncGenerator<Turn> {
  const memory = (cursor.jobs[round.job] ??= { newest: 0, open: {} })
  const { newest } = memory
  const open = new Set(Object.keys(memory.open))
  const isDue = (build: number): boolean => build > newest || open.has(String(build))
  const { due, passedOver } = await dueBuilds(round, isDue, newest)
  if (passedOver > 0) {
    const detail = `${passedOver} builds of ${round.job} before the newest were passed over`
    yield turnOf({ notes: [{ oddity: 'unread-part', detail }] })
  }
  for (const build of due) {
    open.delete(String(numberAt(build, 'number')))
    yield await buildTurn(round, build, memory)
  }
  // Builds that Jenkins no longer lists were deleted.
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- plain data, kept as JSON
  for (const gone of open) delete memory.open[gone]
  const { get, config, now } = round
  yield* logTurns(get, (memory.logs ??= {}), consoleLogs(round), config.logs, now)
}

/** One round. What is remembered is changed in place, and holds no more than what was handed on. */
export async function* pollJenkins(
  get: Get,
  cursor: JenkinsCursor,
  config: JenkinsConfig,
  now: number,
): AsyncGenerator<Turn> {
  yield* turnsApart(config.jobs, (job) => jobTurns({ get, config, job, now }, cursor))
}
