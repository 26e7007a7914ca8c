/** Lists of runs behind figures that a run does not tell by itself: owners of the configuration, shared sums, stops of rules. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { FastifyInstance } from 'fastify'
import { buildApp } from '../../api/app.ts'
import type { AlertSettings, Outcome } from '../../schemas/events.ts'
import { key } from '../../schemas/keys.ts'
import { createTestPipeline, published } from '../support/api-deps.ts'
import { NOON, REF, sampleKpi, sampleRun, sampleScore } from '../support/sample-records.ts'

const SETTINGS: AlertSettings = {
  ...{ eventId: 'settings', eventAt: NOON, observedAt: NOON, name: 'alerts', rules: [] },
  owners: [{ match: ['e2e*'], source: 'prow', repo: null, owner: '@sig-testing' }],
}
const run = (runId: string, job: string, labels: Record<string, string> = {}) =>
  published('ci.runs.v1', sampleRun({ runId, job, labels, eventId: runId, source: 'prow' }))
const stopped = (runId: string, outcome: Outcome, at: number, rules: readonly string[]) => {
  const finishedAt = NOON + at
  return [
    published(
      'ci.runs.v1',
      sampleRun({
        ...{ runId, eventId: runId, job: 'nightly', outcome, finishedAt, observedAt: finishedAt },
        ...{ change: 'finished', phase: 'finished', labels: {} },
      }),
    ),
    published(
      'ci.scores.v1',
      sampleScore({
        ...{ runId, eventId: `score/${runId}`, job: 'nightly', outcome },
        ...{ eventAt: finishedAt, observedAt: finishedAt, failed: outcome !== 'success' },
        rules: ['stopline', 'density'].map((rule) => ({
          ...{ rule, savedSeconds: 0, burntSeconds: 0 },
          stopSeconds: rules.includes(rule) ? 300 : null,
        })),
      }),
    ),
  ]
}

const pipeline = createTestPipeline()
let app: FastifyInstance
beforeAll(async () => {
  pipeline.publish([
    published('ci.alert-settings.v1', SETTINGS),
    published('ci.kpis.v1', sampleKpi({ dimension: 'cluster', subject: key('prow', 'b1') })),
    published(
      'ci.kpis.v1',
      sampleKpi({ dimension: 'branch', subject: key('prow', REF.repo, 'main') }),
    ),
    run('own', 'unit', { cluster: 'b1', owner: '@me' }),
    run('named', 'e2e-aws', { cluster: 'b2' }),
    run('told', 'e2e-gcp', { owner: '@me' }),
    run('called-other', 'unit', { cluster: 'other' }),
    ...stopped('right', 'failure', 1_000, ['stopline', 'density']),
    ...stopped('wrong', 'success', 2_000, ['density']),
    ...stopped('kept', 'failure', 3_000, []),
  ])
  pipeline.setNow(NOON + 10_000)
  app = await buildApp(pipeline.deps)
})
afterAll(() => app.close())

const runIds = async (query: string): Promise<unknown[]> => {
  const answer = await app.inject(`/v1/runs?${query}`)
  expect(answer.statusCode, answer.body).toBe(200)
  return answer.json<{ data: { run: { runId: string } }[] }>().data.map(({ run }) => run.runId)
}

describe('the runs of an owner', () => {
  it('are those that name it, and those whose job the configuration gives it', async () => {
    expect(await runIds('source=prow&label=owner:@sig-testing')).toEqual(['named'])
    expect(new Set(await runIds('source=prow&label=owner:@me'))).toEqual(new Set(['own', 'told']))
    expect(await runIds('label=owner:@nobody')).toEqual([])
  })
})

describe('the runs of a sum that values share', () => {
  it('are those whose value has none of its own, and none without a value', async () => {
    const ids = await runIds('source=prow&label=cluster:other')
    expect(new Set(ids)).toEqual(new Set(['named', 'called-other']))
    expect(await runIds('source=prow&label=branch:other')).toEqual([])
    expect(await runIds('source=prow&label=variant:other')).toEqual([])
  })
})

describe('the runs that a rule would have stopped', () => {
  it('are listed by how and when they ended, the last ended first', async () => {
    expect(await runIds('stopped_by=density')).toEqual(['wrong', 'right'])
    expect(await runIds('stopped_by=density&outcome=success')).toEqual(['wrong'])
    expect(await runIds('stopped_by=stopline&job=nightly')).toEqual(['right'])
    expect(await runIds('stopped_by=stopline&job=unit')).toEqual([])
    expect(await runIds(`stopped_by=density&ended_from=${NOON + 2_000}`)).toEqual(['wrong'])
    expect(await runIds(`stopped_by=density&ended_to=${NOON + 2_000}`)).toEqual(['right'])
    expect(await runIds('stopped_by=no-rule')).toEqual([])
  })
  it('come with the score that says when', async () => {
    const { data } = (await app.inject('/v1/runs?stopped_by=stopline')).json<{
      data: { score: { rules: { rule: string; stopSeconds: number | null }[] } }[]
    }>()
    expect(data[0]?.score.rules[0]).toMatchObject({ rule: 'stopline', stopSeconds: 300 })
  })
  it.each(['state=running', 'label=cluster:b1', 'pull=7'])(
    'are not asked for together with %s',
    async (more) => {
      const answer = await app.inject(`/v1/runs?stopped_by=stopline&${more}`)
      expect([answer.statusCode, answer.json<{ code: string }>().code]).toEqual([
        400,
        'invalid-parameter',
      ])
    },
  )
})

describe('an outcome that no run can have', () => {
  it.each(['timed-out', 'failure,', 'success,red'])(
    'is refused, with those there are: %s',
    async (word) => {
      const answer = await app.inject(`/v1/runs?outcome=${word}`)
      expect(answer.statusCode).toBe(400)
      expect(answer.json<{ detail: string }>().detail).toMatch(/^outcome takes success, .*timedOut/)
    },
  )
})
