import { describe, expect, it, vi } from 'vitest'
import { createRunAnswers } from '../../api/routes/run-answers.ts'
import { runKey } from '../../schemas/keys.ts'
import { atOnce } from '../support/at-once.ts'
import { createTestPipeline, published } from '../support/api-deps.ts'
import {
  NOON,
  REF,
  sampleDecision,
  sampleForecast,
  sampleRun,
  sampleScore,
} from '../support/sample-records.ts'

const RUN = runKey(REF)
const open = (maxChars?: number) => {
  const pipeline = createTestPipeline()
  const answers = createRunAnswers(pipeline.deps, maxChars)
  const reads = vi.spyOn(pipeline.views, 'getAll')
  const dataOf = (key = RUN) =>
    JSON.parse(atOnce(answers.get(key))?.data ?? 'null') as Record<string, unknown>
  return {
    answers,
    reads,
    dataOf,
    publish: pipeline.publish.bind(pipeline),
    setNow: pipeline.setNow.bind(pipeline),
  }
}
const otherRun = (runId: string) => sampleRun({ ...REF, runId })
const finished = sampleRun({
  change: 'finished',
  phase: 'finished',
  outcome: 'failure',
  finishedAt: NOON + 9_000,
  observedAt: NOON + 9_000,
})

describe('what is answered of a run', () => {
  it('is read once, and again after a commit that says something of that run', () => {
    const { publish, reads, dataOf } = open()
    publish([published('ci.runs.v1', sampleRun())])
    expect(dataOf()).toEqual({
      ...{ run: sampleRun(), forecast: null, now: null, decision: null, score: null },
    })
    dataOf()
    publish([published('ci.runs.v1', otherRun('other'))])
    dataOf()
    expect(reads).toHaveBeenCalledTimes(1)
    publish([published('ci.decisions.v1', sampleDecision())])
    expect(dataOf()['decision']).toEqual(sampleDecision())
    expect(reads).toHaveBeenCalledTimes(2)
    publish([published('ci.forecasts.v1', sampleForecast())])
    expect(dataOf()['forecast']).toEqual(sampleForecast())
    publish([published('ci.runs.v1', finished)])
    publish([published('ci.scores.v1', sampleScore())])
    expect(dataOf()).toMatchObject({ run: finished, score: sampleScore(), now: null })
  })

  it('follows time while the run runs, without reading; its ETag covers what time changes', () => {
    const { publish, setNow, answers, reads, dataOf } = open()
    publish([
      published('ci.runs.v1', sampleRun()),
      published('ci.forecasts.v1', sampleForecast({ elapsedSeconds: 0 })),
    ])
    const first = atOnce(answers.get(RUN))?.etag
    expect(dataOf()['now']).toMatchObject({ elapsedSeconds: 0, pFail: 0.2 })
    expect(atOnce(answers.get(RUN))?.etag).toBe(first)
    setNow(NOON + 50_000)
    expect(dataOf()['now']).toMatchObject({ elapsedSeconds: 50, pFail: 0.4 })
    expect(atOnce(answers.get(RUN))?.etag).not.toBe(first)
    expect(reads).toHaveBeenCalledTimes(1)
  })

  it('knows its bytes, whatever is written in it and at each instant', () => {
    const { publish, setNow, answers } = open()
    const ref = { ...REF, job: 'größe 📏' }
    publish([
      published('ci.runs.v1', sampleRun(ref)),
      published('ci.forecasts.v1', sampleForecast({ ...ref, elapsedSeconds: 0 })),
    ])
    for (const at of [NOON, NOON + 1_234]) {
      setNow(at)
      const answer = atOnce(answers.get(runKey(ref)))
      expect(answer?.bytes).toBe(Buffer.byteLength(answer?.data ?? ''))
    }
  })

  it('keeps no run that was not heard of, and no more text than it has room for', () => {
    const { publish, answers, reads, dataOf } = open(3_000)
    expect(answers.get(RUN)).toBeUndefined()
    publish(['a', 'b', 'c'].map((runId) => published('ci.runs.v1', otherRun(runId))))
    const keys = ['a', 'b', 'c'].map((runId) => runKey({ ...REF, runId }))
    for (const key of [...keys, ...keys]) expect(dataOf(key)['run']).toBeDefined()
    expect(reads.mock.calls.length).toBeGreaterThan(4)
    for (const key of [keys[2], keys[2]]) dataOf(key)
    const before = reads.mock.calls.length
    dataOf(keys[2])
    expect(reads.mock.calls.length).toBe(before)
  })

  it('says whether it is simulated', () => {
    const { publish, answers } = open()
    const demo = { ...REF, source: 'demo' }
    publish([published('ci.runs.v1', sampleRun(demo)), published('ci.runs.v1', sampleRun())])
    expect(atOnce(answers.get(runKey(demo)))?.isSimulated).toBe(true)
    expect(atOnce(answers.get(RUN))?.isSimulated).toBe(false)
  })
})
