/** KPIs of pulls and issues: the example of each file, the laws of facts, and kubevirt's own weekly figures. */

import { readdirSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { PULL_KPI_FILES } from '../../processors/kpi/pulls/index.ts'
import { kpiPulls } from '../../processors/kpi/pulls/pulls.ts'
import type { IssueEvent, KpiValue, PullEvent, PullRun } from '../../schemas/events.ts'
import { dataDir } from '../support/data.ts'
import { drive, type Drive } from '../support/drive-one.ts'
import { DAY, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { lawAbiding } from '../support/law-abiding.ts'
import { aPull, anIssue, aRunOf } from '../support/pull-facts.ts'
import { asOffers, mergesOf, queueOf, rowsOf } from '../support/pull-worlds.ts'
import { topologyDriver } from '../support/topology-driver.ts'

const newDrive = (): Drive => drive(lawAbiding(kpiPulls))
const valueOf = (driven: Drive, name: string, window: string, at?: number): KpiValue => {
  const found = driven
    .on('ci.kpis.v1')
    .findLast((kpi) => kpi.window === window && (at === undefined || kpi.eventAt === at))
    ?.values.find(({ kpi }) => kpi === name)
  if (found === undefined) throw new Error(`${name} was not told`)
  return found
}
/** Gives facts in order of time and tells a KPI an hour after the last. */
const of = (
  name: string,
  window: string,
  ...facts: readonly (PullEvent | IssueEvent | PullRun)[]
) => {
  const driven = newDrive()
  let last = 0
  for (const fact of facts.toSorted((a, b) => a.observedAt - b.observedAt)) {
    if ('issue' in fact) driven.give('ci.issue-events.v1', fact)
    else if ('runId' in fact) driven.give('ci.pull-runs.v1', fact)
    else driven.give('ci.pull-events.v1', fact)
    last = fact.observedAt
  }
  driven.advanceTo(Math.floor(last / HOUR) * HOUR + HOUR)
  return valueOf(driven, name, window)
}
/** Read from buckets 5 % wide. */
const expectSpan = (value: KpiValue, hours: number): void => {
  expect(Math.abs((value.value ?? 0) / (hours * 3600) - 1)).toBeLessThan(0.026)
}
const T = MONDAY
const merged = (pull: number, after: number, more: Partial<PullEvent> = {}): PullEvent[] => [
  aPull(pull, 'opened', T, more),
  aPull(pull, 'merged', T + after, more),
]

describe('KPIs of pulls', () => {
  it('have a row for every file and a file for every row', () => {
    const machinery = [
      'cells',
      'contributions',
      'ends',
      'evolve',
      'index',
      'names',
      'people',
      'pulls',
      'row',
      'windows',
    ]
    const files = readdirSync(new URL('../../processors/kpi/pulls', import.meta.url))
      .map((file) => file.replace(/\.ts$/, ''))
      .filter((file) => !machinery.includes(file))
    expect(files.sort()).toEqual(Object.keys(PULL_KPI_FILES).sort())
  })

  it('time_to_merge', () => {
    const facts = [1, 2, 3, 40].flatMap((hours, i) => merged(i + 1, hours * HOUR))
    expectSpan(of('time_to_merge_p50', '7d', ...facts), 2)
    expectSpan(of('time_to_merge_p90', '7d', ...facts), 40)
    expect(of('time_to_merge_p50', '7d', ...facts).n).toBe(4)
  })
  it('pr_pickup, pr_review and time_to_first_response', () => {
    const facts = [
      ...merged(1, 5 * HOUR),
      aPull(1, 'reviewed', T + HOUR, { actor: 'ann' }),
      aPull(1, 'commented', T + MINUTE, { actor: 'k8s-ci-robot' }),
      aPull(1, 'reviewed', T + 3 * HOUR, { actor: 'bob' }),
    ]
    expectSpan(of('pr_pickup_p50', '7d', ...facts), 3)
    expectSpan(of('pr_review_p50', '30d', ...facts), 2)
    expectSpan(of('time_to_first_response_p50', '7d', ...facts), 3)
    expect(of('reviewers', '7d', ...facts).value).toBe(1)
  })
  it('issue_time_to_response, issue_time_to_close and the backlog', () => {
    const facts = [
      anIssue(1, 'opened', T),
      anIssue(1, 'commented', T + 2 * HOUR, 'bob'),
      anIssue(1, 'closed', T + 10 * HOUR),
      anIssue(2, 'opened', T + HOUR),
    ]
    expectSpan(of('issue_time_to_response_p50', '7d', ...facts), 2)
    expectSpan(of('issue_time_to_close_p50', '7d', ...facts), 10)
    expect(of('issue_backlog_change', '7d', ...facts)).toMatchObject({ value: 1, n: 2 })
    expect(of('open_issues', 'now', ...facts).value).toBe(1)
  })
  it('tell nothing, least of all 0, of issues, the queue and people that nobody tells of', () => {
    const facts = merged(1, 5 * HOUR, { author: null })
    for (const [name, window] of [
      ...([
        ['open_issues', 'now'],
        ['issue_backlog_change', '7d'],
      ] as const),
      ...([
        ['merge_queue_depth', 'now'],
        ['merge_queue_mean', '30d'],
      ] as const),
      ...([
        ['contributors', '7d'],
        ['reviewers', '30d'],
      ] as const),
    ])
      expect(of(name, window, ...facts), name).toMatchObject({ value: null, n: 0 })
    const closed = [anIssue(1, 'opened', T), anIssue(1, 'closed', T + HOUR)]
    expect(of('open_issues', 'now', ...closed)).toMatchObject({ value: 0, n: 0 })
  })
  it('unmerged_ratio, merged_per_day and pull_backlog_change', () => {
    const three = [1, 2, 3].flatMap((pull) => merged(pull, HOUR))
    const four = [...three, aPull(4, 'opened', T), aPull(4, 'closed', T + HOUR)]
    const ratio = of('unmerged_ratio', '7d', ...four)
    expect(ratio).toMatchObject({ value: 0.25, numerator: 1, denominator: 4 })
    expect([ratio.low, ratio.high].map((end) => end?.toFixed(4))).toEqual(['0.0456', '0.6994'])
    expect(of('pull_backlog_change', '7d', ...three, aPull(9, 'opened', T))).toMatchObject({
      value: 1,
    })
    const fifteen = Array.from({ length: 15 }, (_, i) => merged(i, HOUR)).flat()
    expect(of('merged_per_day', '7d', ...fifteen).value).toBeCloseTo(15 / 7, 12)
  })
  it('open_pulls and their ages', () => {
    const facts = [1, 2, 30].map((hours, i) => aPull(i, 'opened', T + (30 - hours) * HOUR))
    facts.push(aPull(9, 'opened', T + 30 * HOUR - MINUTE), aPull(9, 'closed', T + 30 * HOUR - 1))
    expect(of('open_pulls', 'now', ...facts).value).toBe(3)
    expect(of('open_pr_age_p90', 'now', ...facts).value).toBe(30 * 3600)
  })
  it('retests, their waste and the first signal', () => {
    const runs = [
      aRunOf(1, 'e2e', T + 30 * MINUTE, 100, true),
      aRunOf(1, 'e2e', T + 50 * MINUTE, 300, true),
      aRunOf(1, 'e2e', T + 70 * MINUTE, 200, false),
      aRunOf(1, 'unit', T + 10 * MINUTE, 60, false),
    ]
    const facts = [...merged(1, 3 * HOUR, { sha: 'abc' }), ...runs]
    expect(of('average_retests_to_merge', '7d', ...facts)).toMatchObject({ value: 2, n: 1 })
    expect(of('retests_per_merge', '7d', ...facts)).toMatchObject({ value: 2, n: 1 })
    expectSpan(of('time_to_first_signal_p50', '7d', ...facts), 0.5)
    const two = [aRunOf(1, 'e2e', T + MINUTE, 100, true), aRunOf(1, 'e2e', T + HOUR, 300, false)]
    expect(of('retest_waste', '7d', ...two)).toMatchObject({ value: 0.25, n: 2, denominator: 400 })
  })
  it('runs that are told again as something else count as what they were told last', () => {
    const told = aRunOf(1, 'e2e', T + MINUTE, 100, true)
    const back = { ...told, eventId: 'back', takesBack: true }
    const again = { ...aRunOf(1, 'e2e', T + MINUTE, 100, false), eventId: 'again' }
    const facts = [...merged(1, HOUR, { sha: 'abc' }), told, back, again]
    expect(of('average_retests_to_merge', '7d', ...facts)).toMatchObject({ value: 0, n: 1 })
  })
  it('an end that is corrected leaves what would be there without it', () => {
    const back = (run: PullRun): PullRun => ({
      ...run,
      eventId: `back/${run.eventId}`,
      takesBack: true,
    })
    const quick = aRunOf(1, 'e2e', T + 10 * MINUTE, 10, false)
    // Closed as unknown after three days of silence; then its end is heard after all.
    const silent = aRunOf(1, 'e2e', T + 72 * HOUR, 72 * 3600, null)
    const heard = { ...aRunOf(1, 'e2e', T + 9 * MINUTE, 60, false), eventId: 'heard' }
    const later = [back(silent), heard].map((run) => ({ ...run, observedAt: T + 73 * HOUR }))
    expect(of('retest_waste', '7d', quick, silent, ...later)).toMatchObject({
      ...{ value: 60 / 70, numerator: 60, denominator: 70, n: 2 },
    })
    const red = [30, 60].map((minute) => aRunOf(1, 'e2e', T + minute * MINUTE, 100, true))
    const [first] = red as [PullRun]
    const green = { ...first, eventId: 'green', failed: false }
    const mended = [back(first), green].map((run) => ({ ...run, observedAt: T + 2 * HOUR }))
    const facts = [...merged(1, 3 * HOUR, { sha: 'abc' }), ...red, ...mended]
    expectSpan(of('time_to_first_signal_p50', '7d', ...facts), 1)
  })
  it('of many ends of one job on one commit the first failure and the last end are kept', () => {
    const runs = Array.from({ length: 40 }, (_, i) =>
      aRunOf(1, 'e2e', T + (i + 1) * MINUTE, i + 1, i > 0),
    )
    const facts = [...merged(1, 3 * HOUR, { sha: 'abc' }), ...runs]
    expectSpan(of('time_to_first_signal_p50', '7d', ...facts), 2 / 60)
    expect(of('retest_waste', '7d', ...facts)).toMatchObject({ numerator: 780, denominator: 820 })
  })
  it('the merge queue', () => {
    const labels = ['lgtm', 'approved']
    const facts = [
      ...merged(1, 7 * DAY - 1),
      aPull(1, 'labelled', T + 5 * DAY, { labels }),
      aPull(2, 'opened', T),
      aPull(2, 'labelled', T + 5 * DAY, { labels: [...labels, 'do-not-merge/hold'] }),
    ]
    expect(of('merge_queue_depth', 'now', ...facts).value).toBe(0)
    expect(of('merge_queue_mean', '7d', ...facts).value).toBeCloseTo(2 / 7, 4)
    expect(of('time_in_merge_queue', '7d', ...facts).value).toBeCloseTo(2 * 86_400, 0)
    expect(of('merge_queue_depth', 'now', ...facts.slice(1)).value).toBe(0)
    expect(
      of('merge_queue_depth', 'now', ...facts.filter(({ kind }) => kind !== 'merged')).value,
    ).toBe(1)
  })
  it('contributors and how they come and go', () => {
    const opened = (pull: number, author: string, at: number) =>
      aPull(pull, 'opened', at, { author })
    const facts = [
      ...[opened(1, 'ann', T), opened(2, 'bob', T), opened(3, 'dependabot[bot]', T)],
      ...[opened(4, 'bob', T + 40 * DAY), opened(5, 'cat', T + 40 * DAY)],
    ]
    expect(of('contributors', '30d', ...facts).value).toBe(2)
    expect(of('new_contributor_share', '30d', ...facts)).toMatchObject({ value: 0.5, numerator: 1 })
    expect(of('contributor_retention', '30d', ...facts)).toMatchObject({
      value: 0.5,
      denominator: 2,
    })
  })

  it('are the same whatever the order and the repeats of facts heard within an hour', () => {
    const facts = [
      ...[
        ...merged(1, 5 * MINUTE, { sha: 'abc' }),
        aPull(1, 'reviewed', T + MINUTE, { actor: 'bob' }),
      ],
      ...[
        aPull(2, 'opened', T),
        aPull(2, 'closed', T + MINUTE),
        aPull(2, 'reopened', T + 2 * MINUTE),
      ],
      ...[aPull(2, 'commented', T + 3 * MINUTE, { actor: 'cat' })],
      ...[aPull(3, 'opened', T), aPull(3, 'synchronised', T + MINUTE, { sha: 'new' })],
    ].map((fact) => ({ ...fact, observedAt: T + 10 * MINUTE }))
    const told = (all: readonly PullEvent[]) => {
      const driven = newDrive()
      for (const fact of all) driven.give('ci.pull-events.v1', fact)
      driven.advanceTo(T + 90 * DAY)
      return driven.said
    }
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...facts, ...facts], { minLength: 2 * facts.length }),
        (mixed) => {
          expect(told(mixed)).toEqual(told(facts))
        },
      ),
      { numRuns: 20 },
    )
  })

  it('retire, and leave no pull and no sum behind', () => {
    const driven = newDrive()
    for (const fact of [...merged(1, HOUR), aPull(2, 'opened', T), aPull(2, 'closed', T + HOUR)])
      driven.give('ci.pull-events.v1', fact)
    driven.advanceTo(T + 100 * DAY)
    expect(driven.said.at(-1)).toMatchObject({ kind: 'retire' })
    const cells = Object.keys(driven.state()).map((name) => name.split('\u001f')[1])
    expect(cells.filter((name) => !name?.startsWith('authors/'))).toEqual(['repo'])
    expect([...driven.timers]).toEqual([])
  })
})

