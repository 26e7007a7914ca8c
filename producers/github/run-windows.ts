/** Workflow runs by the time they were created, in windows that are short enough to be listed whole. */

import type { Json } from '../payload/json.ts'
import { MAX_LISTED, pagesOf, wholeList, type ListAsking } from './pages.ts'
import { repoUrl, type RepoRound } from './round.ts'

const HOUR_MS = 3_600_000
const RUNS = 'workflow_runs'

const iso = (at: number): string => `${new Date(at).toISOString().slice(0, 19)}Z`

const askingOf = (round: RepoRound, query: Readonly<Record<string, string>>): ListAsking => ({
  url: `${repoUrl(round.config, round.repo)}/actions/runs`,
  query,
  isUrgent: true,
})

/** What cannot be split further is listed as far as it goes. */
const listed = async (round: RepoRound, asking: ListAsking): Promise<Json[]> => {
  const items: Json[] = []
  for await (const page of pagesOf(round.get, asking, RUNS)) {
    items.push(...page.items)
    if (items.length >= MAX_LISTED) break
  }
  return items
}

/** Runs created from `from` on, oldest window first; `to` is inclusive, null is open. In whole seconds. */
async function* between(
  round: RepoRound,
  from: number,
  to: number | null,
): AsyncGenerator<readonly Json[]> {
  const created = to === null ? `>=${iso(from)}` : `${iso(from)}..${iso(to)}`
  const asking = askingOf(round, { created })
  const items = await wholeList(round.get, asking, RUNS, MAX_LISTED)
  if (items !== null) {
    yield items
    return
  }
  const end = to ?? round.now
  const middle = Math.floor((from + end) / 2000) * 1000
  if (middle <= from || middle >= end) yield await listed(round, asking)
  else {
    yield* between(round, from, middle)
    yield* between(round, middle + 1000, to)
  }
}

/** The address stays the same for an hour, so that nothing is sent where nothing changed. */
export const runsSince = (round: RepoRound, from: number): AsyncGenerator<readonly Json[]> =>
  between(round, Math.floor(from / HOUR_MS) * HOUR_MS, null)

/** Runs that go on, also those created long ago and run again. */
export const runsUnderWay = (round: RepoRound): Promise<Json[]> =>
  listed(round, askingOf(round, { status: 'in_progress' }))
