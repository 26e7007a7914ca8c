/** Jobs of workflow runs, attempt by attempt. */

import { noteRuns } from '../log/follow.ts'
import { RefusedPayload, type Note, type Refused } from '../payload/heard.ts'
import type { Json } from '../payload/json.ts'
import { newsOf } from '../payload/news.ts'
import { UnexpectedAnswer } from '../payload/reach.ts'
import { turnOf, type Other, type Turn } from '../payload/turn.ts'
import type { RunEvent } from '../../schemas/events.ts'
import type { OpenRun } from './cursor.ts'
import { readJob } from './normalize-job.ts'
import { GITHUB_LOG } from './logs.ts'
import { wholeList } from './pages.ts'
import { refusedOf, repoUrl, type RepoRound } from './round.ts'

/** A run whose jobs were not there so often was deleted. */
const MAX_VAIN = 3

type Jobs = readonly Json[] | UnexpectedAnswer

/** Jobs of one attempt as they are listed. Remembers nothing, so that several may be under way. */
export const fetchJobs = async (round: RepoRound, id: string, open: OpenRun): Promise<Jobs> => {
  const { config, get, repo } = round
  const url = `${repoUrl(config, repo)}/actions/runs/${id}/attempts/${open.attempt}/jobs`
  const asking = { url, query: {}, isUrgent: !open.isEnded }
  try {
    return (await wholeList(get, asking, 'jobs', Infinity)) ?? []
  } catch (error) {
    if (error instanceof UnexpectedAnswer) return error
    throw error
  }
}

/** Facts of jobs that were not told yet. Changes what is remembered in place. */
const readJobs = (round: RepoRound, items: readonly Json[], open: OpenRun): Turn => {
  const { config, cursor, now } = round
  const logs = (cursor.logs ??= {})
  const facts: RunEvent[] = []
  const notes: Note[] = []
  const refused: Refused[] = []
  const others: Other[] = []
  const { source } = config
  for (const item of items)
    try {
      const reading = readJob(item, { source, repo: open.repo, now, run: open.context })
      const job = reading.facts[0]?.runId
      if (job === undefined) continue
      const news = newsOf(reading.facts, open.told[job] ?? [])
      open.told[job] = news.told
      facts.push(...news.facts)
      others.push(...noteRuns(logs, news.facts, GITHUB_LOG, config.logs, now))
      if (news.facts.length > 0) notes.push(...reading.notes)
    } catch (error) {
      if (!(error instanceof RefusedPayload)) throw error
      refused.push(refusedOf(error, item))
    }
  return turnOf({ facts, others, notes, refused })
}

/** Tells the jobs of a run, attempt by attempt; an ended one is let go after its last. */
export async function* runTurns(
  round: RepoRound,
  { id, open, first }: { id: string; open: OpenRun; first: Jobs },
): AsyncGenerator<Turn> {
  open.readAt = round.now
  let jobs = first
  while (!(jobs instanceof UnexpectedAnswer)) {
    open.vain = 0
    yield readJobs(round, jobs, open)
    if (open.attempt >= open.last) break
    open.attempt += 1
    jobs = await fetchJobs(round, id, open)
  }
  if (jobs instanceof UnexpectedAnswer) {
    // Deleted since, not there yet, or not to be read now: others are.
    open.vain += jobs.status === 404 ? 1 : 0
    yield turnOf({ notes: [{ oddity: 'unread-part', detail: jobs.message }] })
    if (open.vain < MAX_VAIN) return
    open.isEnded = true
  }
  // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- plain data, kept as JSON
  if (open.isEnded) delete round.cursor.open[id]
}
