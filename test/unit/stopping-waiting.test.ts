import { describe, expect, it } from 'vitest'
import {
  meanWaitAfter,
  noteWait,
  NO_WAIT,
  waitedBy,
  waitToCome,
  workedBy,
} from '../../processors/stopping/waiting.ts'

const MINUTE = 60_000
const told = (
  at: number,
  more: { outcome?: 'success'; startedAt?: number; step?: string } = {},
) => ({
  step: more.step ?? 'acquire-lease',
  stepOutcome: more.outcome ?? null,
  stepStartedAt: more.startedAt ?? null,
  eventAt: at,
})

describe('the wait of a run', () => {
  it('is no work: of an hour with ten minutes of waiting fifty are worked', () => {
    const run = { ...NO_WAIT, startedAt: 0 }
    expect(noteWait(run, told(5 * MINUTE))).toBe(true)
    expect(workedBy(run, 12 * MINUTE)).toBe(300)
    expect(noteWait(run, told(15 * MINUTE, { outcome: 'success' }))).toBe(true)
    expect(workedBy(run, 60 * MINUTE)).toBe(3000)
    expect(waitedBy(run, 60 * MINUTE)).toBe(600)
  })
  it('is 660 s after waits of 600 s and one that has lasted for 60 s', () => {
    expect(waitedBy({ waitingSince: 0, waitedSeconds: 600 }, MINUTE)).toBe(660)
  })
  it('begins once, ends by what was told of its start, and is no other step', () => {
    const run = { ...NO_WAIT }
    expect(noteWait(run, told(MINUTE))).toBe(true)
    expect(noteWait(run, told(2 * MINUTE))).toBe(false)
    expect(run.waitingSince).toBe(MINUTE)
    expect(noteWait(run, told(3 * MINUTE, { step: 'install' }))).toBe(false)
    const late = { ...NO_WAIT }
    expect(noteWait(late, told(3 * MINUTE, { outcome: 'success', startedAt: MINUTE }))).toBe(true)
    expect(late).toEqual({ waitingSince: null, waitedSeconds: 120 })
    // Told again, as where its outcome is corrected, it is the same wait.
    expect(noteWait(late, told(3 * MINUTE, { outcome: 'success', startedAt: MINUTE }))).toBe(false)
    expect(late.waitedSeconds).toBe(120)
    expect(noteWait({ ...NO_WAIT }, told(MINUTE, { outcome: 'success' }))).toBe(false)
  })
  it('is still to come as far as runs of the job wait in the mean, and over once it is over', () => {
    expect(meanWaitAfter(null, 600)).toBe(600)
    expect(meanWaitAfter(600, 0)).toBeCloseTo(540)
    expect(waitToCome(NO_WAIT, 540, 0)).toBe(540)
    expect(waitToCome({ waitingSince: 0, waitedSeconds: 0 }, 540, 2 * MINUTE)).toBe(420)
    expect(waitToCome({ waitingSince: null, waitedSeconds: 5 }, 540, 0)).toBe(0)
    expect(waitToCome(NO_WAIT, null, 0)).toBe(0)
  })
})
