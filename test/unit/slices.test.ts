import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { slicing } from '../../processors/slices/slicing.ts'
import { MOST_VALUES } from '../../processors/slices/admission.ts'
import { kpiSlices } from '../../processors/slices/slices.ts'
import type { AlertSettings, Kpi, Outcome, Run } from '../../schemas/events.ts'
import { slicesOf } from '../../schemas/slices.ts'
import { drive, type Drive } from '../support/drive-one.ts'
import { DAY, finished, HOUR, MINUTE, run, SECOND, T0 } from '../support/kpi-inputs.ts'

const on = (cluster: string): Partial<Run> => ({ labels: { cluster } })

/** What runs come to when told one after the other, by way of both processors. */
const tellAll = (runs: readonly Run[], sums = drive(kpiSlices), told = drive(slicing)): Drive => {
  for (const each of runs) {
    const before = told.said.length
    told.give('ci.runs.v1', each)
    for (const effect of told.said.slice(before))
      if (effect.kind === 'emit') sums.give('ci.slice-ends.v1', effect.record as never)
  }
  return sums
}
const newest = (sums: Drive, subject: string, window = '24h'): Kpi | undefined =>
  sums.on('ci.kpis.v1').findLast((kpi) => kpi.subject === subject && kpi.window === window)
const passRate = (kpi: Kpi | undefined) => {
  const found = kpi?.values.find((value) => value.kpi === 'run_pass_rate')
  return found === undefined ? undefined : [found.numerator, found.denominator]
}

describe('slices of a run', () => {
  it('are its family, its branch, and the labels that neighbours share', () => {
    const one = run('1', 'started', T0, { job: 'unit-4.12', branch: 'main', ...on('b1') })
    expect(slicesOf(one)).toEqual({ family: 'unit-#.#', branch: 'main', cluster: 'b1' })
  })
  it('are none of its branch where it is of a proposed change, nor of a family of one', () => {
    expect(slicesOf(run('1', 'started', T0, { branch: 'fix', pull: 7 }))).toEqual({})
    expect(slicesOf(run('1', 'started', T0, { branch: 'fix', trigger: 'pull_request' }))).toEqual(
      {},
    )
  })
})

describe('KPIs by label', () => {
  it('sum up the ends of all jobs under each label, at the full hour', () => {
    const sums = tellAll([
      finished('1', T0 + MINUTE, 'success', 60, on('b1')),
      finished('2', T0 + 2 * MINUTE, 'failure', 60, { ...on('b1'), job: 'other' }),
      finished('3', T0 + 3 * MINUTE, 'success', 60, on('b2')),
    ])
    sums.advanceTo(T0 + HOUR + 9 * SECOND)
    expect(passRate(newest(sums, 'ci:b1'))).toEqual([1, 2])
    expect(passRate(newest(sums, 'ci:b2'))).toEqual([1, 1])
    expect(newest(sums, 'ci:b1')).toMatchObject({ dimension: 'cluster', eventAt: T0 + HOUR })
    // Windows of a fortnight and what is read off the order of runs are not kept of labels.
    expect(newest(sums, 'ci:b1', '14d')).toBeUndefined()
    expect(newest(sums, 'ci:b1')?.values.map(({ kpi }) => kpi)).not.toContain('failure_streak')
  })

  it('move an end to the label that comes after it', () => {
    const end = finished('1', T0 + MINUTE, 'success', 60)
    const labelled = { ...end, ...on('b1'), change: 'progress' as const, slicesBefore: {} }
    const again = {
      ...labelled,
      ...on('b2'),
      observedAt: T0 + 2 * MINUTE,
      slicesBefore: { cluster: 'b1' },
    }
    const sums = tellAll([end, labelled, again])
    sums.advanceTo(T0 + HOUR + 9 * SECOND)
    expect(passRate(newest(sums, 'ci:b2'))).toEqual([1, 1])
    expect(passRate(newest(sums, 'ci:b1'))).toEqual([null, null])
  })

  it('take a corrected end back from the label it was counted under', () => {
    const end = finished('1', T0 + MINUTE, 'failure', 60, on('b1'))
    const before = { outcome: 'failure', finishedAt: T0 + MINUTE, durationSeconds: 60 } as const
    const mended: Run = {
      ...finished('1', T0 + 2 * MINUTE, 'success', 120, on('b2')),
      change: 'corrected',
      before: { ...before, queueSeconds: null },
      slicesBefore: { cluster: 'b1' },
    }
    const sums = tellAll([end, mended])
    sums.advanceTo(T0 + HOUR + 9 * SECOND)
    expect(passRate(newest(sums, 'ci:b1'))).toEqual([null, null])
    expect(passRate(newest(sums, 'ci:b2'))).toEqual([1, 1])
  })

  it('are retired, and keep nothing, when the windows have run out', () => {
    const sums = tellAll([finished('1', T0 + MINUTE, 'success', 60, on('b1'))])
    sums.advanceTo(T0 + 15 * DAY)
    expect(
      sums.said.some((effect) => effect.kind === 'retire' && effect.key === 'cluster:ci%3Ab1:7d'),
    ).toBe(true)
    expect([...sums.cells.keys()].filter((cell) => !cell.includes('admission'))).toEqual([])
    expect(sums.timers.size).toBe(0)
  })

  it('hold what a count of the runs by hand gives at every full hour', () => {
    const one = fc.record({
      minute: fc.integer({ min: 0, max: 3 * 24 * 60 }),
      outcome: fc.constantFrom<Outcome>('success', 'failure', 'aborted'),
      cluster: fc.constantFrom('b1', 'b2', 'b3'),
    })
    fc.assert(
      fc.property(fc.array(one, { minLength: 1, maxLength: 40 }), (plans) => {
        const runs = plans
          .sort((a, b) => a.minute - b.minute)
          .map(({ minute, outcome, cluster }, i) =>
            finished(String(i), T0 + minute * MINUTE, outcome, 60, on(cluster)),
          )
        const sums = tellAll(runs)
        sums.advanceTo(T0 + 5 * DAY)
        for (const kpi of sums.on('ci.kpis.v1').filter(({ window }) => window === '24h')) {
          const within = runs.filter(
            ({ finishedAt, labels }) =>
              `ci:${labels['cluster']}` === kpi.subject &&
              (finishedAt ?? 0) < kpi.eventAt &&
              (finishedAt ?? 0) >= kpi.eventAt - DAY,
          )
          const classed = within.filter(({ outcome }) => outcome !== 'aborted')
          const passed = classed.filter(({ outcome }) => outcome === 'success')
          const expected = classed.length === 0 ? [null, null] : [passed.length, classed.length]
          expect(passRate(kpi)).toEqual(expected)
        }
      }),
      { numRuns: 30 },
    )
  })
})

