/** Clusters: what runs and waits on each now, what telemetry says of it, and how its runs end. */

import type { ClusterState, Kpi, Run } from '../../schemas/events.ts'
import { key, keyParts } from '../../schemas/keys.ts'
import { slicesOf } from '../../schemas/slices.ts'
import type { ViewStore } from '../../runtime/ports.ts'
import { integer, listOf, nullable, object, ref, text } from '../json-schema.ts'
import { allOf, MOST_ROWS } from '../paging.ts'
import { route } from '../route.ts'
import { isDemoKey } from './params.ts'

/** The place of a cluster, as telemetry names it. */
const PLACE = 'cluster/'

interface Waiting {
  readonly source: string
  readonly cluster: string | null
  running: number
  queued: number
  starved: number
  oldestQueuedAt: number | null
}
interface Cluster extends Waiting {
  readonly states: readonly ClusterState[]
  readonly day: Kpi | null
  readonly week: Kpi | null
  readonly peers: Kpi | null
}

const CLUSTER = object({
  source: text('Source of its runs.'),
  cluster: {
    type: ['string', 'null'],
    description: 'The cluster, or group of runners; null for runs of which none is told.',
  },
  running: integer('Runs that run there now.'),
  queued: integer('Runs that wait for it now.'),
  starved: integer('Running runs whose log says that they wait for capacity.'),
  oldestQueuedAt: {
    type: ['integer', 'null'],
    description: 'Since when the longest has waited. Unit: milliseconds since the epoch, UTC.',
  },
  states: { ...listOf(ref('ClusterState')), description: 'What telemetry last said of it.' },
  day: nullable({ ...ref('Kpi'), description: 'KPIs of its runs over 24 hours.' }),
  week: nullable({ ...ref('Kpi'), description: 'KPIs of its runs over 7 days.' }),
  peers: nullable({
    ...ref('Kpi'),
    description: 'How it does beside others that run the same jobs, over 24 hours.',
  }),
})

const runOf = async (views: ViewStore, runKey: string): Promise<Run[]> => {
  const json = await views.get('runs', runKey)
  return json === undefined ? [] : [JSON.parse(json) as Run]
}

const countIn = (waiting: Waiting, run: Run): void => {
  if (run.phase === 'running') {
    waiting.running += 1
    if (run.labels['capacity'] === 'starved') waiting.starved += 1
    return
  }
  waiting.queued += 1
  const since = run.queuedAt ?? run.eventAt
  waiting.oldestQueuedAt = Math.min(waiting.oldestQueuedAt ?? since, since)
}

const nobody = (source: string, cluster: string | null): Waiting => ({
  ...{ source, cluster, running: 0, queued: 0, starved: 0, oldestQueuedAt: null },
})

/** Runs that run or wait by source and cluster. */
const waitingBy = (runs: readonly Run[]): Map<string, Waiting> => {
  const found = new Map<string, Waiting>()
  for (const run of runs) {
    const cluster = slicesOf(run)['cluster'] ?? null
    const at = key(run.source, cluster ?? '')
    const waiting = found.get(at) ?? nobody(run.source, cluster)
    countIn(waiting, run)
    found.set(at, waiting)
  }
  return found
}

const statesBy = (states: readonly ClusterState[]): Map<string, ClusterState[]> =>
  Map.groupBy(
    states.filter(({ place }) => place.startsWith(PLACE)),
    ({ source, place }) => key(source, place.slice(PLACE.length)),
  )

/** Clusters that are heard of in any way; those where most waits come first. */
const clustersOf = async (views: ViewStore): Promise<Cluster[]> => {
  const isOfCluster = (row: { readonly key: string }): boolean =>
    row.key.startsWith('cluster:') || row.key.startsWith('peers:')
  const [running, queued, told, kpis] = await Promise.all([
    allOf(views, 'running'),
    allOf(views, 'queued'),
    allOf(views, 'cluster-states'),
    allOf(views, 'kpis', isOfCluster),
  ])
  const keys = new Set([...running, ...queued].map((row) => row.key))
  const runs = await Promise.all([...keys].map(async (each) => runOf(views, each)))
  const waiting = waitingBy(runs.flat())
  const states = statesBy(told.map(({ json }) => JSON.parse(json) as ClusterState))
  const sums = kpis.map(({ json }) => JSON.parse(json) as Kpi)
  const kpiOf = (dimension: string, subject: string, window: string): Kpi | null =>
    sums.find(
      (kpi) => kpi.dimension === dimension && kpi.subject === subject && kpi.window === window,
    ) ?? null
  const names = new Set([...waiting.keys(), ...states.keys(), ...sums.map((kpi) => kpi.subject)])
  return [...names]
    .map((name): Cluster => {
      const [source = '', cluster = ''] = keyParts(name)
      return {
        ...(waiting.get(name) ?? nobody(source, cluster === '' ? null : cluster)),
        states: states.get(name) ?? [],
        day: kpiOf('cluster', name, '24h'),
        week: kpiOf('cluster', name, '7d'),
        peers: kpiOf('peers', name, '24h'),
      }
    })
    .sort((a, b) => b.queued - a.queued || b.running - a.running || compare(a, b))
}
const compare = (a: Cluster, b: Cluster): number =>
  key(a.source, a.cluster ?? '') < key(b.source, b.cluster ?? '') ? -1 : 1

const clusters = route({
  path: '/v1/clusters',
  tag: 'clusters',
  summary:
    'Clusters and groups of runners: what runs and waits there, their troubles, how runs end',
  description: `At most ${MOST_ROWS} running and ${MOST_ROWS} waiting runs are counted. KPIs are told at full hours.`,
  data: listOf(CLUSTER),
  handle: async ({ views }) => {
    const found = await clustersOf(views)
    return {
      data: JSON.stringify(found),
      isSimulated: found.some(({ source }) => isDemoKey(`${source}:`)),
    }
  },
})

export const CLUSTER_ROUTES = [clusters]
