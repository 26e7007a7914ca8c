import { describe, expect, it } from 'vitest'
import { within } from '../../processors/stopping/policy.ts'
import { isProtected, NO_POLICY, policyOf, policyText } from '../../schemas/policy.ts'

describe('the policy of a job', () => {
  it('is read from its label: stop from .97 on, and leave gather and deprovision alone', () => {
    const policy = policyOf({ policy: 'stop floor=.97 protect=gather*,deprovision' })
    expect(policy).toEqual({
      ...NO_POLICY,
      floor: 0.97,
      protectedSteps: ['gather*', 'deprovision'],
    })
    const steps = ['gather', 'gather-must', 'deprovision', 'deprovision-all', 'test']
    expect(steps.filter((step) => isProtected(policy, step))).toEqual(steps.slice(0, 3))
  })
  it('lets everything be said where nothing is told, and no stop where it is not understood', () => {
    expect(policyOf({})).toBe(NO_POLICY)
    for (const policy of ['stopp', 'floor=2', 'sure=', 'none'])
      expect(policyOf({ policy }).most).toBe('advise')
  })
  it.each([
    ['off flor=.9', 'off'],
    ['flor=.9 off', 'off'],
    ['off floor=2', 'off'],
    ['watch flor=.9', 'watch'],
    ['watch floor=2', 'watch'],
    ['advise flor=.9', 'advise'],
    ['stop floor=2', 'advise'],
    ['floor=2 stop', 'advise'],
  ])('says no more than it asks for where a word is not understood: %s', (policy, most) => {
    expect(policyOf({ policy }).most).toBe(most)
  })
  it('says of a change that its job failed: fail fast, or that it may merge all the same', () => {
    expect(policyOf({ policy: 'advise fail-fast' })).toMatchObject({
      ...{ most: 'advise', isFailFast: true, isOptional: false },
    })
    expect(policyOf({ policy: 'optional' })).toMatchObject({ most: 'stop', isOptional: true })
  })
  it('is optional where the source calls the job so, as Prow and GitLab do by a label', () => {
    expect(policyOf({ optional: 'true' })).toEqual({ ...NO_POLICY, isOptional: true })
    expect(policyText({ optional: 'true', policy: 'watch' })).toBe('watch optional')
    expect(policyText({ optional: 'false', policy: 'watch' })).toBe('watch')
    expect(policyText({ optional: 'false' })).toBeNull()
    expect(policyOf({ optional: 'false' })).toBe(NO_POLICY)
  })
  it('takes nothing away below what it allows', () => {
    const advice = { level: 'continue', reason: 'r' } as const
    expect(within(policyOf({ policy: 'watch' }), false, advice)).toBe(advice)
    expect(within(policyOf({ policy: 'off' }), false, advice).level).toBe('abstain')
  })
})
