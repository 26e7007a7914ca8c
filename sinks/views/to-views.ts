/**
 * Records into writes of read models (schemas/views.ts says which). Every write carries the pipeline time of its record:
 * of writes to one row the newest wins, and at one instant the later in sequence.
 */

import type { DeadLetter, Forecast, Kpi, Run, Stamped, TestState } from '../../schemas/events.ts'
import { jobKey, key, pullKey, runKey, runName, type PullRef } from '../../schemas/keys.ts'
import type { RecordOf, TopicName } from '../../schemas/topics.ts'
import {
  TABLE_VIEWS,
  viewOf,
  widthSort,
  type PullPoint,
  type RunMark,
  type StepPoint,
  type TrajectoryPoint,
  type ViewName,
  type Views,
} from '../../schemas/views.ts'
import type { Keyed, ViewWrite } from '../../runtime/ports.ts'

/** Writes of one record of topic T; `rowKey` is the record's key in the log. */
type Writer<T extends TopicName> = (
  record: RecordOf<T>,
  at: number,
  rowKey: string,
) => readonly ViewWrite[]

const put = <V extends keyof Views>(
  view: V,
  rowKey: string,
  sort: number | null,
  at: number,
  value: Views[V],
): ViewWrite => ({ view, key: rowKey, sort, at, value })
const remove = (view: string, rowKey: string, at: number): ViewWrite => ({
  view,
  key: rowKey,
  sort: null,
  at,
  value: null,
})

/** Topics are written one after another, so the last forecast of a run may follow an end of the same instant: the end wins. */
const AFTER_FORECAST_MS = 1 / 2
const markOf = (run: Run): RunMark => ({
  runId: run.runId,
  attempt: run.attempt,
  phase: run.phase,
  outcome: run.outcome,
  queuedAt: run.queuedAt,
  startedAt: run.startedAt,
  finishedAt: run.finishedAt,
})

const stepWrite = (ofRun: string, run: Run, step: string, at: number): ViewWrite => {
  const { eventId, eventAt, stepOutcome: outcome, stepStartedAt: startedAt } = run
  const value: StepPoint = { step, outcome, startedAt, at: eventAt }
  return { view: viewOf('run-steps', ofRun), key: eventId, sort: eventAt, at, value }
}

const runWrites: Writer<'ci.runs.v1'> = (run, at) => {
  const { source, repo, job } = run
  const ofJob = jobKey(run)
  const ofRun = runKey(run)
  const sort = run.startedAt ?? run.queuedAt ?? run.finishedAt ?? run.eventAt
  const writes = [put('runs', ofRun, sort, at, run)]
  if (run.step !== null) writes.push(stepWrite(ofRun, run, run.step, at))
  // Most of what is heard is a step of a run that runs: it changes nothing but the run itself.
  if (run.change === 'progress' && run.step !== null) return writes
  const mark = markOf(run)
  writes.push({ view: viewOf('job-runs', ofJob), key: runName(run), sort, at, value: mark })
  if (run.change !== 'progress')
    writes.push(put('jobs', ofJob, at, at, { source, repo, job, lastHeardAt: at }))
  if (run.phase === 'queued')
    writes.push(put('queued', ofRun, sort, at, { source, repo, job, ...mark }))
  else if (run.change !== 'progress') writes.push(remove('queued', ofRun, at))
  if (run.phase === 'finished' && run.change !== 'progress')
    writes.push(remove('running', ofRun, at + AFTER_FORECAST_MS))
  return writes
}

/** Several points may share an instant: what was forecast comes before what was decided, the score last. */
const ORDER_STEP_MS = 1 / 4
const POINT_ORDER = { forecast: 0, decision: 1, score: 2 } as const
const trajectoryWrite = (ofRun: string, stamped: Stamped, point: TrajectoryPoint): ViewWrite => ({
  view: viewOf('trajectory', ofRun),
  key: stamped.eventId,
  sort: stamped.observedAt + POINT_ORDER[point.kind] * ORDER_STEP_MS,
  at: stamped.observedAt,
  value: point,
})

type ForecastPoint = Extract<TrajectoryPoint, { kind: 'forecast' }>['forecast']
const withoutCurve = (forecast: Forecast): ForecastPoint => {
  const point: ForecastPoint & Partial<Forecast> = { ...forecast }
  delete point.curveSeconds
  delete point.curvePFail
  return point
}
const forecastWrites: Writer<'ci.forecasts.v1'> = (forecast, at) => {
  const ofRun = runKey(forecast)
  return [
    put('forecasts', ofRun, null, at, forecast),
    put('running', ofRun, forecast.pFail, at, { pFail: forecast.pFail }),
    trajectoryWrite(ofRun, forecast, { kind: 'forecast', forecast: withoutCurve(forecast) }),
  ]
}

const kpiHistoryWrites: Writer<'ci.kpi-history.v1'> = (kpi: Kpi, at) => [
  {
    view: viewOf('kpi-history', key(kpi.dimension, kpi.subject, kpi.window)),
    key: String(kpi.eventAt),
    sort: kpi.eventAt,
    at,
    value: kpi,
  },
]

