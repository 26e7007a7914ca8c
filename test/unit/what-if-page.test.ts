import { describe, expect, it } from 'vitest'
import { bestOf } from '../../api/web/pages/what-if/best.ts'
import type { PointAnswer } from '../../api/web/pages/what-if/answer.ts'
import { bodyOf, paramsOf, policyOf, windowOf } from '../../api/web/pages/what-if/policy.ts'
import { key } from '../../schemas/keys.ts'
import { ratio } from '../../schemas/measures.ts'
import { USUAL_POLICY } from '../../schemas/what-if.ts'

const policyFrom = (query: string) => policyOf(new URLSearchParams(query))

describe('the policy in the address', () => {
  it('is as usual where nothing or no number is said, and held within the limits', () => {
    expect(policyFrom('')).toEqual(USUAL_POLICY)
    expect(policyFrom('threshold=x&leastSavedSeconds=')).toEqual(USUAL_POLICY)
    expect(policyFrom('threshold=2&falseStopReruns=-1&precisionFloor=.5')).toEqual({
      ...USUAL_POLICY,
      threshold: 0.99,
      falseStopReruns: 0,
      precisionFloor: 0.5,
    })
  })

  it('comes back from what is written of it, which is only what differs', () => {
    const policy = { ...USUAL_POLICY, threshold: 0.7, leastSavedSeconds: 600 }
    const said = Object.entries(paramsOf(policy)).flatMap(([name, value]) =>
      value === null ? [] : [[name, value] as const],
    )
    expect(said).toEqual([
      ['threshold', '0.7'],
      ['leastSavedSeconds', '600'],
    ])
    expect(policyOf(new URLSearchParams(Object.fromEntries(said)))).toEqual(policy)
  })

  it('asks for a known window and for the parts of its subject', () => {
    expect(windowOf(new URLSearchParams('days=90'))).toBe('90')
    expect(windowOf(new URLSearchParams('days=91'))).toBe('14')
    expect(bodyOf(USUAL_POLICY, '7', '')).toEqual({ ...USUAL_POLICY, days: 7 })
    expect(bodyOf(USUAL_POLICY, '1', key('prow', 'o/r'))).toEqual({
      ...USUAL_POLICY,
      days: 1,
      source: 'prow',
      repo: 'o/r',
    })
    expect(bodyOf(USUAL_POLICY, '1', key('prow', 'o/r', 'a:b'))).toMatchObject({ job: 'a:b' })
  })
})

describe('the best threshold in hindsight', () => {
  const point = (threshold: number, netSeconds: number, falseStops: number): PointAnswer => ({
    threshold,
    rule: 'what-if',
    stoppedFailing: 1,
    stoppedPassing: falseStops,
    stoppedCensored: 0,
    savedSeconds: netSeconds,
    burntSeconds: 0,
    strictBurntSeconds: 0,
    netSeconds,
    strictNetSeconds: netSeconds,
    chargedNetSeconds: netSeconds,
    precision: ratio(1, 1 + falseStops),
    falseStopRate: ratio(falseStops, 100),
    recall: 0.1,
    lift: null,
  })

  it('is the highest net within 1 % of false stops, the stricter of equals', () => {
    const curve = [point(0.5, 900, 2), point(0.6, 500, 1), point(0.7, 500, 0), point(0.8, 100, 0)]
    expect(bestOf(curve)?.threshold).toBe(0.7)
  })

  it('is none where nothing is saved within the bound', () => {
    expect(bestOf([point(0.5, 900, 2), point(0.9, 0, 0), point(0.95, -5, 0)])).toBeNull()
  })
})
