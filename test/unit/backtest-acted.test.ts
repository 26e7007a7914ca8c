import { describe, expect, it } from 'vitest'
import { actOnStops, isKept, type ActedStop } from '../../cli/backtest/acted/acting.ts'
import { actedMeasures } from '../../cli/backtest/acted/measures.ts'
import { actedTable } from '../../cli/backtest/acted/table.ts'
import { createCollector } from '../../cli/backtest/collector.ts'
import { measure } from '../../cli/backtest/measures.ts'
import { printReport } from '../../cli/backtest/print.ts'
import { replayArchive } from '../../cli/feed.ts'
import { emit, setTimer, type Processor } from '../../processors/processor.ts'
import { runs } from '../../processors/runs/runs.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import { openArchive } from '../../producers/archive/archive.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { LogRecord, Offer } from '../../runtime/ports.ts'
import type { Run, RunEvent, Score } from '../../schemas/events.ts'
import { runKey } from '../../schemas/keys.ts'
import { checkpointOf, scoreOf } from '../support/backtest-records.ts'
import { aFact, aRun, MINUTE, MONDAY } from '../support/facts.ts'
import { generatedArchive, writeArchive } from '../support/generated-archive.ts'
import { sampleDecision } from '../support/sample-records.ts'
import { temporaryFolder } from '../support/temporary.ts'

const SCORING = TOPOLOGY.filter(({ name }) => !name.startsWith('kpi') && name !== 'incidents')

/** Says stop two minutes after each start, and again a minute later. */
const stopper: Processor = {
  name: 'stopper',
  inputs: ['ci.runs.v1'],
  outputs: ['ci.decisions.v1'],
  cells: {},
  step: (_cells, _key, input, now) => {
    if (input.kind === 'record') {
      const { change, runId } = input.record as Run
      return change === 'started'
        ? [setTimer(runId, now + 2 * MINUTE), setTimer(`${runId} again`, now + 3 * MINUTE)]
        : []
    }
    const ref = aRun({ runId: input.timer.replace(' again', '') })
    const stamp = { eventId: `stop/${input.timer}`, eventAt: now, observedAt: now }
    return [
      emit('ci.decisions.v1', {
        ...sampleDecision(ref),
        ...stamp,
        level: 'stop',
        elapsedSeconds: 120,
      }),
    ]
  },
}

const fact = (runId: string, kind: RunEvent['kind'], minute: number): Offer => ({
  topic: 'ci.run-events.v1',
  record: aFact(aRun({ runId }), kind, MONDAY + minute * MINUTE, {
    outcome: kind === 'finished' ? 'failure' : null,
    step: kind === 'stepFinished' ? 'build' : null,
  }),
})
const keyOf = (runId: string): string => runKey(aRun({ runId }))

/** Replays with stops acted on; gives the facts that the log holds, and the stops. */
const acted = (offers: readonly Offer[], keepShare: number) => {
  const runtime = new EmbeddedRuntime(':memory:', [runs, stopper])
  const heard: RunEvent[] = []
  runtime.onCommit((published: readonly LogRecord[]) => {
    for (const { topic, record } of published)
      if (topic === 'ci.run-events.v1') heard.push(record as RunEvent)
  })
  const { fed, stops } = actOnStops(runtime, keepShare)
  void fed.commit(offers, MONDAY + 60 * MINUTE, { source: 'test', at: offers.length })
  const cursor = fed.cursor('test')
  runtime.close()
  return { heard, stops, cursor }
}

const OFFERS = [
  fact('a', 'started', 0),
  fact('b', 'started', 1),
  fact('quick', 'started', 1),
  fact('quick', 'finished', 2),
  fact('a', 'stepFinished', 4),
  fact('a', 'finished', 10),
  fact('b', 'finished', 11),
]

describe('a replay whose stops are acted on', () => {
  it('hears a stopped run aborted just after its stop, and nothing more of it', () => {
    const { heard, stops, cursor } = acted(OFFERS, 0)
    const ofA = heard.filter(({ runId }) => runId === 'a')
    expect(ofA.map(({ kind, outcome }) => [kind, outcome])).toEqual([
      ['started', null],
      ['finished', 'aborted'],
    ])
    expect(ofA[1]).toMatchObject({
      eventAt: MONDAY + 2 * MINUTE,
      observedAt: MONDAY + 2 * MINUTE + 2,
    })
    expect(stops.get(keyOf('a'))).toEqual({
      elapsedSeconds: 120,
      isKept: false,
      keepShare: 0,
      truth: { failed: true, finishedMs: MONDAY + 10 * MINUTE },
    })
    expect(cursor).toBe(OFFERS.length)
  })

  it('leaves a run alone that had ended before it was told to stop', () => {
    const { heard, stops } = acted(OFFERS, 0)
    expect(stops.has(keyOf('quick'))).toBe(false)
    expect(heard.filter(({ runId }) => runId === 'quick')).toHaveLength(2)
  })

  it('hears all of what is kept, in its order, with policies that ask for acting', () => {
    const { heard, stops } = acted(OFFERS, 1)
    const asking = (event: RunEvent): RunEvent =>
      event.kind === 'started' ? { ...event, labels: { policy: 'act' } } : event
    expect(heard).toEqual(OFFERS.map(({ record }) => asking(record as RunEvent)))
    expect([...stops.values()].map(({ isKept: isLeft, truth }) => [isLeft, truth])).toEqual([
      [true, null],
      [true, null],
    ])
  })

  it('scores what a plain replay scores where each run is kept: the small steps change nothing', async () => {
    const folder = writeArchive(temporaryFolder(), generatedArchive(250))
    const scoresOf = async (isActing: boolean): Promise<unknown[]> => {
      const runtime = new EmbeddedRuntime(':memory:', SCORING)
      const scores: unknown[] = []
      runtime.onCommit((published) => {
        for (const { topic, record } of published) if (topic === 'ci.scores.v1') scores.push(record)
      })
      const fed = isActing ? actOnStops(runtime, 1).fed : runtime
      await replayArchive(fed, openArchive([folder]), new AbortController().signal, {
        isQuiet: true,
      })
      runtime.close()
      return scores
    }
    const plain = await scoresOf(false)
    expect(plain.length).toBeGreaterThan(200)
    expect(await scoresOf(true)).toEqual(plain)
  })

  it('keeps a share of the runs by their key alone', () => {
    const keys = Array.from({ length: 4_000 }, (_, i) => keyOf(String(i)))
    const kept = keys.filter((key) => isKept(key, 0.05)).length
    expect(kept).toBeGreaterThan(150)
    expect(kept).toBeLessThan(250)
    expect(keys.some((key) => isKept(key, 0))).toBe(false)
    expect(keys.every((key) => isKept(key, 1))).toBe(true)
  })
})

