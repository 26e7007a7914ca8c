import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import { evaluateForecast } from '../../api/evaluate.ts'
import {
  bandPath,
  chanceAt,
  horizonOf,
  linePath,
  scale,
  valueAt,
} from '../../api/web/lib/curves.ts'
import { sampleForecast } from '../support/sample-records.ts'

describe('curves given as knots', () => {
  it('are linear between knots and flat beyond them', () => {
    expect(valueAt([0, 10], [1, 0], 4)).toBeCloseTo(0.6)
    expect(valueAt([0, 10], [1, 0.2], -5)).toBe(1)
    expect(valueAt([0, 10], [1, 0.2], 50)).toBe(0.2)
    expect(valueAt([], [], 4)).toBeNull()
  })

  it('say of a forecast at a later age what the API says', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 300, noNaN: true }), (passedSeconds) => {
        const forecast = sampleForecast({ elapsedSeconds: 20, pFail: 0.28 })
        const asOf = forecast.observedAt + Math.round(passedSeconds * 1000)
        const said = evaluateForecast(forecast, asOf)
        expect(chanceAt(forecast, said.elapsedSeconds).p).toBeCloseTo(said.pFail, 9)
      }),
    )
  })

  it('keep the width of an interval in log-odds', () => {
    const forecast = {
      elapsedSeconds: 0,
      pFail: 0.5,
      pFailLow: 0.3,
      pFailHigh: 0.7,
      curveSeconds: [0, 100],
      curvePFail: [0.5, 0.8],
    }
    const later = chanceAt(forecast, 100)
    expect(later.p).toBeCloseTo(0.8)
    expect(later.low).toBeCloseTo(0.632, 3)
    expect(later.high).toBeCloseTo(0.903, 3)
  })

  it('state the forecast itself before its own age and where it has no curve', () => {
    const forecast = sampleForecast({ elapsedSeconds: 50, pFail: 0.4 })
    expect(chanceAt(forecast, 10).p).toBe(0.4)
    expect(chanceAt({ ...forecast, curveSeconds: [], curvePFail: [] }, 500).p).toBe(0.4)
  })

  it('end a picture of survival where both outcomes have ended', () => {
    expect(horizonOf([0, 10, 20, 30], [1, 0.5, 0.01, 0], [1, 0.9, 0.4, 0.02])).toBe(30)
    expect(horizonOf([0, 10, 20], [1, 1, 1], [1, 1, 1])).toBe(20)
    expect(horizonOf([], [], [])).toBe(0)
  })

  it('break their line where a value is missing', () => {
    const same = (value: number): number => value
    expect(linePath([0, 1, 2, 3], [0, null, 2, 3], same, same)).toBe('M0.0 0.0M2.0 2.0L3.0 3.0')
    expect(bandPath([0, 1, 2, 3], [0, 1, null, 3], [5, 6, 7, 8], same, same)).toBe(
      'M0.0 5.0L1.0 6.0L1.0 1.0L0.0 0.0ZM3.0 8.0L3.0 3.0Z',
    )
    expect(bandPath([0], [null], [1], same, same)).toBe('')
    expect(scale(0, 10, 100, 0)(4)).toBe(60)
    expect(scale(5, 5, 1, 2)(5)).toBe(1)
  })
})
