import { describe, expect, it } from 'vitest'
import { isMendRare, mendedChance, stillFailing } from '../../processors/stopping/mended.ts'

const HOUR = 3_600_000
const DAY = 24 * HOUR

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
    const first = stillFailing(null, true, 5 * HOUR)
    expect(stillFailing(stillFailing(first, true, 2 * HOUR), true, 9 * HOUR)).toEqual({
      from: 2 * HOUR,
      to: 9 * HOUR,
    })
    expect(stillFailing(first, true, null)).toBe(first)
    expect(stillFailing(first, false, 6 * HOUR)).toBeNull()
  })
})
