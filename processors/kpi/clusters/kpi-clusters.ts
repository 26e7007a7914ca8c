/**
 * Processor `kpi-clusters`: KPIs of a cluster that compare it with others, from what jobs add to it. It speaks ten seconds of
 * pipeline time after a full hour that has changed anything, as of that hour.
 */

import type { ClusterShare, Kpi } from '../../../schemas/events.ts'
import { key as keyOf, keyParts } from '../../../schemas/keys.ts'
import { emit, retire, setTimer, type Effect, type Processor } from '../../processor.ts'
import { CLUSTER_KPIS } from './index.ts'
import { MILLION } from './shares.ts'

interface Sums {
  runs: number
  passes: number
  /** In millionths, as `spread`. */
  expected: number
  spread: number
  /** The newest full hour of which anything was told. */
  asOf: number
}
const SUMS = {
  type: 'record',
  name: 'ClusterSums',
  fields: [
    { name: 'runs', type: 'int' },
    { name: 'passes', type: 'int' },
    { name: 'expected', type: 'long' },
    { name: 'spread', type: 'long' },
    { name: 'asOf', type: 'long' },
  ],
}
/** By then all jobs have told of a full hour. */
const GRACE_MS = 10_000
const DIMENSION = 'peers'
const WINDOW = '24h'

export const kpiClusters: Processor = {
  name: 'kpi-clusters',
  inputs: ['ci.cluster-shares.v1'],
  outputs: ['ci.kpis.v1', 'ci.kpi-history.v1'],
  cells: { sums: SUMS },
  step: (cells, key, input, now) => {
    const sums = (cells.get('sums') as Sums | undefined) ?? newSums()
    if (input.kind === 'record') {
      const share = input.record as ClusterShare
      addTo(sums, share)
      cells.put('sums', sums)
      return [setTimer('hour', Math.max(sums.asOf + GRACE_MS, now + 1))]
    }
    if (sums.runs === 0) cells.delete('sums')
    return say(sums, key, now)
  },
}

const newSums = (): Sums => ({ runs: 0, passes: 0, expected: 0, spread: 0, asOf: 0 })
const addTo = (sums: Sums, share: ClusterShare): void => {
  sums.runs += share.runs
  sums.passes += share.passes
  sums.expected += share.expected
  sums.spread += share.spread
  sums.asOf = Math.max(sums.asOf, share.eventAt)
}

const say = (sums: Sums, subject: string, now: number): Effect[] => {
  const [source = ''] = keyParts(subject)
  const { runs, passes, asOf } = sums
  const reading = { runs, passes, expected: sums.expected / MILLION, spread: sums.spread / MILLION }
  const kpi: Kpi = {
    eventId: `kpi/${DIMENSION}/${subject}/${WINDOW}/${asOf}`,
    ...{ eventAt: asOf, observedAt: now, dimension: DIMENSION, subject, window: WINDOW },
    simulated: source === 'demo',
    values: CLUSTER_KPIS.map((row) => ({ kpi: row.name, ...row.value(reading), compat: null })),
    late: 0,
  }
  return [
    // Who reads along hears of no tombstone: the last record says that there is nothing to compare.
    emit('ci.kpis.v1', kpi),
    ...(runs === 0 ? [retire('ci.kpis.v1', keyOf(DIMENSION, subject, WINDOW))] : []),
    emit('ci.kpi-history.v1', { ...kpi, eventId: `${kpi.eventId}/history` }),
  ]
}
