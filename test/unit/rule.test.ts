import { describe, expect, it } from 'vitest'
import { basisOf } from '../../processors/stopping/basis.ts'
import { checkpointSeconds } from '../../processors/stopping/checkpoints.ts'
import { FORECASTS_ADRIFT } from '../../processors/stopping/guard.ts'
import { emptyHistory, remember, type Finished } from '../../processors/stopping/history.ts'
import { poolsOf } from '../../processors/stopping/pools.ts'
import { familyOf } from '../../schemas/slices.ts'
import { NO_POLICY, policyOf } from '../../schemas/policy.ts'
import { judge, type Standing } from '../../processors/stopping/rule.ts'
import { RED_TESTS } from '../../processors/stopping/signs.ts'
import type { Prior } from '../../schemas/events.ts'

describe('the pools of a job', () => {
  it('puts jobs that differ only in numbers into one family', () => {
    expect(familyOf('nightly-4.12-e2e', {})).toBe(familyOf('nightly-4.17-e2e', {}))
    expect(familyOf('nightly-4.12-e2e', { family: 'f' })).toBe('f')
    expect(poolsOf({ source: 's', repo: 'o/r', job: 'j1' }, {})).toEqual([
      'family:s:o/r:j#',
      'repository:s:o/r',
      'community:s',
    ])
  })
})

describe('the pool a young job leans on', () => {
  const prior = (passes: number, failures: number): Prior => ({
    ...{ eventId: 'p', eventAt: 0, observedAt: 0, pool: 'p', passes, failures },
    ...{ passDurations: {}, failDurations: {}, passClean: {}, failClean: {} },
    ...{ watchedPasses: 0, falseStops: [], trueStops: [], weights: [], trust: 0, strain: 0 },
    ...{ passesWithSign: 0, failuresWithSign: 0, leadModel: '', leadRuns: 0, leadNats: 0 },
    ...{ unseenPasses: 0, unseenFalseStops: [] },
  })
  it('is the narrowest of which ten runs are known: family, then repository, then community', () => {
    const [few, repository, community] = [prior(5, 4), prior(2, 18), prior(90, 10)]
    const leaning = (...priors: (Prior | undefined)[]) => {
      const { pool, pooled } = basisOf(emptyHistory(), priors)
      return [pool, Number(pooled.toFixed(3))]
    }
    expect(leaning(prior(5, 5), repository, community)).toEqual(['family', 0.5])
    expect(leaning(few, repository, community)).toEqual(['repository', 0.881])
    expect(leaning(undefined, few, community)).toEqual(['community', 0.104])
    expect(leaning(undefined, undefined, undefined)).toEqual(['none', 0.5])
  })
})

describe('the checkpoints', () => {
  it('are at 0 to 125 % of the median pass, and only at 0 where nobody knows it', () => {
    expect(checkpointSeconds(100)).toEqual([0, 25, 50, 75, 100, 125])
    expect(checkpointSeconds(null)).toEqual([0])
  })
})

