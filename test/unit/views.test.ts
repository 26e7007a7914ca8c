import { describe, expect, it } from 'vitest'
import { runKey } from '../../schemas/keys.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { published } from '../support/api-deps.ts'
import { MemoryViews } from '../support/memory-views.ts'
import {
  NOON,
  REF,
  sampleDeadLetter,
  sampleDecision,
  sampleForecast,
  sampleIncident,
  sampleKpi,
  sampleMeasure,
  sampleProfile,
  sampleRun,
  sampleScore,
} from '../support/sample-records.ts'

const JOB = 'prow:openshift/origin:e2e%3A gcp 50%25'
const RUN = `${JOB}:17/a#1`

const viewsAfter = (...records: ReturnType<typeof published>[]): MemoryViews => {
  const views = new MemoryViews()
  views.write(records.flatMap((record) => toViews(record)))
  return views
}
const keysOf = (views: MemoryViews, view: string): string[] =>
  views.list(view, { limit: 100 }).map(({ key }) => key)
const valueOf = (views: MemoryViews, view: string, key: string): unknown =>
  JSON.parse(views.get(view, key) ?? 'null')

const finished = (at: number) =>
  published(
    'ci.runs.v1',
    sampleRun({
      change: 'finished',
      phase: 'finished',
      outcome: 'failure',
      finishedAt: at,
      observedAt: at,
    }),
  )

describe('records become read models', () => {
  it('keeps a run by its key, its mark in the strip of its job, and its job', () => {
    const run = sampleRun()
    const views = viewsAfter(published('ci.runs.v1', run))
    expect(runKey(REF)).toBe(RUN)
    expect(valueOf(views, 'runs', RUN)).toEqual(run)
    expect(valueOf(views, `job-runs/${JOB}`, '17/a#1')).toEqual({
      runId: '17/a',
      attempt: 1,
      phase: 'running',
      outcome: null,
      queuedAt: NOON - 60_000,
      startedAt: NOON,
      finishedAt: null,
    })
    const { source, repo, job } = REF
    expect(valueOf(views, 'jobs', JOB)).toEqual({ source, repo, job, lastHeardAt: NOON })
  })

  it('lists a run as queued until it starts, also where both were heard at one instant', () => {
    const queued = published(
      'ci.runs.v1',
      sampleRun({ change: 'queued', phase: 'queued', startedAt: null, queuedAt: NOON }),
    )
    expect(keysOf(viewsAfter(queued), 'queued')).toEqual([RUN])
    expect(keysOf(viewsAfter(queued, published('ci.runs.v1', sampleRun())), 'queued')).toEqual([])
  })

  it('lists a running run by the probability of its newest forecast', () => {
    const views = viewsAfter(
      published('ci.forecasts.v1', sampleForecast()),
      published('ci.forecasts.v1', sampleForecast({ pFail: 0.7, observedAt: NOON + 1 })),
    )
    expect(views.list('running', { limit: 9 }).map(({ sort }) => sort)).toEqual([0.7])
  })

  it('ends a running run even where its last forecast is written after an end of the same instant', () => {
    const views = viewsAfter(
      finished(NOON + 5_000),
      published('ci.forecasts.v1', sampleForecast({ observedAt: NOON + 5_000 })),
    )
    expect(keysOf(views, 'running')).toEqual([])
    expect(valueOf(views, 'forecasts', RUN)).toMatchObject({ pFail: 0.2 })
  })

  it('keeps decision and score with the run, and all that was said in its trajectory, newest first', () => {
    const views = viewsAfter(
      published('ci.forecasts.v1', sampleForecast()),
      published('ci.decisions.v1', sampleDecision()),
      published('ci.scores.v1', sampleScore()),
    )
    expect(valueOf(views, 'decisions', RUN)).toEqual(sampleDecision())
    expect(valueOf(views, 'scores', RUN)).toEqual(sampleScore())
    const points = views
      .list(`trajectory/${RUN}`, { limit: 9 })
      .map(({ json }) => JSON.parse(json) as { kind: string; forecast?: object })
    expect(points.map(({ kind }) => kind)).toEqual(['score', 'decision', 'forecast'])
    expect(points[2]?.forecast).not.toHaveProperty('curvePFail')
    expect(points[2]?.forecast).toMatchObject({ pFail: 0.2, cause: 'started' })
  })

  it('keeps KPIs, profiles, measures and incidents until their key is deleted', () => {
    const records = [
      published('ci.kpis.v1', sampleKpi()),
      published('ci.job-profiles.v1', sampleProfile()),
      published('ci.measures.v1', sampleMeasure()),
      published('ci.incidents.v1', sampleIncident()),
    ]
    const tables = ['kpis', 'profiles', 'measures', 'incidents']
    const views = viewsAfter(...records)
    expect(tables.map((view) => views.count(view))).toEqual([1, 1, 1, 1])
    const tombstones = records.map((record) => ({ ...record, at: NOON + 1, record: null }))
    views.write(tombstones.flatMap((record) => toViews(record)))
    expect(tables.map((view) => views.count(view))).toEqual([0, 0, 0, 0])
  })

  it('lists the KPIs of communities before those of repositories and jobs', () => {
    const at = (dimension: string, observedAt: number) =>
      published('ci.kpis.v1', sampleKpi({ dimension, observedAt }))
    const views = viewsAfter(at('job', NOON + 9), at('community', NOON), at('repo', NOON + 5))
    const dimensions = keysOf(views, 'kpis').map((key) => key.split(':')[0])
    expect(dimensions).toEqual(['community', 'repo', 'job'])
  })

  it('keeps the history of a KPI subject by window and instant', () => {
    const views = viewsAfter(
      published('ci.kpi-history.v1', sampleKpi()),
      published('ci.kpi-history.v1', sampleKpi({ eventAt: NOON + 300_000 })),
    )
    const history = `kpi-history/job:${JOB.replaceAll('%', '%25').replaceAll(':', '%3A')}:24h`
    expect(keysOf(views, history)).toEqual([String(NOON + 300_000), String(NOON)])
  })

  it('keeps a dead letter without its bytes', () => {
    const views = viewsAfter(published('ci.dead-letters.v1', sampleDeadLetter()))
    const row = valueOf(views, 'dead-letters', 'dead-1')
    expect(row).toMatchObject({ position: 'runs.csv:12', payloadBytes: 5 })
    expect(row).not.toHaveProperty('payload')
  })

  it('asks for nothing where a topic feeds no view', () => {
    const tombstone = { topic: 'ci.priors.v1', key: 'a', at: NOON, record: null } as const
    expect(toViews(tombstone)).toEqual([])
  })
})
