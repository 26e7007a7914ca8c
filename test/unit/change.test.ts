import { describe, expect, it } from 'vitest'
import { changeAdvice, outlookOf, restOf, type JobEnds } from '../../processors/signals/change.ts'

const ends = (passSeconds: number[], failSeconds: number[] = []): JobEnds => ({
  ...{ failures: failSeconds.length, runs: passSeconds.length + failSeconds.length },
  ...{ passSeconds, failSeconds },
})
const runner = (elapsedSeconds: number, passes: number[], fails: number[] = [], pFail = 0) => ({
  ...{ ends: ends(passes, fails), pFail, elapsedSeconds, isAwaited: true },
})

describe('what is ahead of a change', () => {
  it('two runs, 60 s old, of jobs whose passes took 100 and 200 s: the last ends in 140 s, they cost 180 s', () => {
    const outlook = outlookOf([runner(60, [100]), runner(60, [200])])
    expect(outlook).toEqual({
      ...{ remainingSeconds: 140, remainingLow: 140, remainingHigh: 140, jenkinsRemaining: 140 },
      ...{ costSeconds: 180, againSeconds: 300, failures: 0 },
    })
  })
  it('ends with the run that it waits for, and costs what all of them do', () => {
    expect(outlookOf([runner(60, [100]), { ...runner(60, [200]), isAwaited: false }])).toEqual({
      ...{ remainingSeconds: 40, remainingLow: 40, remainingHigh: 40, jenkinsRemaining: 40 },
      ...{ costSeconds: 180, againSeconds: 300, failures: 0 },
    })
  })
  it('a run rests for what longer ones of its job took, each outcome by its chance', () => {
    expect(restOf(runner(70, [60, 100]))).toEqual({ seconds: [30], weights: [1] })
    expect(restOf(runner(0, [100], [40, 80], 0.5))).toEqual({
      seconds: [100, 40, 80],
      weights: [0.5, 0.25, 0.25],
    })
    expect(restOf(runner(500, [100])).seconds).toEqual([])
  })
  it('ends when the last of many ends: of two runs of 10 to 40 s each, within 30 s in half of the cases', () => {
    const [one, other] = [runner(0, [10, 20, 30, 40]), runner(0, [10, 20, 30, 40])]
    expect(outlookOf([one]).remainingSeconds).toBe(20)
    expect(outlookOf([one, other]).remainingSeconds).toBe(30)
    expect(outlookOf([one, other]).remainingLow).toBe(20)
    expect(outlookOf([one, other]).remainingHigh).toBe(40)
  })
  it('is not known where no run of its jobs lasted so long', () => {
    const nothing = outlookOf([runner(10, [])])
    expect(nothing.remainingSeconds).toBeNull()
    expect(nothing.jenkinsRemaining).toBeNull()
    expect(nothing.costSeconds).toBe(0)
  })
})

describe('the advice for the other runs of a change', () => {
  const outlook = { ...outlookOf([runner(0, [600])]), againSeconds: 900 }
  const policy = { most: 'stop', isFailFast: false } as const

  it('600 s to go, 900 s to run again, one failure in ten goes away: not worth it', () => {
    expect(changeAdvice(outlook, 0.1, policy).level).toBe('advise')
    expect(changeAdvice(outlook, 0.7, policy).level).toBe('watch')
  })
  it('is to stop where the policy of the job is to fail fast, and no more than its policy allows', () => {
    expect(changeAdvice(outlook, 0.1, { most: 'stop', isFailFast: true }).level).toBe('stop')
    expect(changeAdvice(outlook, 0.1, { most: 'advise', isFailFast: true }).level).toBe('advise')
    expect(changeAdvice(outlook, 0.1, { most: 'watch', isFailFast: true }).level).toBe('watch')
    expect(changeAdvice(outlook, 0.1, { most: 'off', isFailFast: true }).level).toBe('abstain')
  })
})
