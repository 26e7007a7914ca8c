/** One round of asking Prometheus: what each query says by now, and what of it changed by place. */

import { RefusedPayload, type Note } from '../payload/heard.ts'
import { keyOf } from '../payload/json.ts'
import { getJson, UnexpectedAnswer, type Get } from '../payload/reach.ts'
import { turnOf, type Other, type Turn } from '../payload/turn.ts'
import type { Trouble } from '../../schemas/events.ts'
import {
  addTroubles,
  readPlace,
  readVector,
  runsOf,
  type PlaceLabels,
  type Series,
} from './normalize.ts'

export interface PrometheusConfig {
  readonly source: string
  /** Source of the runs it tells of. */
  readonly of: string
  readonly url: string
  /** What is troubled, a query each, with a name before it or without. */
  readonly queries: readonly string[]
  /** Query whose series tell which run a cluster was made for; null where none does. */
  readonly runs: string | null
  readonly labels: PlaceLabels
}
export interface PrometheusCursor {
  /** Marks of the places in trouble, as last told. */
  readonly places: Record<string, string>
}
export const newPrometheusCursor = (): PrometheusCursor => ({ places: {} })

const MAX_BYTES = 64 * 2 ** 20

/** Name and expression of a query. Example: `api-down: up == 0` is named api-down. */
export const queryOf = (text: string, index: number): readonly [name: string, query: string] => {
  const [, name, query] = /^([a-z][\w-]{0,60}): +(.+)$/s.exec(text) ?? []
  return name === undefined || query === undefined ? [`query ${index + 1}`, text] : [name, query]
}

const ask = async (get: Get, url: string, query: string, notes: Note[]): Promise<Series[]> => {
  const search = new URLSearchParams({ query })
  const address = `${url.replace(/\/+$/, '')}/api/v1/query?${search.toString()}`
  return readVector(await getJson(get, address, MAX_BYTES), notes)
}

type Places = Map<string, Map<string, Trouble>>

/** Troubles by place. Throws where a query gave nothing: what it would say is not known, so that nothing may be taken as over. */
const readPlaces = async (get: Get, config: PrometheusConfig, notes: Note[]): Promise<Places> => {
  const { url, runs: asked, labels, queries } = config
  const runs = runsOf(asked === null ? [] : await ask(get, url, asked, notes), labels)
  const places: Places = new Map()
  for (const [index, text] of queries.entries()) {
    const [name, query] = queryOf(text, index)
    addTroubles(places, await ask(get, url, query, notes), name, labels, runs)
  }
  return places
}

/** What changed. Changes what is remembered in place. */
const changes = (
  places: Places,
  cursor: PrometheusCursor,
  { of, source: reporter }: PrometheusConfig,
  now: number,
): Other[] => {
  const all = new Set([...places.keys(), ...Object.values(cursor.places).map(placeOfMark)])
  return [...all].sort().flatMap((place): Other[] => {
    const troubles = places.get(place)?.values() ?? []
    const { record, mark } = readPlace(place, troubles, { of, reporter, now })
    const name = keyOf(place)
    const told = `${mark} ${place}`
    if (cursor.places[name] === told) return []
    if (record.weight === 0 && cursor.places[name] === undefined) return []
    if (record.weight > 0) cursor.places[name] = told
    // eslint-disable-next-line @typescript-eslint/no-dynamic-delete -- plain data, kept as JSON
    else delete cursor.places[name]
    return [{ topic: 'ci.cluster-states.v1', record }]
  })
}
const placeOfMark = (told: string): string => told.slice(told.indexOf(' ') + 1)

/** One round. What is remembered is changed in place. */
export async function* pollPrometheus(
  get: Get,
  cursor: PrometheusCursor,
  config: PrometheusConfig,
  now: number,
): AsyncGenerator<Turn> {
  const notes: Note[] = []
  try {
    const places = await readPlaces(get, config, notes)
    const others = changes(places, cursor, config, now)
    if (others.length + notes.length > 0) yield turnOf({ others, notes })
  } catch (error) {
    // A query that cannot be answered is told by the state of the source; a refused one is worth its words.
    if (error instanceof RefusedPayload) throw new UnexpectedAnswer(200, error.message)
    throw error
  }
}