describe('the advice', () => {
  const run = (more: Partial<Finished>): Finished => ({
    failed: false,
    durationSeconds: 1000,
    startedAt: null,
    isCut: false,
    signSeconds: null,
    signs: [],
    ...more,
  })
  const history = (of: (i: number) => Partial<Finished>) =>
    Array.from({ length: 80 }, (_, i) => run(of(i))).reduce(remember, emptyHistory())
  const standing = (more: Partial<Standing> = {}): Standing => ({
    ownRuns: 30,
    skillRuns: 50,
    skillOurs: 5,
    skillBase: 6,
    skillSquares: 0.1,
    stopAt: [0.92, 0.92, 0.92],
    stopsAtOnce: 3,
    isContradicted: [false, false, false],
    isAdrift: false,
    isClosing: false,
    policy: NO_POLICY,
    isWaiting: false,
    isStopped: false,
    ...more,
  })
  /** One run in two hangs for ten times as long as a pass. */
  const hanging = basisOf(
    history((i) => (i % 2 === 0 ? { failed: true, durationSeconds: 10_000 } : {})),
    [],
  )
  const late = { elapsedSeconds: 2000, signSeconds: null, sign: null, rate: hanging.rate }

  it('is to stop a hanging run where its belief is allowed to', () => {
    const verdict = judge(hanging, late, standing())
    expect(verdict.level).toBe('stop')
    expect(verdict.expectedSavedSeconds).toBeGreaterThan(5000)
    expect(judge(hanging, { ...late, elapsedSeconds: 10 }, standing()).level).toBe('continue')
  })
  it('takes a stop back below nine in ten only, not where a belief sways about its level', () => {
    const level = { stopAt: [0.92, 0.995, 0.92] }
    const { chance } = judge(hanging, late, standing(level))
    expect(chance.p).toBeGreaterThan(0.9)
    expect(chance.p).toBeLessThan(0.995)
    expect(judge(hanging, late, standing({ ...level, isStopped: true })).level).toBe('stop')
    const doubtful = { ...late, rate: 0.2 }
    const back = judge(hanging, doubtful, standing({ ...level, isStopped: true }))
    expect(back.chance.p).toBeLessThan(0.9)
    expect(back.level).not.toBe('stop')
    const closed = standing({ ...level, isStopped: true, isContradicted: [true, true, true] })
    expect(judge(hanging, late, closed).level).toBe('advise')
  })
  it('is only advice where the record does not allow it, or the job contradicts it', () => {
    const unshown = judge(hanging, late, standing({ stopAt: [0.92, 0.995, 0.92] }))
    expect(unshown).toMatchObject({ level: 'advise', wantsStop: false, ground: 'age' })
    expect(unshown.reason).toContain('hit few passing runs')
    const contradicted = judge(hanging, late, standing({ isContradicted: [false, true, false] }))
    expect(contradicted).toMatchObject({ level: 'advise', wantsStop: true })
  })
  it('says that a run may hang once it has outlasted 99 in 100 of either outcome', () => {
    const steady = basisOf(
      history((i) => ({ failed: i % 20 === 0, durationSeconds: 1000 + (i % 7) })),
      [],
    )
    expect(steady.hungSeconds).toBeGreaterThan(950)
    expect(steady.hungSeconds).toBeLessThan(1150)
    const at = (elapsedSeconds: number, rate = steady.rate) =>
      judge(steady, { ...late, elapsedSeconds, rate }, standing())
    expect(at(900)).toMatchObject({ level: 'continue', ground: 'age' })
    expect(at(1150)).toMatchObject({ level: 'watch', ground: 'hung' })
    expect(at(1150).reason).toContain('may hang')
    const young = basisOf(remember(emptyHistory(), run({ failed: true })), [])
    expect(young.hungSeconds).toBe(Infinity)
  })
  it('says so by the runs of the job alone once they tell, though its pool holds longer ones', () => {
    const durations = { passDurations: { 72: 400 }, passClean: { 72: 400 } }
    const longer = {
      ...{ passes: 400, failures: 0, ...durations, failDurations: {}, failClean: {} },
    } as unknown as Prior
    const own = basisOf(
      history(() => ({})),
      [longer],
    )
    expect(own.hungSeconds).toBeGreaterThan(3000)
    expect(own.mayHangSeconds).toBeLessThan(1150)
    const at = (elapsedSeconds: number) =>
      judge(own, { ...late, elapsedSeconds, rate: own.rate }, standing())
    expect(at(900)).toMatchObject({ level: 'continue', mayHang: false })
    expect(at(1150)).toMatchObject({ level: 'watch', ground: 'age', mayHang: true })
    const few = Array.from({ length: 40 }, () => run({})).reduce(remember, emptyHistory())
    expect(basisOf(few, [longer]).mayHangSeconds).toBe(basisOf(few, [longer]).hungSeconds)
  })
  it('is no more than the policy of the job allows', () => {
    const level = (policy: string, isClosing = false) =>
      judge(hanging, late, standing({ policy: policyOf({ policy }), isClosing })).level
    expect(['off', 'watch', 'advise', 'stop'].map((policy) => level(policy))).toEqual([
      ...['abstain', 'watch', 'advise', 'stop'],
    ])
    expect(level('stop floor=.999')).toBe('advise')
    expect(level('stop protect=gather', true)).toBe('advise')
    const watched = judge(hanging, late, standing({ policy: policyOf({ policy: 'watch' }) }))
    expect(watched).toMatchObject({
      wantsStop: true,
      reason: 'policy of the job: no more than watch',
    })
  })
  it('rests on the lower end of the belief where the policy says how sure it must be, and says so', () => {
    const by = (policy: string) => judge(hanging, late, standing({ policy: policyOf({ policy }) }))
    const { p, low } = by('stop').chance
    expect(low).toBeLessThan(p - 0.01)
    expect(by(`sure=${low - 0.001} stop`).level).toBe('stop')
    const held = by(`sure=${low + 0.001} stop`)
    expect(held).toMatchObject({ level: 'advise', wantsStop: false })
    expect(held.reason).toBe('policy of the job: not sure enough to be stopped')
    expect(by(`floor=${p + 0.001} stop`).reason).toBe(held.reason)
  })
  it('is only advice while the forecasts of the job are adrift, unless a step failed', () => {
    const adrift = standing({ isAdrift: true })
    const verdict = judge(hanging, late, adrift)
    expect(verdict).toMatchObject({ level: 'advise', reason: FORECASTS_ADRIFT, wantsStop: true })
    const failed = {
      ...late,
      elapsedSeconds: 10,
      signSeconds: 5,
      sign: { step: 'deploy', p: 0.96, runs: 5 },
    }
    expect(judge(hanging, failed, adrift).level).toBe('stop')
  })
  it('waits where enough runs of the job are stopped already', () => {
    const start = { elapsedSeconds: 0, signSeconds: null, sign: null, rate: 0.97 }
    expect(judge(hanging, start, standing())).toMatchObject({ level: 'stop', ground: 'history' })
    const waiting = judge(hanging, start, standing({ isWaiting: true }))
    expect(waiting).toMatchObject({ level: 'advise', isCandidate: false })
    expect(waiting.reason).toContain('mended')
  })
  it('goes by the failed step once there is one', () => {
    const failed = {
      ...late,
      elapsedSeconds: 10,
      signSeconds: 5,
      sign: { step: 'deploy', p: 0.96, runs: 5 },
    }
    expect(judge(hanging, failed, standing())).toMatchObject({ level: 'stop', ground: 'sign' })
    expect(judge(hanging, failed, standing()).reason).toContain('runs with failed step deploy fail')
    const red = { ...failed, sign: { ...failed.sign, step: RED_TESTS } }
    expect(judge(hanging, red, standing()).reason).toContain('runs with red tests fail')
    const never = standing({ stopAt: [0.92, 0.92, Infinity] })
    expect(judge(hanging, failed, never).level).toBe('advise')
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
    // 2 more than the base rate's 6 is within what chance gives where the differences are large.
    const unlucky = judge(hanging, late, standing({ skillOurs: 8, skillSquares: 4 }))
    expect(unlucky.level).toBe('stop')
    // What a failed step says has a record of its own.
    const failed = {
      ...late,
      elapsedSeconds: 10,
      signSeconds: 5,
      sign: { step: 'deploy', p: 0.96, runs: 5 },
    }
    expect(judge(hanging, failed, standing({ skillOurs: 8 })).level).toBe('stop')
  })
  it('does not stop what is nearly over: the rest is not worth the risk of a rerun', () => {
    const short = basisOf(
      history((i) => (i % 2 === 0 ? { failed: true, durationSeconds: 2100 } : {})),
      [],
    )
    expect(judge(short, { ...late, elapsedSeconds: 1500 }, standing()).level).toBe('stop')
    const nearlyOver = judge(short, { ...late, elapsedSeconds: 2215 }, standing())
    expect(nearlyOver.chance.p).toBeGreaterThan(0.5)
    expect(nearlyOver.failRemainingSeconds).toBeLessThan(10)
    expect(nearlyOver.wantsStop).toBe(false)
  })
})
