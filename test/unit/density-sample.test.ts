import avsc from 'avsc'
import { describe, expect, it } from 'vitest'
import {
  addToSample,
  durationSampleSchema,
  emptySample,
  KEPT_DURATIONS,
  secondsOf,
  shouldRefit,
} from '../../processors/stopping/density/sample.ts'

describe('the kept durations of a job', () => {
  it('keeps the newest of each class in tenths of a second', () => {
    const sample = emptySample()
    addToSample(sample, false, 12.34)
    for (let i = 0; i < KEPT_DURATIONS + 3; i += 1) addToSample(sample, true, i)
    expect(sample.pass).toEqual([123])
    expect(secondsOf(sample.fail).slice(0, 2)).toEqual([3, 4])
    expect(sample.fail).toHaveLength(KEPT_DURATIONS)
    expect(sample.seen).toEqual({ passes: 1, failures: KEPT_DURATIONS + 3 })
  })
  it('ignores what is no duration and holds what is too long for an Avro int', () => {
    const sample = emptySample()
    addToSample(sample, false, NaN)
    addToSample(sample, false, -1)
    addToSample(sample, false, Infinity)
    expect(sample.pass).toEqual([2 ** 31 - 1])
  })
  it('survives its codec within a few kilobytes', () => {
    const sample = emptySample()
    for (let i = 0; i < 1000; i += 1) addToSample(sample, i % 2 === 0, 86_400 + i)
    const type = avsc.Type.forSchema(durationSampleSchema as avsc.Schema)
    const bytes = type.toBuffer(sample)
    expect(type.fromBuffer(bytes)).toEqual(sample)
    expect(bytes.length).toBeLessThan(4096)
  })
  it('asks for a fit at 20 of each, then whenever a class grew by a fifth', () => {
    const none = { passes: 0, failures: 0 }
    expect(shouldRefit(none, { passes: 19, failures: 500 })).toBe(false)
    expect(shouldRefit(none, { passes: 20, failures: 20 })).toBe(true)
    const fitted = { passes: 50, failures: 25 }
    expect(shouldRefit(fitted, { passes: 59, failures: 29 })).toBe(false)
    expect(shouldRefit(fitted, { passes: 60, failures: 25 })).toBe(true)
    expect(shouldRefit(fitted, { passes: 50, failures: 30 })).toBe(true)
    expect(shouldRefit({ passes: 9000, failures: 30 }, { passes: 9080, failures: 30 })).toBe(true)
  })
})