const KUBEVIRT = dataDir('kubevirt-merge-kpis')
describe.skipIf(KUBEVIRT === null)('the merge queue of kubevirt', () => {
  const rows = (file: string) => rowsOf(KUBEVIRT ?? '', file)
  const near = (told: number | null, own: string | undefined): boolean =>
    Math.abs((told ?? 0) - Number(own)) <= 0.00501

  it('merges, waits and retests as its own 299 weekly averages say', () => {
    const driver = topologyDriver([kpiPulls])
    const facts = mergesOf(KUBEVIRT ?? '')
    for (const { topic, record } of asOffers(facts)) driver.pipe(topic, record)
    driver.advance(Date.parse('2025-02-01'))
    const history = new Map(
      driver
        .read('ci.kpi-history.v1')
        .flatMap((kpi) => (kpi.window === '7d' ? [[kpi.eventAt, kpi] as const] : [])),
    )
    driver.close()
    const weeks = rows('weekly.csv')
    const wrong = { merged: 0, retests: 0, days: 0, compared: 0 }
    for (const week of weeks) {
      const kpi = history.get(Date.parse(week['end_date'] ?? ''))
      const value = (name: string): KpiValue | undefined =>
        kpi?.values.find(({ kpi: own }) => own === name)
      if (kpi === undefined && Number(week['merged_per_day_avg']) > 0) wrong.merged += 1
      if (kpi === undefined) continue
      wrong.compared += 1
      const merges = value('merged_per_day')?.value ?? 0
      if (Math.abs(merges - Number(week['merged_per_day_avg'])) > 1e-9) wrong.merged += 1
      if (!near(value('retests_per_merge')?.value ?? 0, week['retests_avg'])) wrong.retests += 1
      const seconds = value('time_in_merge_queue')?.value ?? 0
      // Early weeks did not collect it: nothing here, 0 there.
      if (!near(seconds / 86_400, week['time_to_merge_days_avg'])) wrong.days += 1
    }
    console.info(`kubevirt: ${wrong.compared} weeks compared`)
    expect(wrong).toMatchObject({ merged: 0, retests: 0, days: 0 })
    expect(weeks).toHaveLength(299)
  })

  it('is as long on average as it says, from who was in it at each midnight', () => {
    const driver = topologyDriver([kpiPulls])
    for (const { topic, record } of asOffers(queueOf(KUBEVIRT ?? ''))) driver.pipe(topic, record)
    driver.advance(Date.parse('2025-02-01'))
    const told = driver.read('ci.kpi-history.v1').filter(({ window }) => window === '7d')
    driver.close()
    let compared = 0
    for (const week of rows('weekly.csv')) {
      // The length at the last midnight holds until the next one.
      const kpi = told.findLast(
        ({ eventAt }) => eventAt === Date.parse(week['end_date'] ?? '') + DAY,
      )
      const mean = kpi?.values.find(({ kpi: name }) => name === 'merge_queue_mean')?.value
      if (mean === undefined) continue
      compared += 1
      expect(near(mean, week['queue_avg']), String(week['end_date'])).toBe(true)
    }
    console.info(`kubevirt: ${compared} weeks of the queue compared`)
    expect(compared).toBeGreaterThan(150)
  })
})