describe('values of a label', () => {
  const LAST = MOST_VALUES + 5
  const many = Array.from({ length: MOST_VALUES + 6 }, (_, i) =>
    finished(String(i), T0 + i * SECOND, 'success', 60, on(`b${i}`)),
  )
  it('share one sum beyond the sixty-fourth, and are taken back from it', () => {
    const [last] = many.slice(LAST)
    if (last === undefined) throw new Error('there is no last run')
    const takenBack: Run = {
      ...last,
      ...{ change: 'corrected', observedAt: last.observedAt + SECOND, outcome: 'failure' },
      before: {
        ...{ outcome: 'success', durationSeconds: 60, queueSeconds: null },
        finishedAt: last.finishedAt ?? 0,
      },
    }
    const sums = tellAll([...many, takenBack])
    sums.advanceTo(T0 + HOUR + 9 * SECOND)
    expect(passRate(newest(sums, 'ci:other'))).toEqual([5, 6])
    const subjects = new Set(sums.on('ci.kpis.v1').map(({ subject }) => subject))
    expect(subjects.size).toBe(MOST_VALUES + 1)
  })
  it('get the place of one that was silent for fifteen days', () => {
    const later = finished('new', T0 + 17 * DAY, 'success', 60, on('new'))
    const sums = tellAll([...many, later])
    sums.advanceTo(T0 + 17 * DAY + HOUR + 9 * SECOND)
    expect(passRate(newest(sums, 'ci:new'))).toEqual([1, 1])
  })
})

describe('an owner', () => {
  const settings = (owner: string): AlertSettings => ({
    ...{ eventId: 's', eventAt: T0, observedAt: T0, name: 'alerts', rules: [] },
    owners: [{ match: ['unit'], source: null, repo: null, owner }],
  })
  it('is who the configuration named at the finish, also for a correction after a change', () => {
    let inForce = settings('@a')
    const told = drive(slicing, { get: () => inForce as never })
    const end = finished('1', T0 + MINUTE, 'failure', 60)
    const sums = tellAll([end], drive(kpiSlices), told)
    inForce = settings('@b')
    tellAll([finished('2', T0 + 20 * MINUTE, 'success', 60)], sums, told)
    const mended: Run = {
      ...end,
      ...{ change: 'corrected', outcome: 'success', observedAt: T0 + 30 * MINUTE },
      before: {
        outcome: 'failure',
        finishedAt: T0 + MINUTE,
        durationSeconds: 60,
        queueSeconds: null,
      },
    }
    tellAll([mended], sums, told)
    sums.advanceTo(T0 + HOUR + 9 * SECOND)
    expect(passRate(newest(sums, 'ci:@a'))).toEqual([1, 1])
    expect(passRate(newest(sums, 'ci:@b'))).toEqual([1, 1])
  })
  it('is nobody, and costs no state, where none is configured', () => {
    const told = drive(slicing)
    tellAll([finished('1', T0 + MINUTE, 'success', 60)], drive(kpiSlices), told)
    expect(told.cells.size).toBe(0)
  })
})
