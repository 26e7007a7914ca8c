import { describe, expect, it } from 'vitest'
import { signals } from '../../processors/signals/signals.ts'
import type { ChangeDecision, GroupRun } from '../../schemas/events.ts'
import { aRun, MINUTE, MONDAY } from '../support/facts.ts'
import { given, on, until, type Happening } from '../support/given.ts'

interface Told {
  readonly failed?: boolean | null
  readonly group?: string
  readonly attempt?: number
  readonly policy?: string
  readonly seconds?: number
}
/** A run of a change: it starts, or ends with an outcome. */
const member = (job: string, minute: number, told: Told = {}): Happening => {
  const { failed, group = 'push', attempt = 1, policy = null, seconds = 600 } = told
  const at = MONDAY + minute * MINUTE
  const isOver = failed !== undefined
  const record: GroupRun = {
    ...{ eventId: `${group}/${job}/${minute}`, eventAt: at, observedAt: at },
    ...{ ...aRun({ job, runId: `${group}-${job}`, attempt }), group, isOver, policy },
    failed: failed ?? null,
    startedAt: isOver ? at - seconds * 1000 : at,
    durationSeconds: isOver ? seconds : null,
  }
  return on('ci.group-runs.v1', record)
}
/** Six changes that passed: each job takes ten minutes. */
const green = (...jobs: readonly string[]): Happening[] =>
  [0, 1, 2, 3, 4, 5].flatMap((i) =>
    [0, 10].flatMap((minute) =>
      jobs.map((job) =>
        member(job, 20 * i + minute, { group: `g${i}`, ...(minute === 10 && { failed: false }) }),
      ),
    ),
  )
const decisions = (said: readonly { readonly topic: string }[]): ChangeDecision[] =>
  said
    .filter(({ topic }) => topic === 'ci.change-decisions.v1')
    .map((effect) => (effect as unknown as { record: ChangeDecision }).record)

/** Those that no lapse of time caused. */
const caused = (said: readonly { readonly topic: string }[]): ChangeDecision[] =>
  decisions(said).filter(({ elapsedSeconds }) => elapsedSeconds !== 60 && elapsedSeconds !== 240)

describe('decisions on a change', () => {
  const before = [...green('unit', 'e2e', 'lint'), member('unit', 200), member('e2e', 200)]

  it('say when its last run is likely to end, a minute after it started and when it is four times as old', () => {
    const said = decisions(given(signals, ...before).when(until(MONDAY + 206 * MINUTE)).said)
    expect(said.map(({ elapsedSeconds }) => elapsedSeconds)).toEqual([60, 240])
    expect(said[0]).toMatchObject({ level: 'continue', running: 2, remainingSeconds: 540 })
    expect(said[0]).toMatchObject({ jenkinsRemaining: 540, failedJob: null })
    expect(said[0]?.costSeconds).toBeCloseTo(1080)
  })
  it('advise against the other runs once a required job failed, and stop them where that is its policy', () => {
    const failing = (policy?: string) =>
      caused(
        given(signals, ...before).when(
          member('unit', 202, { failed: true, seconds: 120, ...(policy && { policy }) }),
        ).said,
      )
    expect(failing()).toMatchObject([
      { level: 'advise', failedJob: 'unit', running: 1, remainingSeconds: 480 },
    ])
    expect(failing('fail-fast')).toMatchObject([{ level: 'stop' }])
    expect(failing('optional')).toEqual([])
  })
  it('take that back when the failed job passes on another attempt, and learn that it does', () => {
    const said = caused(
      given(signals, ...before).when(
        member('unit', 202, { failed: true, seconds: 120 }),
        member('unit', 203, { attempt: 2 }),
        member('unit', 205, { attempt: 2, failed: false }),
      ).said,
    )
    expect(said.map(({ level }) => level)).toEqual(['advise', 'continue'])
    expect(said.map(({ mendedShare }) => mendedShare)).toEqual([1 / 11, 2 / 11])
  })
  it('take it back where nothing else runs by then, so that the last word is not against the change', () => {
    const said = caused(
      given(signals, ...before).when(
        member('unit', 202, { failed: true, seconds: 120 }),
        member('unit', 203, { attempt: 2 }),
        member('e2e', 204, { failed: false }),
        member('unit', 205, { attempt: 2, failed: false }),
      ).said,
    )
    expect(said.map(({ level, running }) => [level, running])).toEqual([
      ['advise', 1],
      ['continue', 0],
    ])
    expect(said[1]).toMatchObject({ failedJob: null, costSeconds: 0, remainingSeconds: null })
  })
  it.each<[string, string | undefined, string | undefined, string[]]>([
    ['stops once a job with fail-fast fails too', undefined, 'fail-fast', ['advise', 'stop']],
    ['speaks once a job fails that lets it', 'off', undefined, ['abstain', 'advise']],
    ['says nothing new for a second failure like the first', undefined, undefined, ['advise']],
    ['stays with what it said when the second lets less be said', 'fail-fast', 'watch', ['stop']],
  ])('of two failed jobs: %s', (_, first, second, levels) => {
    const said = caused(
      given(signals, ...before, member('lint', 200)).when(
        member('unit', 202, { failed: true, seconds: 120, ...(first && { policy: first }) }),
        member('lint', 203, { failed: true, seconds: 180, ...(second && { policy: second }) }),
      ).said,
    )
    expect(said.map(({ level }) => level)).toEqual(levels)
  })
  it('obey the jobs that have failed, not one that passed when it was tried again', () => {
    const said = caused(
      given(signals, ...before, member('lint', 200)).when(
        member('unit', 202, { failed: true, seconds: 120, policy: 'fail-fast' }),
        member('lint', 203, { failed: true, seconds: 180 }),
        member('unit', 203, { attempt: 2, policy: 'fail-fast' }),
        member('unit', 205, { attempt: 2, failed: false, policy: 'fail-fast' }),
      ).said,
    )
    expect(said.map(({ level, failedJob }) => [level, failedJob])).toEqual([
      ['stop', 'unit'],
      ['advise', 'lint'],
    ])
  })
  it('are not moved by a job that always fails', () => {
    const always = [0, 1, 2, 3, 4, 5].flatMap((i) => [
      member('red', 20 * i, { group: `r${i}` }),
      member('red', 20 * i + 10, { group: `r${i}`, failed: true }),
    ])
    const said = given(signals, ...before, ...always, member('red', 200)).when(
      member('red', 202, { failed: true }),
    ).said
    expect(caused(said)).toEqual([])
  })
})

