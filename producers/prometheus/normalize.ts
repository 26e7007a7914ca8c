/** Answers of Prometheus' query API to the troubles of places: clusters, and runs that telemetry tells by themselves. */

import type { ClusterState, Trouble } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { key } from '../../schemas/keys.ts'
import { RefusedPayload, type Note } from '../payload/heard.ts'
import { isJson, jsonAt, jsonOf, jsonsAt, listAt, textAt, type Json } from '../payload/json.ts'

/** One series of an instant query. */
export interface Series {
  readonly labels: Json
  readonly value: number
}

const MAX_SERIES = 20_000
const MAX_TROUBLES = 50
const MAX_NAME = 200

/** The series of an instant query. Throws a {@link RefusedPayload} for any other answer. */
export const readVector = (payload: unknown, notes: Note[]): Series[] => {
  const json = jsonOf(payload)
  if (json['status'] !== 'success')
    throw new RefusedPayload('bad-field', textAt(json, 'error') ?? 'the query did not succeed')
  const type = textAt(json, 'data', 'resultType')
  if (type !== 'vector')
    throw new RefusedPayload('bad-field', `the query gives a ${type ?? 'nothing'} and no vector`)
  const result = jsonsAt(json, 'data', 'result')
  if (result.length > MAX_SERIES)
    notes.push({
      oddity: 'unread-part',
      detail: `${result.length} series, of which the first are read`,
    })
  return result.slice(0, MAX_SERIES).flatMap((one) => {
    const value = listAt(one, 'value')[1]
    return typeof value === 'string' && isJson(one['metric'])
      ? [{ labels: jsonAt(one, 'metric'), value: Number(value) }]
      : []
  })
}

/** Labels that tell where a series belongs. */
export interface PlaceLabels {
  readonly cluster: string
  readonly id: string
  /** Holds `.../JOB/RUN`, as the invoker of an installation does. */
  readonly invoker: string
}
/** Runs by the id of the cluster that was made for them. */
export type Runs = ReadonlyMap<string, string>

const runOf = (invoker: string | null): string | null => {
  const run = invoker?.split('/').at(-1) ?? ''
  return /^[\w.-]{1,200}$/.test(run) ? run : null
}

/** Runs of the series that tell which run a cluster was made for. */
export const runsOf = (series: readonly Series[], { id, invoker }: PlaceLabels): Runs =>
  new Map(
    series.flatMap(({ labels }): [string, string][] => {
      const [cluster, run] = [textAt(labels, id), runOf(textAt(labels, invoker))]
      return cluster === null || run === null ? [] : [[cluster, run]]
    }),
  )

/** Where a series belongs: to a run, if its cluster was made for one, else to a cluster; null where it does not say. */
const placeOf = (labels: Json, names: PlaceLabels, runs: Runs): string | null => {
  const id = textAt(labels, names.id)
  const run = (id === null ? undefined : runs.get(id)) ?? runOf(textAt(labels, names.invoker))
  if (run !== null) return `run/${run}`
  const cluster = textAt(labels, names.cluster)
  return cluster === null ? null : `cluster/${cluster.slice(0, MAX_NAME)}`
}

/** THE table of what a trouble weighs by its severity; others weigh .25. */
const WEIGHTS: ReadonlyMap<string, number> = new Map([
  ['critical', 1],
  ['page', 1],
  ['error', 1],
  ['warning', 0.5],
  // Alerts that always fire, to show that alerts arrive.
  ['none', 0],
])
const weightOf = ({ severity }: Trouble): number => WEIGHTS.get(severity ?? '') ?? 0.25

/** Troubles of a query by place. A series whose value is zero, or no number, is none. */
export const addTroubles = (
  places: Map<string, Map<string, Trouble>>,
  series: readonly Series[],
  query: string,
  names: PlaceLabels,
  runs: Runs,
): void => {
  for (const { labels, value } of series) {
    const place = Number.isNaN(value) || value === 0 ? null : placeOf(labels, names, runs)
    if (place === null) continue
    const name = (textAt(labels, 'alertname') ?? query).slice(0, MAX_NAME)
    const severity = textAt(labels, 'severity')?.slice(0, MAX_NAME) ?? null
    const troubles = places.get(place) ?? new Map<string, Trouble>()
    places.set(place, troubles)
    const before = troubles.get(`${name}\n${severity ?? ''}`)
    troubles.set(`${name}\n${severity ?? ''}`, { name, severity, count: (before?.count ?? 0) + 1 })
  }
}

export interface StateOptions {
  /** Source of the runs. */
  readonly of: string
  readonly reporter: string
  readonly now: number
}
export interface PlaceReading {
  readonly record: ClusterState
  /** Changes with what is told. */
  readonly mark: string
}

/** State of one place, its worst troubles first. How many series tell one of them matters to nobody. */
export const readPlace = (
  place: string,
  troubles: Iterable<Trouble>,
  { of: source, reporter, now }: StateOptions,
): PlaceReading => {
  const all = [...troubles]
    .filter((one) => weightOf(one) > 0)
    .sort((a, b) => weightOf(b) - weightOf(a) || (a.name < b.name ? -1 : 1))
  const said = all.map(({ name, severity }) => [name, severity])
  const mark = derivedId(JSON.stringify(said), 'place').slice(0, 12)
  const record: ClusterState = {
    eventId: key(source, place, reporter, mark, String(now)),
    eventAt: now,
    observedAt: now,
    source,
    place,
    reporter,
    weight: all.reduce((sum, one) => sum + weightOf(one), 0),
    troubles: all.slice(0, MAX_TROUBLES),
  }
  return { record, mark }
}
