import { describe, expect, it } from 'vitest'
import { hear, NO_PACE, pipelineTime, type Pace } from '../../api/web/lib/pace.ts'

const hearAll = (heard: readonly (readonly [asOf: number, wall: number])[]): Pace =>
  heard.reduce((pace, [asOf, wall]) => hear(pace, asOf, wall), NO_PACE)

describe('pipeline time between answers', () => {
  it('stands still until its pace is known', () => {
    const pace = hearAll([[5_000, 1_000]])
    expect(pipelineTime(pace, 60_000)).toBe(5_000)
  })

  it('runs on at the pace it was seen to run: live and sped up alike', () => {
    const live = hearAll([
      [5_000_000, 1_000],
      [5_001_000, 2_000],
    ])
    expect(pipelineTime(live, 2_500)).toBe(5_001_500)
    const fast = hearAll([
      [5_000_000, 1_000],
      [5_060_000, 2_000],
    ])
    expect(pipelineTime(fast, 2_500)).toBe(5_090_000)
  })

  it('stops soon after nothing is heard', () => {
    const pace = hearAll([
      [5_000_000, 1_000],
      [5_001_000, 2_000],
    ])
    expect(pipelineTime(pace, 600_000)).toBe(5_004_000)
  })

  it('never goes back for an answer that was slow', () => {
    const pace = hearAll([
      [5_000_000, 1_000],
      [5_001_000, 2_000],
      [5_000_500, 3_000],
    ])
    expect(pipelineTime(pace, 3_000)).toBe(5_001_000)
  })

  it('starts anew where the store is another one', () => {
    const pace = hearAll([
      [5_000_000_000, 1_000],
      [5_000_001_000, 2_000],
      [1_000_000, 3_000],
    ])
    expect(pipelineTime(pace, 3_000)).toBe(1_000_000)
  })

  it('takes nothing from two answers at once but their time', () => {
    const pace = hearAll([
      [5_000_000, 1_000],
      [5_001_000, 2_000],
      [5_001_050, 2_010],
    ])
    expect(pace.rate).toBe(1)
  })
})