describe('decisions on a change with a job that its policy calls optional', () => {
  const SOAK = { policy: 'advise optional' }
  const HOUR = 60
  /** Minutes that a run of each job takes. */
  const TAKES = { build: 10, unit: 8, soak: 300 }
  type Job = keyof typeof TAKES
  const start = (job: Job, minute: number, told: Told = {}) =>
    member(job, minute, { ...(job === 'soak' && SOAK), ...told })
  const end = (job: Job, minute: number, told: Told = {}) =>
    start(job, minute + TAKES[job], { failed: false, seconds: TAKES[job] * 60, ...told })
  /** A change from a minute on, that passes. */
  const whole = (group: string, minute: number) => {
    const jobs: Job[] = ['build', 'unit', 'soak']
    return [
      ...jobs.map((job) => start(job, minute, { group })),
      ...(['unit', 'build', 'soak'] as const).map((job) => end(job, minute, { group })),
    ]
  }
  const before = [0, 6, 12].flatMap((hour) => whole(`g${hour}`, hour * HOUR))
  const T = 20 * HOUR
  const soon = until(MONDAY + (T + 2) * MINUTE)
  const first = (...happenings: readonly Happening[]) =>
    decisions(given(signals, ...before).when(...happenings, soon).said).at(-1)

  it('end with the last required run, and cost what all runs do', () => {
    const said = first(start('build', T), start('unit', T), start('soak', T))
    expect(said).toMatchObject({ remainingSeconds: 540, jenkinsRemaining: 540, running: 3 })
    expect(said?.costSeconds).toBeCloseTo(540 + 420 + 17_940)
  })
  it('end with the last of all where all are optional', () => {
    const optional = { policy: 'optional' }
    expect(first(start('build', T, optional), start('soak', T))).toMatchObject({
      remainingSeconds: 17_940,
    })
  })
  it('name no end where only optional runs are left', () => {
    const { said } = given(signals, ...before).when(
      ...[start('build', T), start('soak', T)],
      start('build', T + 2, { failed: true, seconds: 120 }),
    )
    expect(decisions(said).at(-1)).toMatchObject({
      ...{ running: 1, failedJob: 'build', remainingSeconds: null, jenkinsRemaining: null },
    })
  })
  it('name the end anew once a required run starts beside optional ones', () => {
    const { said } = given(signals, ...before).when(
      ...[start('soak', T), start('soak', T, { attempt: 2 }), start('build', T + 2)],
      until(MONDAY + (T + 5) * MINUTE),
    )
    expect(decisions(said).map(({ remainingSeconds }) => remainingSeconds)).toEqual([17_940, 480])
  })
  it('learn how far that end strayed when it comes, not when the optional run ends', () => {
    // Had the soak been waited for, the last three ends would have come hours late, and the interval would say so.
    expect(first(start('build', T), start('unit', T))?.remainingHigh).toBeLessThan(700)
  })
  it.each([
    ['from what is said once one is there: it comes late', 20, [489, 1080]],
    ['not from what was said of optional ones alone', 3, [489, 597]],
  ])('learn how far the end of required runs strays %s', (_, endsAt, interval) => {
    const early = T - 2 * HOUR
    const other = { group: 'other' }
    const both = [start('soak', early, other), start('soak', early, { ...other, attempt: 2 })]
    const seconds = (endsAt - 2) * 60
    const said = first(
      ...both,
      start('build', early + 2, other),
      start('build', early + endsAt, { ...other, failed: null, seconds }),
      ...[start('build', T), start('unit', T)],
    )
    const within = [said?.remainingLow, said?.remainingHigh].map((at) => Math.round(at ?? 0))
    expect(within).toEqual(interval)
  })
})
