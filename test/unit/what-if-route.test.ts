import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../api/app.ts'
import { createPastRuns } from '../../api/routes/what-if-runs.ts'
import { WHAT_IF_PATH } from '../../api/routes/what-if.ts'
import { createReplay, pastRun } from '../../schemas/what-if.ts'
import { createTestPipeline, published } from '../support/api-deps.ts'
import { inventedScores } from '../support/backtest-records.ts'

const DAY_MS = 86_400_000
const pipeline = createTestPipeline()
const scores = inventedScores(900)
const now = Math.max(...scores.map(({ startedAt }) => startedAt ?? 0)) + DAY_MS / 2
const records = scores.map((score) =>
  published('ci.scores.v1', {
    ...score,
    observedAt: (score.startedAt ?? 0) + (score.durationSeconds ?? 0) * 1000,
  }),
)
let app: FastifyInstance

beforeAll(async () => {
  pipeline.publish(records)
  pipeline.setNow(now)
  app = await buildApp(pipeline.deps)
})
afterAll(() => app.close())

const ask = (body: object) => app.inject({ method: 'POST', url: WHAT_IF_PATH, payload: body })
interface Point {
  readonly threshold: number
  readonly savedSeconds: number
  readonly stoppedFailing: number
  readonly netSeconds: number
}
interface Told {
  readonly asOf: number
  readonly lagMs: number
  readonly simulated: boolean
  readonly data: {
    readonly runs: number
    readonly failing: number
    readonly isCut: boolean
    readonly point: Point
    readonly curve: readonly Point[]
    readonly rules: readonly { readonly rule: string; readonly savedSeconds: number }[]
    readonly stopped: readonly {
      readonly runId: string
      readonly job: string
      readonly failed: boolean | null
      readonly startedAt: number
      readonly stopSeconds: number
      readonly durationSeconds: number
    }[]
  }
}
const told = async (body: object): Promise<Told> => {
  const answer = await ask(body)
  expect(answer.statusCode).toBe(200)
  return answer.json<Told>()
}

describe('asking what another policy would have been worth', () => {
  it('gives what the replay gives over the runs of the window, with asOf and lag', async () => {
    const policy = { precisionFloor: 0.8, falseStopReruns: 1, leastSavedSeconds: 60 }
    const replay = createReplay(policy, [0.625])
    for (const { record } of records) replay.add(pastRun(record as never))
    const { asOf, lagMs, simulated, data } = await told({ ...policy, threshold: 0.625, days: 30 })
    expect({ asOf, lagMs, simulated }).toEqual({ asOf: now, lagMs: 7, simulated: true })
    expect(data.runs).toBe(900)
    expect(data.point).toMatchObject({ ...replay.result().points[0] })
    expect(data.curve.map(({ threshold }) => threshold)).toEqual(
      [...Array.from({ length: 50 }, (_, i) => (50 + i) / 100), 0.625].sort((a, b) => a - b),
    )
    expect(data.rules.map(({ rule }) => rule)).toEqual(
      expect.arrayContaining(['stopline', 'never-stop', 'density']),
    )
    expect(data.rules.find(({ rule }) => rule === 'stopline')?.savedSeconds).toBeCloseTo(
      scores
        .flatMap(({ rules }) => rules)
        .reduce((sum, { rule, savedSeconds }) => {
          return rule === 'stopline' ? sum + savedSeconds : sum
        }, 0),
    )
  })

  it('lists the newest runs that the policy would have stopped, as its figures count them', async () => {
    const { data } = await told({ threshold: 0.9, falseStopReruns: 0, days: 90 })
    const known = new Map(scores.map((score) => [score.runId, score]))
    expect(data.stopped.length).toBeGreaterThan(0)
    expect(data.stopped.length).toBeLessThanOrEqual(100)
    for (const run of data.stopped) {
      expect(known.get(run.runId)).toMatchObject({ job: run.job, failed: run.failed })
      expect(run.stopSeconds).toBeLessThan(run.durationSeconds)
    }
    const starts = data.stopped.map(({ startedAt }) => startedAt)
    expect(starts).toEqual([...starts].sort((a, b) => b - a))
    const few = await told({ threshold: 0.9, falseStopReruns: 0, days: 1 })
    const isFailed = ({ failed }: { readonly failed: boolean | null }): boolean => failed === true
    expect(few.data.stopped.filter(isFailed)).toHaveLength(few.data.point.stoppedFailing)
  })

  it('looks at the window and the job asked for only', async () => {
    const all = await told({ days: 90 })
    const day = await told({ days: 1 })
    const job = await told({ days: 90, job: 'job-9' })
    expect(day.data.runs).toBeGreaterThan(0)
    expect(day.data.runs).toBeLessThan(all.data.runs)
    expect(job.data.runs).toBe(scores.filter((score) => score.job === 'job-9').length)
    expect((await told({ days: 1, job: 'no-such-job' })).data).toMatchObject({
      runs: 0,
      point: { netSeconds: 0, precision: { value: null } },
    })
  })

  it('refuses what it cannot take, and names it', async () => {
    const cases = [
      [{ threshold: 1.2 }, 'invalid-parameter', 'threshold'],
      [{ days: 400 }, 'invalid-parameter', 'days'],
      [{ falseStopReruns: -1 }, 'invalid-parameter', 'falseStopReruns'],
      [{ treshold: 0.9 }, 'unknown-parameter', 'treshold'],
      [{ job: 'x'.repeat(1_001) }, 'invalid-parameter', 'job'],
      [{ job: 'x'.repeat(70_000) }, 'body-too-large', ''],
    ] as const
    for (const [body, code, word] of cases) {
      const answer = await ask(body)
      expect(answer.headers['content-type']).toContain('application/problem+json')
      const problem = answer.json<{ code: string; detail: string }>()
      expect(problem.code).toBe(code)
      expect(problem.detail).toContain(word)
    }
    expect((await app.inject({ method: 'POST', url: WHAT_IF_PATH })).statusCode).toBe(400)
  })

  it('lets others in between its pieces', async () => {
    let turns = 0
    const watch = setInterval(() => (turns += 1), 0)
    const asked = Promise.all(Array.from({ length: 12 }, () => told({ days: 90 })))
    const other = await app.inject('/v1/jobs')
    expect(other.statusCode).toBe(200)
    await asked
    clearInterval(watch)
    expect(turns).toBeGreaterThan(3)
  })
})

describe('the runs held for it', () => {
  it('are the newest, in order of start, each once, and follow corrections', async () => {
    const own = createTestPipeline()
    own.publish(records.slice(0, 700))
    const past = createPastRuns(own.views, 500)
    const first = await past.read()
    expect(first).toHaveLength(500)
    expect(past.isCut).toBe(true)
    expect(first.map(({ startMs }) => startMs)).toEqual(
      first.map(({ startMs }) => startMs).sort((a, b) => a - b),
    )
    const [changed] = records.slice(-1)
    if (changed?.topic !== 'ci.scores.v1') throw new Error('a score was expected')
    own.publish(records.slice(700))
    const again = { ...changed, at: changed.at + 5 }
    own.publish([
      {
        ...again,
        record: { ...(changed.record as (typeof scores)[0]), observedAt: again.at, failed: null },
      },
    ])
    const second = await past.read()
    expect(second).toHaveLength(500)
    expect(second.filter(({ heardMs }) => heardMs === again.at)).toMatchObject([{ failed: null }])
    expect(await past.read()).toBe(second)
  })
})
