import { describe, expect, it } from 'vitest'
import { basisOf } from '../../processors/stopping/basis.ts'
import { allowedBy, eValue, isContradicted } from '../../processors/stopping/bound.ts'
import { checkpointSeconds } from '../../processors/stopping/checkpoints.ts'
import { emptyHistory, remember, type Finished } from '../../processors/stopping/history.ts'
import { familyOf, poolsOf } from '../../processors/stopping/pools.ts'
import { judge, type Standing } from '../../processors/stopping/rule.ts'

const record = (passes: number, any: [wrong: number, right: number], sign = any) => ({
  shadowPasses: passes,
  shadowFalseStops: any[0],
  shadowTrueStops: any[1],
  shadowSignFalseStops: sign[0],
  shadowSignTrueStops: sign[1],
})

describe('the bound on false stops', () => {
  it('is shown by 385 passing runs without one, and by no fewer', () => {
    expect(eValue(0, 385)).toBeCloseTo(40.04, 2)
    expect(allowedBy(record(385, [0, 20])).any).toBe(true)
    expect(allowedBy(record(384, [0, 20])).any).toBe(false)
  })
  it('needs many more once there was one', () => {
    expect(allowedBy(record(500, [1, 20])).any).toBe(false)
    expect(allowedBy(record(1000, [1, 20])).any).toBe(true)
    expect(allowedBy(record(1000, [20, 400])).any).toBe(false)
  })
  it('needs stops that were right, and a record that does not speak against a precision of .9', () => {
    expect(allowedBy(record(10_000, [0, 8])).any).toBe(false)
    expect(allowedBy(record(10_000, [4, 15])).any).toBe(true)
    expect(allowedBy(record(10_000, [10, 15])).any).toBe(false)
  })
  it('lets stops on a bad sign go ahead alone', () => {
    expect(allowedBy(record(500, [30, 60], [0, 40]))).toEqual({ any: false, onSign: true })
  })
  it('is a fair bet: at a true rate of 1 % its mean stays 1', () => {
    const n = 50
    let mean = 0
    for (let k = 0, chance = 0.99 ** n; k <= n; k += 1) {
      mean += chance * eValue(k, n)
      chance *= (((n - k) / (k + 1)) * 0.01) / 0.99
    }
    expect(mean).toBeCloseTo(1, 6)
  })
  it('keeps out a job whose own stops were wrong too often', () => {
    expect(isContradicted(record(100, [1, 0]))).toBe(false)
    expect(isContradicted(record(100, [2, 10]))).toBe(true)
    expect(isContradicted(record(100, [2, 30]))).toBe(false)
  })
})

describe('the pools of a job', () => {
  it('puts jobs that differ only in numbers into one family', () => {
    expect(familyOf('nightly-4.12-e2e', {})).toBe(familyOf('nightly-4.17-e2e', {}))
    expect(familyOf('nightly-4.12-e2e', { family: 'f' })).toBe('f')
    expect(poolsOf({ source: 's', repo: 'o/r', job: 'j1' }, {})).toEqual([
      'family:s:o/r:j#',
      'community:s',
    ])
  })
})

describe('the checkpoints', () => {
  it('are at 0 to 125 % of the median pass, and only at 0 where nobody knows it', () => {
    expect(checkpointSeconds(100)).toEqual([0, 25, 50, 75, 100, 125])
    expect(checkpointSeconds(null)).toEqual([0])
  })
})

describe('the advice', () => {
  const history = (of: (i: number) => Partial<Finished>) =>
    Array.from({ length: 80 }, (_, i) => ({
      failed: false,
      durationSeconds: 1000,
      isCut: false,
      signSeconds: null,
      ...of(i),
    })).reduce(remember, emptyHistory())
  const standing = (more: Partial<Standing> = {}): Standing => ({
    ownRuns: 30,
    skillRuns: 50,
    skillOurs: 5,
    skillBase: 6,
    mayStop: true,
    mayStopOnSign: true,
    isContradicted: false,
    isSignContradicted: false,
    ...more,
  })
  /** One run in four hangs for ten times as long as a pass. */
  const hanging = basisOf(
    history((i) => (i % 4 === 0 ? { failed: true, durationSeconds: 10_000 } : {})),
    [],
  )
  const late = { elapsedSeconds: 2000, signSeconds: null }

  it('is to stop a hanging run once the bound is shown', () => {
    const verdict = judge(hanging, late, standing())
    expect(verdict.level).toBe('stop')
    expect(verdict.expectedSavedSeconds).toBeGreaterThan(5000)
    expect(judge(hanging, { ...late, elapsedSeconds: 10 }, standing()).level).toBe('continue')
  })
  it('is only advice while the bound is not shown, or the job contradicts it', () => {
    const unshown = judge(hanging, late, standing({ mayStop: false }))
    expect(unshown).toMatchObject({ level: 'advise', wantsStop: true })
    expect(unshown.reason).toContain('below 1 %')
    expect(judge(hanging, late, standing({ isContradicted: true })).level).toBe('advise')
  })
  it('is none where too little is known, or where forecasts were worse than the base rate', () => {
    const unknown = basisOf(emptyHistory(), [])
    expect(judge(unknown, late, standing({ ownRuns: 0 }))).toMatchObject({
      level: 'abstain',
      wantsStop: false,
    })
    const unskilled = judge(hanging, late, standing({ skillOurs: 8 }))
    expect(unskilled.level).toBe('abstain')
    expect(unskilled.reason).toContain('base rate')
  })
  it('does not stop what is nearly over: the rest is not worth the risk of a rerun', () => {
    const short = basisOf(
      history((i) => (i % 4 === 0 ? { failed: true, durationSeconds: 2100 } : {})),
      [],
    )
    expect(judge(short, { ...late, elapsedSeconds: 1500 }, standing()).level).toBe('stop')
    const nearlyOver = judge(short, { ...late, elapsedSeconds: 2215 }, standing())
    expect(nearlyOver.chance.p).toBeGreaterThan(0.5)
    expect(nearlyOver.failRemainingSeconds).toBeLessThan(10)
    expect(nearlyOver.wantsStop).toBe(false)
  })
})
