import { describe, expect, it } from 'vitest'
import { headOf } from '../../processors/stopping/head.ts'
import {
  isMendRare,
  mendedByChange,
  mendedChance,
  stillFailing,
} from '../../processors/stopping/mended.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR
const on = (sha: string) => ({ sha, group: null, labels: {} })
const [A, B] = [headOf(on('a')), headOf(on('b'))]

describe('whether a failing job was mended meanwhile', () => {
  it('failing for 20 days, last known 2 hours ago: .0041', () => {
    expect(mendedChance({ from: 0, to: 20 * DAY }, 20 * DAY + 2 * HOUR)).toBeCloseTo(0.0041, 4)
    expect(isMendRare({ from: 0, to: 20 * DAY }, 20 * DAY + 2 * HOUR, 0, 600)).toBe(true)
  })
  it('a nightly job that failed for 10 days is mended in one night of eleven', () => {
    expect(mendedChance({ from: 0, to: 10 * DAY }, 11 * DAY)).toBeCloseTo(1 / 11)
    expect(isMendRare({ from: 0, to: 10 * DAY }, 11 * DAY, 0, 600)).toBe(false)
  })
  it('says nothing more of a run that has outlived half of the failing ones', () => {
    const failing = { from: 0, to: 20 * DAY }
    expect(isMendRare(failing, 20 * DAY, 600, 600)).toBe(true)
    expect(isMendRare(failing, 20 * DAY, 601, 600)).toBe(false)
  })
  it('a run that started before one that failed ran against what was broken', () => {
    expect(mendedChance({ from: 0, to: DAY }, DAY - HOUR)).toBe(0)
    expect(mendedChance({ from: DAY, to: DAY }, DAY + 1)).toBe(1)
    expect(mendedChance(null, DAY)).toBe(1)
  })
  it('is counted from the starts of the failing runs, in whatever order they end, until one passes', () => {
    const first = stillFailing(null, true, 5 * HOUR, A)
    expect(stillFailing(stillFailing(first, true, 2 * HOUR, A), true, 9 * HOUR, A)).toMatchObject({
      from: 2 * HOUR,
      to: 9 * HOUR,
    })
    expect(stillFailing(first, true, null, A)).toBe(first)
    expect(stillFailing(first, false, 6 * HOUR, A)).toBeNull()
  })
  it('is likelier on a new commit: failing on four of them, .2 on a fifth, and 0 on one of the four again', () => {
    const heads = [A, B, A, headOf(on('c')), headOf(on('d'))]
    const failing = heads.reduce<ReturnType<typeof stillFailing>>(
      (known, head, i) => stillFailing(known, true, i * HOUR, head),
      null,
    )
    expect(failing?.heads).toHaveLength(4)
    expect(mendedByChange(failing, headOf(on('e')))).toBe(0.2)
    expect(mendedByChange(failing, B)).toBe(0)
  })
  it('is likelier once the job was configured anew, also where nobody tells a commit', () => {
    const usual = headOf({ sha: null, group: null, labels: { queue: 'small', runner: 'a' } })
    const failing = stillFailing(stillFailing(null, true, 0, usual), true, HOUR, usual)
    expect(failing).toMatchObject({ heads: [usual] })
    const other = { sha: null, group: null, labels: { queue: 'large', runner: 'a' } }
    expect(mendedByChange(failing, headOf(other))).toBe(0.5)
    const elsewhere = { sha: null, group: null, labels: { queue: 'small', runner: 'b' } }
    expect(mendedByChange(failing, headOf(elsewhere))).toBe(0)
  })
  it('takes runs that were started together for runs of one commit, where none is told', () => {
    const of = (group: string) => headOf({ sha: null, group, labels: {} })
    expect(of('push 1')).toBe(of('push 1'))
    expect(of('push 1')).not.toBe(of('push 2'))
  })
})
