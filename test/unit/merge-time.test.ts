import { describe, expect, it } from 'vitest'
import { mergeTime } from '../../processors/merge-time/merge-time.ts'
import { mergePriors } from '../../processors/merge-time/pooling.ts'
import type { MergeForecast, MergePrior, MergeScore, PullEvent } from '../../schemas/events.ts'
import { drive, type Drive } from '../support/drive-one.ts'
import { DAY, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { anEnded, aPullEvent } from '../support/pulls.ts'

const driven = (events: readonly PullEvent[]): Drive => {
  const one = drive(mergeTime)
  for (const event of [...events].sort((a, b) => a.observedAt - b.observedAt))
    one.give('ci.pull-events.v1', event)
  return one
}
const forecasts = (one: Drive): MergeForecast[] => one.on('ci.merge-forecasts.v1')
const scores = (one: Drive): MergeScore[] => one.on('ci.merge-scores.v1')
const lastOf = (one: Drive): MergeForecast => {
  const last = forecasts(one).at(-1)
  if (last === undefined) throw new Error('nothing was forecast')
  return last
}
const middle = (forecast: MergeForecast): number => forecast.quantiles['p50'] ?? NaN

/** Thirty pull requests: Ada's merge within two hours, Bob's take four days. */
const PAST = Array.from({ length: 30 }, (_, i) =>
  anEnded(i + 1, MONDAY + i * 6 * HOUR, i % 2 === 0 ? 1 + (i % 3) / 2 : 96 + i, {
    author: i % 2 === 0 ? 'ada' : 'bob',
  }),
).flat()
const AFTER = MONDAY + 14 * DAY

describe('the merge-time processor', () => {
  it('forecasts a pull request when it is opened, and says that it knows nothing yet', () => {
    const [first] = forecasts(driven([aPullEvent(1, 'opened', MONDAY, { title: 'Fix it' })]))
    expect(first).toMatchObject({
      ...{ pull: 1, elapsedSeconds: 0, author: 'ada', title: 'Fix it', cause: 'opened' },
      ...{ merged: 0, deciles: [], classes: [], signs: [], model: 'merge-time-1' },
    })
    expect(first?.pMerge).toBeGreaterThan(0.7)
  })

  it('knows authors and the repository after thirty pull requests', () => {
    const adas = lastOf(driven([...PAST, aPullEvent(31, 'opened', AFTER)]))
    const bobs = lastOf(driven([...PAST, aPullEvent(31, 'opened', AFTER, { author: 'bob' })]))
    expect(middle(adas)).toBeLessThan(8 * 3600)
    expect(middle(bobs)).toBeGreaterThan(24 * 3600)
    expect(adas.drivers['author']).toBeLessThan(-0.5)
    expect(adas).toMatchObject({ merged: 30, closed: 0 })
    expect(adas.deciles).toHaveLength(9)
    expect(adas.classes.reduce((sum, chance) => sum + chance, 0)).toBeCloseTo(1, 9)
  })

  it('looks again after an hour and each doubling, and expects no merge before now', () => {
    const one = driven([aPullEvent(1, 'opened', MONDAY)])
    one.advanceTo(MONDAY + DAY)
    const hours = forecasts(one).map(({ elapsedSeconds }) => elapsedSeconds / 3600)
    expect(hours).toEqual([0, 1, 2, 4, 8, 16])
    for (const { quantiles, elapsedSeconds } of forecasts(one))
      expect(quantiles['p05']).toBeGreaterThanOrEqual(elapsedSeconds)
    one.advanceTo(MONDAY + 400 * DAY)
    expect(forecasts(one)).toHaveLength(14)
    expect(one.timers.size).toBe(0)
  })

  it('becomes likelier to close unmerged with age where old ones are closed', () => {
    const past = Array.from({ length: 60 }, (_, i) =>
      i % 3 === 0
        ? anEnded(i + 1, MONDAY + i * HOUR, 200, { kind: 'closed' })
        : anEnded(i + 1, MONDAY + i * HOUR, 2 + (i % 4)),
    ).flat()
    const one = driven([...past, aPullEvent(99, 'opened', AFTER)])
    const opening = lastOf(one)
    one.advanceTo(AFTER + 5 * DAY)
    expect(lastOf(one).pMerge).toBeLessThan(opening.pMerge - 0.15)
  })

  it('hears reviews and labels: an approval brings the merge nearer, a hold puts it off', () => {
    const opened = aPullEvent(31, 'opened', AFTER, { author: 'bob' })
    const at = AFTER + 2 * HOUR
    const plain = driven([...PAST, opened])
    plain.advanceTo(at)
    const approved = lastOf(
      driven([...PAST, opened, aPullEvent(31, 'reviewed', at, { review: 'approved' })]),
    )
    const held = lastOf(
      driven([
        ...PAST,
        opened,
        aPullEvent(31, 'labelled', at, { author: 'bob', labels: ['do-not-merge/hold', 'cat'] }),
      ]),
    )
    expect(approved.signs).toEqual(['approved'])
    expect(held.signs).toEqual(['labelled to wait'])
    expect(middle(approved)).toBeLessThan(middle(lastOf(plain)))
    expect(middle(held)).toBeGreaterThan(middle(lastOf(plain)))
  })

  describe('who reviews', () => {
    // One author; what Carol is asked to review merges within three hours, what Dan is asked within three days.
    const past = Array.from({ length: 80 }, (_, i) =>
      anEnded(i + 1, MONDAY + i * 4 * HOUR, i % 2 === 0 ? 3 : 72, {
        reviewers: [i % 2 === 0 ? 'carol' : 'dan'],
      }),
    ).flat()
    const opened = (reviewers: string[]): PullEvent =>
      aPullEvent(99, 'opened', AFTER + 3 * DAY, { reviewers })
    const asked = (login: string): PullEvent =>
      aPullEvent(99, 'reviewRequested', AFTER + 3 * DAY + MINUTE, { reviewers: [login] })

    it('moves the forecast by how soon merged what they reviewed before', () => {
      const [carols, dans, newcomers] = ['carol', 'dan', 'eve'].map((login) =>
        lastOf(driven([...past, opened([login])])),
      )
      if (carols === undefined || dans === undefined || newcomers === undefined) throw new Error()
      expect(middle(carols)).toBeLessThan(0.7 * middle(newcomers))
      expect(middle(dans)).toBeGreaterThan(1.3 * middle(newcomers))
      expect(carols.drivers['reviewers']).toBeLessThan(-0.3)
      expect(dans.drivers['reviewers']).toBeGreaterThan(0.3)
      expect(newcomers.drivers).not.toHaveProperty('reviewers')
    })

    it('is told anew when somebody is asked, and stays known once the review is there', () => {
      const one = driven([...past, opened([]), asked('dan')])
      const [before, after] = forecasts(one).slice(-2)
      expect(before?.drivers).not.toHaveProperty('reviewers')
      expect(after).toMatchObject({ cause: 'reviewRequested' })
      const at = AFTER + 3 * DAY + HOUR
      const review = { review: 'commented', actor: 'dan' } as const
      one.give('ci.pull-events.v1', aPullEvent(99, 'reviewed', at, review))
      one.give('ci.pull-events.v1', aPullEvent(99, 'synchronised', at + MINUTE, { reviewers: [] }))
      expect(lastOf(one).drivers['reviewers']).toBe(after?.drivers['reviewers'])
    })

    it('says nothing where only the author reviews', () => {
      const own = aPullEvent(99, 'reviewed', AFTER + 4 * DAY, { actor: 'ada', review: 'commented' })
      const one = driven([...past, opened([]), own])
      expect(lastOf(one).drivers).not.toHaveProperty('reviewers')
    })
  })

  it('learns how much an approval is worth', () => {
    const reviewed = (n: number, waits: number): PullEvent[] => [
      ...anEnded(n, MONDAY + n * HOUR, 20 + waits),
      aPullEvent(n, 'reviewed', MONDAY + n * HOUR + 20 * HOUR, { review: 'approved' }),
    ]
    const halfLife = (waits: number): number => {
      const past = Array.from({ length: 60 }, (_, i) => reviewed(i + 1, waits)).flat()
      const opened = aPullEvent(99, 'opened', AFTER)
      const approval = aPullEvent(99, 'reviewed', AFTER + HOUR, { review: 'approved' })
      return middle(lastOf(driven([...past, opened, approval])))
    }
    expect(halfLife(0.1)).toBeLessThan(halfLife(30))
  })

  it('scores a pull request at its end with what was forecast while it was open', () => {
    const one = driven(anEnded(1, MONDAY, 3))
    expect(scores(one)).toMatchObject([{ pull: 1, merged: true, seconds: 3 * 3600 }])
    expect(scores(one)[0]?.looks.map(({ elapsedSeconds }) => elapsedSeconds)).toEqual([
      0, 3_600, 7_200,
    ])
  })

  it('counts an end whose opening was never heard, without a forecast or a score', () => {
    const one = driven([aPullEvent(1, 'merged', MONDAY + HOUR, { openedAt: MONDAY })])
    expect(one.said).toEqual([])
    one.give('ci.pull-events.v1', aPullEvent(2, 'opened', MONDAY + DAY))
    expect(lastOf(one).merged).toBe(1)
  })

  it('opens again what was reopened, and not what is only told again', () => {
    const one = driven(anEnded(1, MONDAY, 3, { kind: 'closed' }))
    const before = forecasts(one).length
    one.give('ci.pull-events.v1', {
      ...aPullEvent(1, 'opened', MONDAY),
      observedAt: MONDAY + 5 * HOUR,
    })
    expect(forecasts(one)).toHaveLength(before)
    one.give('ci.pull-events.v1', aPullEvent(1, 'reopened', MONDAY + 6 * HOUR))
    expect(lastOf(one)).toMatchObject({ cause: 'reopened', elapsedSeconds: 6 * 3600 })
    one.give('ci.pull-events.v1', aPullEvent(1, 'merged', MONDAY + 8 * HOUR))
    expect(scores(one).map(({ merged }) => merged)).toEqual([false, true])
  })

  it('does not learn from sizes that were first heard of long after the opening', () => {
    const late = { openedAt: MONDAY, additions: 9_000, observedAt: MONDAY + 3 * DAY }
    const one = driven([aPullEvent(1, 'opened', MONDAY, late)])
    const without = driven([aPullEvent(1, 'opened', MONDAY, { ...late, additions: null })])
    expect(lastOf(one).quantiles).toEqual(lastOf(without).quantiles)
    expect(lastOf(one).elapsedSeconds).toBe(3 * 86_400)
  })

  it('forgets an ended pull request after two weeks, but not that it ended', () => {
    const one = driven(anEnded(1, MONDAY, 3))
    one.advanceTo(MONDAY + 20 * DAY)
    expect(Object.keys(one.state()).filter((name) => name.includes('pull/'))).toEqual([])
    const before = one.said.length
    one.give('ci.pull-events.v1', { ...aPullEvent(1, 'opened', MONDAY), observedAt: AFTER * 2 })
    expect(one.said).toHaveLength(before)
  })

  it('says nothing of a pull request of which nobody told when it was opened', () => {
    const one = driven([aPullEvent(7, 'reviewed', MONDAY, { review: 'approved' })])
    expect(one.said).toEqual([])
    one.advanceTo(MONDAY + 15 * DAY)
    expect(one.cells.size).toBe(0)
  })

  it('knows the review that was heard before its pull request, and no repeat of it as news', () => {
    const review = aPullEvent(7, 'reviewed', MONDAY + MINUTE, { review: 'approved' })
    const opened = { ...aPullEvent(7, 'opened', MONDAY), observedAt: MONDAY + HOUR }
    const one = driven([review, opened])
    expect(lastOf(one).signs).toEqual(['approved'])
    const before = one.said.length
    one.give('ci.pull-events.v1', { ...review, observedAt: MONDAY + 90 * MINUTE })
    expect(one.said).toHaveLength(before)
  })
})

describe('no forecast of a pull request', () => {
  it('depends on what came after it', () => {
    const now = MONDAY + 5 * DAY
    const said = (events: readonly PullEvent[]): MergeForecast[] =>
      forecasts(driven(events)).filter(({ observedAt }) => observedAt <= now)
    const future = PAST.filter(({ observedAt }) => observedAt > now).map((event): PullEvent => ({
      ...event,
      kind: event.kind === 'merged' ? 'closed' : event.kind,
      ...{ observedAt: event.observedAt + MINUTE, eventAt: event.eventAt + MINUTE },
      ...{ additions: 7, author: 'cy', labels: ['lgtm'] },
    }))
    const before = PAST.filter(({ observedAt }) => observedAt <= now)
    expect(said(before).length).toBeGreaterThan(30)
    expect(said([...before, ...future])).toEqual(said(PAST))
  })
})

describe('the merge-priors processor', () => {
  it('publishes what a community told, once, at the next full hour', () => {
    const one = driven(PAST)
    const pool = drive(mergePriors)
    for (const outcome of one.on('ci.pull-outcomes.v1')) pool.give('ci.pull-outcomes.v1', outcome)
    pool.advanceTo(AFTER)
    const priors: MergePrior[] = pool.on('ci.merge-priors.v1')
    expect(priors.at(-1)).toMatchObject({ pool: 'community:test', pulls: 30 })
    expect(priors.every(({ observedAt }) => observedAt % HOUR === 0)).toBe(true)
    const before = priors.length
    pool.advanceTo(AFTER + DAY)
    expect(pool.on('ci.merge-priors.v1')).toHaveLength(before)
  })
})
