/**
 * What a pull request or an issue adds to the sums, as a function of all that is known of it: when that changes, what it
 * added before is taken back and the new put in, so that its facts may come in any order and more than once.
 */

import { add, type Counters } from '../counters.ts'
import { bucketOf } from '../histogram.ts'
import { endOf, type Issue, type Pull } from './cells.ts'
import { firstFailure, lastEnd } from './ends.ts'
import { BUCKETS, ID, SPANS, type SpanName } from './names.ts'

/** Counters and the instant that places them. */
export type Contribution = readonly [at: number, counters: Counters]
export const isSame = (a: readonly Contribution[], b: readonly Contribution[]): boolean =>
  a.length === b.length &&
  a.every(([at, counters], i) => at === b[i]?.[0] && counters.join() === b[i][1].join())

const one = (id: number): Counters => [id, 1]
const span = (name: SpanName, from: number, to: number): Counters =>
  from > 0 && to >= from ? [SPANS[name] + bucketOf(to - from, BUCKETS), 1] : []
const sumsOf = (amounts: Readonly<Record<string, number>>): Counters => {
  const counters: Counters = []
  for (const [name, amount] of Object.entries(amounts))
    add(counters, ID[name as keyof typeof ID], amount)
  return counters
}

/** All of a pull request; nothing while its opening is not known. */
export const ofPull = (pull: Pull): Contribution[] => {
  const { openedAt, responseAt, reviewAt, mergedAt } = pull
  const endedAt = endOf(pull)
  const all: Contribution[] = [...ofQueue(pull), ...ofChecks(pull)]
  if (openedAt > 0) all.push([openedAt, one(ID.opened)])
  if (responseAt > 0) all.push([responseAt, span('response', openedAt, responseAt)])
  if (reviewAt > 0) all.push([reviewAt, span('pickup', openedAt, reviewAt)])
  if (endedAt > 0) all.push([endedAt, one(mergedAt > 0 ? ID.merged : ID.closed)])
  if (mergedAt === 0) return all
  all.push([endedAt, span('merge', openedAt, endedAt)])
  if (reviewAt > 0) all.push([endedAt, span('review', reviewAt, endedAt)])
  all.push([endedAt, ofMerge(pull)])
  return all
}

/** What its runs came to, once it is merged. Reruns are those of the commit that was merged. */
const ofMerge = ({ checks, sha, moreRuns, moreChecks, moreFailures }: Pull): Counters => {
  if (checks.length === 0) return []
  const last = checks.filter((check) => check.sha === sha)
  const reruns = last.reduce((sum, { runs }) => sum + runs - 1, moreRuns - moreChecks)
  return sumsOf({
    'merged/failures': checks.reduce((sum, { failures }) => sum + failures, moreFailures),
    'merged/reruns': reruns,
    'merged/reruns2': reruns * reruns,
    'merged/withChecks': 1,
  })
}

/** Time in the merge queue from the last entry to the merge, and how the queue grew and shrank. */
const ofQueue = (pull: Pull): Contribution[] => {
  const { stays, mergedAt } = pull
  const endedAt = endOf(pull)
  const left = stays.length % 2 === 1 && endedAt > 0 ? [...stays, endedAt] : stays
  const all = left.map((at, i): Contribution => {
    const change = i % 2 === 0 ? 1 : -1
    return [
      at,
      sumsOf({ 'queue/change': change, 'queue/changeAt': change * Math.round(at / 1000) }),
    ]
  })
  const entered = stays.length % 2 === 1 ? stays.at(-1) : stays.at(-2)
  if (entered === undefined || mergedAt < entered) return all
  const seconds = Math.round((endedAt - entered) / 1000)
  const sums = { 'queue/n': 1, 'queue/seconds': seconds, 'queue/seconds2': seconds * seconds }
  all.push([endedAt, sumsOf(sums)])
  return all
}

/** Machine time of its runs, and the first thing that they told of the newest commit. */
const ofChecks = (pull: Pull): Contribution[] => {
  const { checks, sha, shaAt } = pull
  const all = checks.map(({ ms, ends, runs }): Contribution => {
    const last = lastEnd(ends)
    return [last.at, sumsOf({ 'run/ms': ms, 'run/wastedMs': ms - last.ms, 'run/n': runs })]
  })
  const own = checks.filter((check) => check.sha === sha)
  const failed = own.map(({ ends }) => firstFailure(ends)).filter((failedAt) => failedAt > 0)
  const last = Math.max(0, ...own.map(({ ends }) => lastEnd(ends).at))
  const at = failed.length > 0 ? Math.min(...failed) : endOf(pull) > 0 ? last : 0
  if (at > 0) all.push([at, span('signal', shaAt, at)])
  return all
}

export const ofIssue = (issue: Issue): Contribution[] => {
  const { openedAt, responseAt } = issue
  const endedAt = endOf(issue)
  const all: Contribution[] = []
  if (openedAt > 0) all.push([openedAt, one(ID['issues/opened'])])
  if (responseAt > 0) all.push([responseAt, span('issueResponse', openedAt, responseAt)])
  if (endedAt > 0)
    all.push([endedAt, one(ID['issues/closed'])], [endedAt, span('issueClose', openedAt, endedAt)])
  return all
}
