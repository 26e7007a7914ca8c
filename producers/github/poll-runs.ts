/** Workflow runs and their jobs: what was created since, what goes on, and what was run again. */

import { RefusedPayload, type Note, type Refused } from '../payload/heard.ts'
import type { Json } from '../payload/json.ts'
import { newsOf } from '../payload/news.ts'
import { getJson, UnexpectedAnswer } from '../payload/reach.ts'
import { turnOf, type Turn } from '../payload/turn.ts'
import type { RunEvent } from '../../schemas/events.ts'
import type { OpenRun } from './cursor.ts'
import { readJob } from './normalize-job.ts'
import { readWorkflowRun, type WorkflowRun } from './normalize-run.ts'
import { wholeList } from './pages.ts'
import { options, repoUrl, type RepoRound } from './round.ts'
import { runsSince, runsUnderWay } from './run-windows.ts'

/** Looks back so far each time: runs do not appear in the order they are created in. */
const OVERLAP_MS = 600_000
/** What is in no list, as a run that waits for an approval, is asked for less often. */
const UNLISTED_EVERY_MS = 300_000
/** A run whose jobs were not there so often was deleted. */
const MAX_VAIN = 3
const MAX_RUN_BYTES = 4 * 2 ** 20
/** Attempts before the one first heard that are read too. */
const MAX_ATTEMPTS_BACK = 5

const refusedOf = ({ reason, message }: RefusedPayload, payload: unknown): Refused => ({
  reason,
  detail: message,
  payload: JSON.stringify(payload),
})

/** Takes in a workflow run that is new or changed; its jobs are read later. Changes what is remembered in place. */
const takeIn = ({ cursor }: RepoRound, run: WorkflowRun, fallback: string): boolean => {
  if (cursor.marks[run.id]?.mark === run.mark) return false
  const open = (cursor.open[run.id] ??= {
    repo: run.repo ?? fallback,
    context: run.context,
    attempt: Math.max(1, run.attempt - MAX_ATTEMPTS_BACK),
    last: run.attempt,
    isEnded: false,
    readAt: 0,
    isListed: true,
    vain: 0,
    told: {},
  })
  open.last = Math.max(open.last, run.attempt)
  open.isEnded = !run.isOpen
  // Read before others that go on: something happened there.
  open.readAt = 0
  cursor.marks[run.id] = { createdAt: run.createdAt, mark: run.mark }
  cursor.runsUpTo = Math.max(cursor.runsUpTo, run.createdAt)
  return true
}

const takeInAll = (round: RepoRound, items: readonly Json[], listed: Set<string>): Turn => {
  const facts: RunEvent[] = []
  const notes: Note[] = []
  const refused: Refused[] = []
  for (const item of items)
    try {
      const run = readWorkflowRun(item, options(round))
      listed.add(run.id)
      if (!takeIn(round, run, round.repo)) continue
      facts.push(...run.facts)
      notes.push(...run.notes)
    } catch (error) {
      if (!(error instanceof RefusedPayload)) throw error
      refused.push(refusedOf(error, item))
    }
  return turnOf({ facts, notes, refused })
}

/** Facts of the jobs of one attempt that were not told yet. Changes what is remembered in place. */
const readJobs = async (round: RepoRound, id: string, open: OpenRun): Promise<Turn> => {
  const { config, get, now } = round
  const url = `${repoUrl(config, round.repo)}/actions/runs/${id}/attempts/${open.attempt}/jobs`
  const items = (await wholeList(get, { url, query: {}, isUrgent: !open.isEnded }, 'jobs')) ?? []
  const facts: RunEvent[] = []
  const notes: Note[] = []
  const refused: Refused[] = []
  const { source } = config
  for (const item of items)
    try {
      const reading = readJob(item, { source, repo: open.repo, now, run: open.context })
      const job = reading.facts[0]?.runId
      if (job === undefined) continue
      const news = newsOf(reading.facts, open.told[job] ?? [])
      open.told[job] = news.told
      facts.push(...news.facts)
      if (news.facts.length > 0) notes.push(...reading.notes)
    } catch (error) {
      if (!(error instanceof RefusedPayload)) throw error
      refused.push(refusedOf(error, item))
    }
  return turnOf({ facts, notes, refused })
}

/** Reads the jobs of a run, attempt by attempt; an ended one is let go after its last. */
async function* runTurns(round: RepoRound, id: string, open: OpenRun): AsyncGenerator<Turn> {
  open.readAt = round.now
  try {
    yield await readJobs(round, id, open)
    open.vain = 0
    while (open.attempt < open.last) {
      open.attempt += 1
      yield await readJobs(round, id, open)
    }
  } catch (error) {
    // Deleted since, not there yet, or not to be read now: others are.
    if (!(error instanceof UnexpectedAnswer)) throw error
    open.vain += error.status === 404 ? 1 : 0
    yield turnOf({ notes: [{ oddity: 'unread-part', detail: error.message }] })
    if (open.vain < MAX_VAIN) return
    open.isEnded = true
  }
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- plain data, kept as JSON
  if (open.isEnded) delete round.cursor.open[id]
}

/** A run that is in no list any more has ended, or waits: it is asked for by itself. */
const readUnlisted = async (round: RepoRound, id: string, listed: Set<string>): Promise<Turn> => {
  try {
    const url = `${repoUrl(round.config, round.repo)}/actions/runs/${id}`
    const payload = await getJson(round.get, url, MAX_RUN_BYTES, { isUrgent: true })
    return takeInAll(round, [payload as Json], listed)
  } catch (error) {
    if (!(error instanceof UnexpectedAnswer)) throw error
    return turnOf({ notes: [{ oddity: 'unread-part', detail: error.message }] })
  }
}

const forget = ({ cursor }: RepoRound, before: number): void => {
  for (const [id, { createdAt }] of Object.entries(cursor.marks))
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- plain data, kept as JSON
    if (createdAt < before && cursor.open[id] === undefined) delete cursor.marks[id]
}

/** What goes on, or was read before, comes before what ended long ago. */
const rank = ({ isEnded, told }: OpenRun): number =>
  Number(isEnded && Object.keys(told).length === 0)

const isDue = ({ now }: RepoRound, id: string, open: OpenRun, listed: Set<string>): boolean =>
  listed.has(id) || open.isListed || now - open.readAt >= UNLISTED_EVERY_MS

/** Turns of one repository. */
export async function* runsTurns(round: RepoRound): AsyncGenerator<Turn> {
  const { cursor, config, now } = round
  const from = cursor.runsUpTo === 0 ? now - config.horizonMs : cursor.runsUpTo - OVERLAP_MS
  const listed = new Set<string>()
  for await (const items of runsSince(round, from)) yield takeInAll(round, items, listed)
  yield takeInAll(round, await runsUnderWay(round), listed)
  const due = Object.entries(cursor.open)
    .filter(([id, open]) => isDue(round, id, open, listed))
    .sort(([, a], [, b]) => rank(a) - rank(b) || a.readAt - b.readAt)
    .slice(0, config.roundRuns)
  for (const [id, open] of due) {
    open.isListed = listed.has(id)
    if (!open.isListed) yield await readUnlisted(round, id, listed)
    yield* runTurns(round, id, open)
  }
  forget(round, from - 2 * OVERLAP_MS - 3_600_000)
}
