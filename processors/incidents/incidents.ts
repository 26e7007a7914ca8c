/** Opens, updates and closes one incident per alert rule and job: never one message per run. */

import type { Forecast, Incident, RunRef, Score } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { jobKey, key as keyOf, runName } from '../../schemas/keys.ts'
import { drop, emit, type Cells, type Effect, type Processor } from '../processor.ts'
import { HELD_CELL, onGuard } from './held.ts'
import { ALERT_RULES, type AlertRule } from './rules.ts'

/** Runs that hold the incident open, with what it last said. */
interface OpenIncident {
  runs: string[]
  title: string
  pFail: number
  pFailLow: number
  expectedSavedSeconds: number
}
const MAX_RUNS = 200
const CELL = {
  type: 'record',
  name: 'OpenIncident',
  fields: [
    { name: 'runs', type: { type: 'array', items: 'string' } },
    { name: 'title', type: 'string' },
    { name: 'pFail', type: 'double' },
    { name: 'pFailLow', type: 'double' },
    { name: 'expectedSavedSeconds', type: 'double' },
  ],
}
const cellOf = (rule: AlertRule): string => `incident/${rule.name}`

export const incidents: Processor = {
  name: 'incidents',
  inputs: ['ci.forecasts.v1', 'ci.scores.v1'],
  outputs: ['ci.incidents.v1'],
  cells: { incident: CELL, held: HELD_CELL },
  step: (cells, _key, input, now) => {
    if (input.kind === 'timer') return []
    const held = input.topic === 'ci.scores.v1' ? onGuard(cells, input.record as Score, now) : []
    const effects = ALERT_RULES.flatMap((rule) =>
      input.topic === 'ci.forecasts.v1'
        ? onForecast(cells, rule, input.record as Forecast, now)
        : onEnd(cells, rule, input.record as Score, now),
    )
    return effects.length + held.length === 0 ? [drop('no-use')] : [...effects, ...held]
  },
}

const onForecast = (cells: Cells, rule: AlertRule, forecast: Forecast, now: number): Effect[] => {
  const open = cells.get(cellOf(rule)) as OpenIncident | undefined
  const run = runName(forecast)
  const holds = open?.runs.includes(run) ?? false
  const isRaised = rule.isRaised(forecast, holds)
  if (!isRaised)
    return holds && open
      ? release(cells, rule, open, forecast, 'no longer likely to fail', now)
      : []
  if (holds || (open !== undefined && open.runs.length >= MAX_RUNS)) return []
  const next: OpenIncident = {
    runs: [...(open?.runs ?? []), run],
    title: rule.title(forecast),
    pFail: forecast.pFail,
    pFailLow: forecast.pFailLow,
    expectedSavedSeconds: forecast.pFail * (forecast.remainingSeconds ?? 0),
  }
  cells.put(cellOf(rule), next)
  return [emitted(rule, next, forecast, open === undefined ? 'open' : 'update', null, now)]
}

const onEnd = (cells: Cells, rule: AlertRule, score: Score, now: number): Effect[] => {
  const open = cells.get(cellOf(rule)) as OpenIncident | undefined
  if (!open?.runs.includes(runName(score))) return []
  return release(cells, rule, open, score, `run ${score.runId} ended: ${score.outcome}`, now)
}

/** One run no longer holds the incident; the last one closes it. */
const release = (
  cells: Cells,
  rule: AlertRule,
  open: OpenIncident,
  run: RunRef & { eventId: string; eventAt: number },
  verdict: string,
  now: number,
): Effect[] => {
  const next = { ...open, runs: open.runs.filter((name) => name !== runName(run)) }
  if (next.runs.length === 0) cells.delete(cellOf(rule))
  else cells.put(cellOf(rule), next)
  return [emitted(rule, next, run, next.runs.length === 0 ? 'closed' : 'update', verdict, now)]
}

const emitted = (
  rule: AlertRule,
  incident: OpenIncident,
  run: RunRef & { eventId: string; eventAt: number },
  state: Incident['state'],
  verdict: string | null,
  now: number,
): Effect =>
  emit('ci.incidents.v1', {
    eventId: derivedId(run.eventId, `incident/${rule.name}`),
    eventAt: run.eventAt,
    observedAt: now,
    source: run.source,
    repo: run.repo,
    job: run.job,
    runId: run.runId,
    attempt: run.attempt,
    incident: keyOf(rule.name, jobKey(run)),
    alert: rule.name,
    state,
    severity: rule.severity,
    title: incident.title,
    pFail: incident.pFail,
    pFailLow: incident.pFailLow,
    expectedSavedSeconds: incident.expectedSavedSeconds,
    verdict,
  })