describe('measures of stops that were acted on', () => {
  const collector = createCollector()
  const stops = new Map<string, ActedStop>()
  const add = (
    part: Partial<Score> & { runId: string },
    stop?: Pick<ActedStop, 'elapsedSeconds' | 'isKept'>,
  ): void => {
    const score = scoreOf({ checkpoints: [checkpointOf({}), checkpointOf({ at: 0.5 })], ...part })
    collector.score(score)
    if (stop === undefined) return
    const finishedMs = (score.startedAt ?? 0) + 200_000
    const truth = stop.isKept ? null : { failed: Number(part.runId) % 2 === 0, finishedMs }
    stops.set(runKey(score), { ...stop, keepShare: 0.25, truth })
  }
  add({ runId: 'f', failed: true, durationSeconds: 100 }, { elapsedSeconds: 40, isKept: true })
  add({ runId: 'p', failed: false, durationSeconds: 90 }, { elapsedSeconds: 30, isKept: true })
  for (let i = 0; i < 6; i += 1)
    add(
      { runId: String(i), failed: null, durationSeconds: 50 },
      { elapsedSeconds: 50, isKept: false },
    )
  for (let i = 6; i < 18; i += 1) add({ runId: String(i), durationSeconds: 80 })
  const collected = collector.collected()
  const options = { resamples: 20, seed: 1, keepShare: 0.25 }
  const found = actedMeasures(collected.runs, stops, options)

  it('let a kept run stand for those that were cut, as in the example of the file', () => {
    expect(found).toMatchObject({ stopped: 8, kept: 2 })
    expect(found.savedSeconds.value).toBe(240)
    expect(found.burntSeconds.value).toBe(120)
    expect(found.netSeconds.value).toBe(120)
    expect(found.strictNetSeconds.value).toBe(-120)
    expect(found.falseStopRate.value).toBe(0.25)
    expect(found.precision).toMatchObject({ numerator: 1, denominator: 2 })
  })

  it('tell beside it what the recording knows of all that was stopped', () => {
    // Cut: three failing and three passing runs of 200 s at 50 s; kept as above.
    expect(found.known).toMatchObject({
      stoppedFailing: 4,
      stoppedPassing: 4,
      savedSeconds: 3 * 150 + 60,
      cutSavedSeconds: 3 * 150,
      burntSeconds: 3 * 50 + 30,
      strictBurntSeconds: 3 * 200 + 90,
    })
    expect(found.known.falseStopRate).toMatchObject({ numerator: 4, denominator: 16 })
  })

  it('weigh forecasts as well: at .5 beside a base rate of .5 there is no skill either way', () => {
    expect(found.skill.map(({ corrected, seen }) => [corrected.value, seen.value])).toEqual([
      [0, 0],
      [0, 0],
      [null, null],
    ])
  })

  it('count a kept run that ended at its stop as not stopped', () => {
    const own = createCollector()
    const score = scoreOf({ runId: 'late', failed: true, durationSeconds: 30 })
    own.score(score)
    const stop = { elapsedSeconds: 30, isKept: true, keepShare: 0.25, truth: null }
    const late = actedMeasures(own.collected().runs, new Map([[runKey(score), stop]]), options)
    expect(late).toMatchObject({ stopped: 0, kept: 0, savedSeconds: { value: 0 } })
  })

  it('are printed beside the advice', () => {
    const measures = { ...measure(collected, { resamples: 20 }), acted: found }
    const text = printReport(measures)
    expect(text).toContain('If stops were acted on, 25.0 % of the runs being left to their end')
    expect(text).toContain('Few stopped runs were kept (2)')
    expect(text).toMatch(/stopped \(kept\) +– +8 \(2\) +8/)
    expect(actedTable(measures.total, found).rows.every((row) => row.length <= 4)).toBe(true)
  })
})
