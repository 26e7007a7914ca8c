/** Pull requests whose KPIs are compared with a batch: kubevirt's merges and its queue, and a made repository with everything. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import type { Offer } from '../../runtime/ports.ts'
import type { IssueEvent, PullEvent, PullRun } from '../../schemas/events.ts'
import { DAY, HOUR, MINUTE, MONDAY, SECOND } from './facts.ts'
import { chanceOf } from './generated-archive.ts'
import { aPull, anIssue, aRunOf } from './pull-facts.ts'

export type PullFact = PullEvent | PullRun | IssueEvent

const KUBEVIRT = { source: 'github', repo: 'kubevirt/kubevirt' }
const QUEUED = ['lgtm', 'approved']
export const rowsOf = (folder: string, file: string): Record<string, string>[] =>
  parse(readFileSync(join(folder, file)), { columns: true })

/** merged.csv: each merge, its last entry into the queue where that is known, and a run for each retest and one more. */
export const mergesOf = (folder: string): PullFact[] =>
  rowsOf(folder, 'merged.csv').flatMap((row) => {
    const [pull, at] = [Number(row['number']), Date.parse(row['merged_at'] ?? '')]
    const days = row['days_to_merge'] ?? ''
    const entered = at - Math.round(Number(days) * DAY)
    const runs = Array.from({ length: Number(row['retests']) + 1 }, (_, i) => ({
      ...aRunOf(pull, 'e2e', at - (i + 1) * SECOND, 1, false),
      ...KUBEVIRT,
    }))
    const more = { ...KUBEVIRT, author: null }
    const queued =
      days === '' ? [] : [aPull(pull, 'labelled', entered, { ...more, labels: QUEUED })]
    return [...queued, ...runs, aPull(pull, 'merged', at, more)]
  })

/** queue.csv: who came into the queue and who left it from one look to the next. */
export const queueOf = (folder: string): PullFact[] => {
  const looks = rowsOf(folder, 'queue.csv').toSorted((a, b) =>
    (a['at'] ?? '') < (b['at'] ?? '') ? -1 : 1,
  )
  let before = new Set<string>()
  return looks.flatMap((look) => {
    const at = Date.parse(look['at'] ?? '')
    const now = new Set((look['numbers'] ?? '').split('|').filter((number) => number !== ''))
    const changed = [
      ...[...now].filter((number) => !before.has(number)),
      ...[...before].filter((number) => !now.has(number)),
    ]
    before = now
    return changed.map((number) =>
      aPull(Number(number), 'labelled', at, {
        ...{ ...KUBEVIRT, author: null },
        labels: now.has(number) ? QUEUED : [],
      }),
    )
  })
}

const PEOPLE = ['ann', 'bob', 'cat', 'dan', 'eve', 'fay', 'k8s-ci-robot', 'dependabot[bot]']
/** A made repository of half a year, the same for the same seed: everything that its KPIs count happens in it. */
export const madePulls = (seed: number): PullFact[] => {
  const chance = chanceOf(seed)
  const upTo = (n: number): number => Math.floor(chance() * n)
  const person = (): string => PEOPLE[upTo(PEOPLE.length)] ?? 'ann'
  const length = (): number => MINUTE + Math.floor(chance() ** 3 * 20 * DAY)
  const facts: PullFact[] = []
  for (let pull = 1; pull <= 250; pull += 1) {
    const author = person()
    const [at, spanMs] = [MONDAY + upTo(180 * DAY), length()]
    const during = (share = chance()): number => at + Math.floor(spanMs * share)
    const [sha, again] = [`first-${pull}`, `second-${pull}`]
    facts.push(aPull(pull, 'opened', at, { author, sha }))
    const pushedAt = during(0.3)
    const isPushed = chance() < 0.4
    if (isPushed) facts.push(aPull(pull, 'synchronised', pushedAt, { author, sha: again }))
    for (let i = upTo(4); i > 0; i -= 1)
      facts.push(
        aPull(pull, upTo(2) === 0 ? 'reviewed' : 'commented', during(), {
          author,
          actor: person(),
        }),
      )
    for (const job of ['unit', 'e2e', 'lint'])
      for (let i = upTo(4); i > 0; i -= 1) {
        const ranAt = during()
        const own = isPushed && ranAt > pushedAt ? again : sha
        const failed = [true, false, null][upTo(3)] ?? null
        facts.push(aRunOf(pull, job, ranAt, 1 + upTo(4_000), failed, own))
      }
    for (const share of [0.5, 0.6, 0.7, 0.8].slice(0, upTo(5)))
      facts.push(
        aPull(pull, 'labelled', during(share), {
          ...{ author, actor: person() },
          labels: share === 0.6 || share === 0.8 ? [...QUEUED, 'do-not-merge/hold'] : QUEUED,
        }),
      )
    const end = chance()
    if (end < 0.6) facts.push(aPull(pull, 'merged', during(1), { author }))
    else if (end < 0.85) facts.push(aPull(pull, 'closed', during(0.9), { author }))
    if (end > 0.75 && end < 0.85) facts.push(aPull(pull, 'reopened', during(0.95), { author }))
  }
  for (let issue = 1; issue <= 120; issue += 1) {
    const author = person()
    const [at, spanMs] = [MONDAY + upTo(180 * DAY), length()]
    facts.push(anIssue(issue, 'opened', at, author, author))
    for (let i = upTo(3); i > 0; i -= 1)
      facts.push(anIssue(issue, 'commented', at + upTo(spanMs), person(), author))
    if (chance() < 0.7) facts.push(anIssue(issue, 'closed', at + spanMs, author, author))
    if (chance() < 0.1) facts.push(anIssue(issue, 'reopened', at + spanMs + HOUR, author, author))
  }
  return facts
}

/** As offers in order of time; what happened at one instant is in order of its id, as a pipeline handles it. */
export const asOffers = (facts: readonly PullFact[]): Offer[] =>
  facts
    .map((record): Offer =>
      'issue' in record
        ? { topic: 'ci.issue-events.v1', record }
        : 'runId' in record
          ? { topic: 'ci.pull-runs.v1', record }
          : { topic: 'ci.pull-events.v1', record },
    )
    .sort((a, b) => a.record.observedAt - b.record.observedAt)

/** A fact as the batch reads it. */
export const lineOf = (fact: PullFact): string => {
  const { source, repo, eventAt: at } = fact
  const subject = `${source}:${repo}`
  if ('runId' in fact) {
    const { pull, job, sha, failed, startedAt, finishedAt } = fact
    const ms = finishedAt - (startedAt ?? finishedAt)
    return JSON.stringify({ subject, pull, at, kind: 'ran', job, sha, failed, ms })
  }
  const { kind, author, actor } = fact
  if ('issue' in fact)
    return JSON.stringify({ subject, issue: fact.issue, at, kind, author, actor })
  const { pull, sha, labels } = fact
  const told = { subject, pull, at, author, actor, sha }
  const isIn = QUEUED.every((label) => labels.includes(label)) && labels.length === QUEUED.length
  return JSON.stringify(
    kind === 'labelled' ? { ...told, kind: 'queued', in: isIn } : { ...told, kind },
  )
}
