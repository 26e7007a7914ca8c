import { describe, expect, it } from 'vitest'
import { familyOf } from '../../runtime/redis/keys.ts'
import { VIEW_FEEDS, VIEW_TOPICS } from '../../schemas/views.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { published } from '../support/api-deps.ts'
import {
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

const SAID = [
  published('ci.runs.v1', sampleRun()),
  published('ci.runs.v1', sampleRun({ change: 'queued', phase: 'queued' })),
  published('ci.runs.v1', sampleRun({ change: 'finished', phase: 'finished' })),
  published('ci.forecasts.v1', sampleForecast()),
  published('ci.decisions.v1', sampleDecision()),
  published('ci.scores.v1', sampleScore()),
  published('ci.job-profiles.v1', sampleProfile()),
  published('ci.kpis.v1', sampleKpi()),
  published('ci.kpi-history.v1', sampleKpi()),
  published('ci.measures.v1', sampleMeasure()),
  published('ci.incidents.v1', sampleIncident()),
  published('ci.dead-letters.v1', sampleDeadLetter()),
]

describe('the table of what feeds views', () => {
  it('names every topic that is said to feed one, and no other', () => {
    expect(new Set(SAID.map(({ topic }) => topic))).toEqual(new Set(VIEW_TOPICS))
    const written = SAID.flatMap((record) =>
      toViews(record).map(({ view }) => `${familyOf(view)} of ${record.topic}`),
    )
    const told = Object.entries(VIEW_FEEDS).flatMap(([view, topics]) =>
      topics.map((topic) => `${view} of ${topic}`),
    )
    expect([...new Set(written)].sort()).toEqual(told.sort())
  })
})