/** Tests by what they are called, and among those the ones that failed most. Example: severity 90, 5 failures is 90.0005. */
const worstFirst = ({ severity, week }: TestState): number =>
  severity + Math.min(9_999, week.failed + week.flaky) / 10_000

const pullTrajectoryOf = (ref: PullRef): string => viewOf('pull-trajectory', pullKey(ref))
const mergeForecastWrites: Writer<'ci.merge-forecasts.v1'> = (forecast, at) => {
  const ofPull = pullKey(forecast)
  const { openedAt, eventId, observedAt } = forecast
  const point: PullPoint = { kind: 'forecast', forecast }
  return [
    put('pulls', ofPull, openedAt, at, forecast),
    put('open-pulls', ofPull, openedAt, at, { openedAt }),
    { view: pullTrajectoryOf(forecast), key: eventId, sort: observedAt, at, value: point },
  ]
}
const mergeScoreWrites: Writer<'ci.merge-scores.v1'> = (score, at) => {
  const ofPull = pullKey(score)
  const { eventId, observedAt } = score
  const sort = observedAt + ORDER_STEP_MS
  const point: PullPoint = { kind: 'score', score }
  return [
    put('pull-scores', ofPull, observedAt, at, score),
    remove('open-pulls', ofPull, at + AFTER_FORECAST_MS),
    { view: pullTrajectoryOf(score), key: eventId, sort, at, value: point },
  ]
}

const deadLetterWrites: Writer<'ci.dead-letters.v1'> = (letter: DeadLetter, at) => {
  const { payload, ...row } = letter
  return [put('dead-letters', letter.eventId, at, at, { ...row, payloadBytes: payload.length })]
}

/** THE table of what feeds the views: one row per topic. */
const WRITERS: { readonly [T in TopicName]?: Writer<T> } = {
  'ci.runs.v1': runWrites,
  'ci.forecasts.v1': forecastWrites,
  'ci.decisions.v1': (decision, at) => {
    const ofRun = runKey(decision)
    const point = trajectoryWrite(ofRun, decision, { kind: 'decision', decision })
    return [put('decisions', ofRun, null, at, decision), point]
  },
  'ci.scores.v1': (score, at) => {
    const ofRun = runKey(score)
    const point = trajectoryWrite(ofRun, score, { kind: 'score', score })
    return [put('scores', ofRun, at, at, score), point]
  },
  'ci.job-profiles.v1': (profile, at, rowKey) => [put('profiles', rowKey, at, at, profile)],
  'ci.paces.v1': (pace, at, rowKey) => [put('paces', rowKey, at, at, pace)],
  'ci.kpis.v1': (kpi, at, rowKey) => [put('kpis', rowKey, widthSort(kpi.dimension, at), at, kpi)],
  'ci.kpi-history.v1': kpiHistoryWrites,
  'ci.measures.v1': (measure, at, rowKey) => [
    put('measures', rowKey, widthSort(measure.dimension, at), at, measure),
  ],
  'ci.incidents.v1': (incident, at, rowKey) => [put('incidents', rowKey, at, at, incident)],
  'ci.incident-steps.v1': (incident, at) => [
    {
      view: viewOf('incident-history', incident.incident),
      ...{ key: incident.eventId, sort: at, at, value: incident },
    },
  ],
  'ci.cluster-states.v1': (state, at) => [
    put('cluster-states', key(state.source, state.place, state.reporter), at, at, state),
  ],
  'ci.test-states.v1': (state, at, rowKey) => [put('tests', rowKey, worstFirst(state), at, state)],
  'ci.test-tabs.v1': (tab, at, rowKey) => [put('test-tabs', rowKey, at, at, tab)],
  'ci.test-sheets.v1': (sheet, at, rowKey) => [put('test-sheets', rowKey, null, at, sheet)],
  'ci.failure-groups.v1': (group, at, rowKey) => [
    put('failure-groups', rowKey, group.lastAt, at, group),
  ],
  'ci.merge-forecasts.v1': mergeForecastWrites,
  'ci.merge-scores.v1': mergeScoreWrites,
  'ci.failure-kinds.v1': (kind, at) => [put('failure-kinds', runKey(kind), at, at, kind)],
  'ci.failure-signatures.v1': (signature, at, rowKey) => [
    put('failure-signatures', rowKey, signature.lastAt, at, signature),
  ],
  'ci.alert-settings.v1': (settings, at, rowKey) => [
    put('alert-settings', rowKey, null, at, settings),
  ],
  'ci.dead-letters.v1': deadLetterWrites,
}
const TABLE_OF: ReadonlyMap<TopicName, ViewName> = new Map(
  Object.entries(TABLE_VIEWS).map(([view, topic]) => [topic, view as ViewName]),
)

/** Writes of read models that a published record asks for; topics that feed no view give none. */
export const toViews = ({ topic, key: rowKey, at, record }: Keyed): readonly ViewWrite[] => {
  if (record === null) {
    const view = TABLE_OF.get(topic)
    return view === undefined ? [] : [remove(view, rowKey, at)]
  }
  const writer = WRITERS[topic] as Writer<TopicName> | undefined
  return writer === undefined ? [] : writer(record, at, rowKey)
}
