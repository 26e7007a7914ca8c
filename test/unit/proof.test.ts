import { describe, expect, it } from 'vitest'
import { withPolicy } from '../../cli/backtest/with-policy.ts'
import { createHungWatch } from '../support/proof/hung.ts'
import { createLateWatch } from '../support/proof/late-runs.ts'
import { LINES, oursOf } from '../support/proof/lines.ts'
import { measured } from '../support/proof/measured.ts'
import { slicesOf } from '../support/proof/slices.ts'
import { MONDAY, HOUR } from '../support/facts.ts'
import { generatedArchive, writeArchive } from '../support/generated-archive.ts'
import { sampleDecision, sampleScore } from '../support/sample-records.ts'
import { temporaryFolder } from '../support/temporary.ts'

const score = (n: number, seconds: number) =>
  sampleScore({
    ...{ runId: String(n), startedAt: MONDAY + n * HOUR, durationSeconds: seconds, failed: false },
    observedAt: MONDAY + n * HOUR + seconds * 1000,
  })

describe('hung runs', () => {
  it('runs end by 100 s; one lasts 1,000 s and is said to hang from 200 s on: 800 of 900 s are burnt after', () => {
    const watch = createHungWatch()
    for (let n = 0; n < 120; n += 1) watch.score(score(n, 100))
    const hangs = {
      runId: '200',
      level: 'watch',
      elapsedSeconds: 200,
      reason: 'it may hang',
    } as const
    watch.decision({ ...sampleDecision(), ...hangs })
    watch.score(score(200, 1000))
    watch.score(score(201, 300))
    const found = watch.measures()
    expect(found).toEqual({ runs: 2, inTime: 1, burntSeconds: 1100, afterSeconds: 800 })
  })
  it('are not known before a hundred runs of the job have ended', () => {
    const watch = createHungWatch()
    for (let n = 0; n < 99; n += 1) watch.score(score(n, 100))
    watch.score(score(200, 1000))
    expect(watch.measures().runs).toBe(0)
  })
})

describe('runs past 1.25 times the median pass', () => {
  it('are counted by outcome, and by when they were found', () => {
    const watch = createLateWatch()
    const past = sampleScore().checkpoints[0]
    if (past === undefined) throw new Error('a sample without checkpoints')
    const ends = (runId: string, failed: boolean, at: number) => {
      const checkpoints = [{ ...past, at, actual: 875 }]
      watch.score(sampleScore({ runId, failed, durationSeconds: 1000, checkpoints }))
    }
    const advised = (runId: string, elapsedSeconds: number) => {
      watch.decision({ ...sampleDecision(), runId, level: 'advise', elapsedSeconds })
    }
    advised('1', 0)
    advised('2', 200)
    advised('4', 0)
    watch.decision({ ...sampleDecision(), runId: '3', level: 'watch', elapsedSeconds: 0 })
    for (const runId of ['1', '2', '3']) ends(runId, true, 1.25)
    ends('4', false, 1.25)
    ends('5', false, 1.25)
    ends('6', true, 1)
    expect(watch.measures()).toEqual({
      ...{ failing: 3, foundByThen: 1, foundLater: 1, passing: 2, passingFound: 1 },
    })
  })
})

describe('what is shown of a recording', () => {
  it('has a verdict with its figures for every line that is about it, and none for lines about others', async () => {
    const folder = writeArchive(temporaryFolder(), generatedArchive(400, 3))
    const set = await measured(folder, {}, 20)
    const shown = LINES.map(({ of }) => of(set))
    expect(shown.filter((line) => line !== null).length).toBeGreaterThan(6)
    for (const line of shown) if (line !== null) expect(line.text).not.toBe('')
    expect(shown[LINES.findIndex(({ says }) => says.startsWith('vllm'))]).toBeNull()
  })
  it('is shown under a policy for every job', async () => {
    const folder = writeArchive(temporaryFolder(), generatedArchive(400, 3))
    const { total } = (await measured(folder, {}, 20, withPolicy('off'))).whole
    expect(oursOf(total)).toMatchObject({ stoppedFailing: 0, stoppedPassing: 0 })
    expect(oursOf((await measured(folder, {}, 20)).whole.total).stoppedFailing).toBeGreaterThan(0)
  })
  it('is shown without one of the processors, which must be there', async () => {
    const folder = writeArchive(temporaryFolder(), generatedArchive(400, 3))
    const deaf = await measured(folder, {}, 20, undefined, 'grouping')
    expect(deaf.whole.total.counts.runs).toBeGreaterThan(0)
    await expect(measured(folder, {}, 20, undefined, 'grping')).rejects.toThrow('one of runs')
  })
  it('is shown of parts of it by themselves: of later runs, and of halves of its jobs', async () => {
    const folder = writeArchive(temporaryFolder(), generatedArchive(400, 3))
    const whole = await measured(folder, {}, 20)
    const runs: number[] = []
    for (const { heard } of slicesOf(whole.span)) {
      const part = await measured(folder, {}, 20, heard)
      runs.push(part.whole.total.counts.runs)
      expect(part.span.from).toBeGreaterThanOrEqual(whole.span.from)
    }
    const all = whole.whole.total.counts.runs
    expect(runs[0]).toBeLessThan(all)
    expect(runs[1]).toBeLessThan(runs[0] ?? 0)
    expect(runs[2]).toBeLessThan(runs[1] ?? 0)
    expect(runs[2]).toBeGreaterThan(0)
    expect(new Set(runs.slice(3)).size).toBeGreaterThan(1)
  })
})
