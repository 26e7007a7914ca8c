import { describe, expect, it } from 'vitest'
import { familyOf } from '../../runtime/redis/keys.ts'
import type { TopicName } from '../../schemas/topics.ts'
import { TABLE_VIEWS, VIEW_FEEDS, VIEW_NAMES, VIEW_TOPICS } from '../../schemas/views.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { published } from '../support/api-deps.ts'
import {
  sampleClusterState,
  sampleDeadLetter,
  sampleDecision,
  sampleFailureKind,
  sampleForecast,
  sampleIncident,
  sampleKpi,
  sampleMeasure,
  sampleMergeForecast,
  sampleMergeScore,
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
  published('ci.incident-steps.v1', sampleIncident()),
  published('ci.cluster-states.v1', sampleClusterState()),
  published('ci.merge-forecasts.v1', sampleMergeForecast()),
  published('ci.merge-scores.v1', sampleMergeScore()),
  published('ci.failure-kinds.v1', sampleFailureKind()),
  published('ci.dead-letters.v1', sampleDeadLetter()),
]

describe('the table of what feeds views', () => {
  it('names every topic that is said to feed one, and no other', () => {
    const said = new Set<TopicName>(SAID.map(({ topic }) => topic))
    const tables: readonly TopicName[] = Object.values(TABLE_VIEWS)
    // A table is fed by its topic, whichever that is.
    expect(VIEW_TOPICS.filter((topic) => !said.has(topic) && !tables.includes(topic))).toEqual([])
    const written = SAID.flatMap((record) =>
      toViews(record).map(({ view }) => `${familyOf(view)} of ${record.topic}`),
    )
    const told = VIEW_NAMES.flatMap((view) =>
      VIEW_FEEDS[view].filter((topic) => said.has(topic)).map((topic) => `${view} of ${topic}`),
    )
    expect([...new Set(written)].sort()).toEqual(told.sort())
  })
})
