/** Workflow runs and their jobs: what was created since, what goes on, and what was run again. */

import { ahead, SIDE_BY_SIDE } from '../payload/ahead.ts'
import { RefusedPayload, type Note, type Refused } from '../payload/heard.ts'
import type { Json } from '../payload/json.ts'
import { getJson, UnexpectedAnswer } from '../payload/reach.ts'
import { turnOf, type Turn } from '../payload/turn.ts'
import type { RunEvent } from '../../schemas/events.ts'
import type { OpenRun } from './cursor.ts'
import { readWorkflowRun, type WorkflowRun } from './normalize-run.ts'
import { fetchJobs, runTurns } from './poll-jobs.ts'
import { options, refusedOf, repoUrl, type RepoRound } from './round.ts'
import { runsSince, runsUnderWay } from './run-windows.ts'

/** Looks back so far each time: runs do not appear in the order they are created in. */
const OVERLAP_MS = 600_000
/** What is in no list, as a run that waits for an approval, is asked for less often. */
const UNLISTED_EVERY_MS = 300_000
/** GitHub asks for few requests at once. */
const RUNS_AHEAD = Math.min(8, SIDE_BY_SIDE)
const MAX_RUN_BYTES = 4 * 2 ** 20
/** Attempts before the one first heard that are read too. */
const MAX_ATTEMPTS_BACK = 5

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
  }
  const fetched = ahead(due, RUNS_AHEAD, async ([id, open]) => {
    return { id, open, first: await fetchJobs(round, id, open) }
  })
  for await (const one of fetched) yield* runTurns(round, one)
  forget(round, from - 2 * OVERLAP_MS - 3_600_000)
}
