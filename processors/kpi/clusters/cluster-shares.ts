/**
 * Processor `cluster-shares`: how the runs of a job ended on each cluster, beside its runs elsewhere, over 24 hours. At full hours,
 * in the job's turn, it tells each cluster what that has changed since it was last told.
 */

import type { ClusterShare, Run, RunEnd } from '../../../schemas/events.ts'
import { keyParts } from '../../../schemas/keys.ts'
import { endOf, failedClass } from '../../../schemas/outcomes.ts'
import { slicesOf } from '../../../schemas/slices.ts'
import { phaseOf } from '../../phase.ts'
import { drop, emit, setTimer, type Cells, type Effect, type Processor } from '../../processor.ts'
import { HOUR_MS, paneEnd } from '../window.ts'
import { changesOf, isOver, nextTurn, sharesOf, type Ends, type Share } from './shares.ts'

interface Places {
  ends: Ends[]
  /** When it next tells of a full hour; 0 where nothing is to be told. */
  hourAt: number
}
/** Of a job so many pairs of hour and cluster are kept, a dozen clusters around the clock; ends of further ones do not count. */
const MOST_ENDS = 300

const listOf = (name: string, fields: Readonly<Record<string, string>>): object => ({
  type: 'array',
  items: {
    type: 'record',
    name,
    fields: Object.entries(fields).map(([field, type]) => ({ name: field, type })),
  },
})
const PLACES = {
  type: 'record',
  name: 'Places',
  fields: [
    {
      name: 'ends',
      type: listOf('PlaceEnds', { end: 'long', cluster: 'string', runs: 'int', passes: 'int' }),
    },
    { name: 'hourAt', type: 'long' },
  ],
}
const TOLD = listOf('ToldShare', {
  ...{ cluster: 'string', runs: 'int', passes: 'int', expected: 'long', spread: 'long' },
})

export const clusterShares: Processor = {
  name: 'cluster-shares',
  inputs: ['ci.runs.v1'],
  outputs: ['ci.cluster-shares.v1'],
  cells: { places: PLACES, told: TOLD },
  wants: (record) => {
    const run = record as Run
    const isOfEnd = run.change === 'finished' || run.change === 'corrected'
    return (isOfEnd || run.slicesBefore !== null) && clustersOf(run).some(Boolean)
  },
  step: (cells, key, input, now) => {
    const places = (cells.get('places') as Places | undefined) ?? { ends: [], hourAt: 0 }
    const said = sayHour(cells, places, key, now)
    if (input.kind === 'record') countRun(places, input.record as Run, now)
    if (places.ends.length === 0) cells.delete('places')
    else cells.put('places', places)
    const effects = [...said, ...wake(places, key)]
    return effects.length === 0 ? [drop('no-use')] : effects
  },
}

/** Cluster of a run as it was told before, and as it is told now. */
const clustersOf = (run: Run): [string | undefined, string | undefined] => {
  const after = slicesOf(run)['cluster']
  return [run.slicesBefore === null ? after : run.slicesBefore['cluster'], after]
}

/** Takes back what was told of the run before, and counts what is told now. */
const countRun = (places: Places, run: Run, now: number): void => {
  const [clusterBefore, cluster] = clustersOf(run)
  const told = endOf(run)
  const before = run.change === 'finished' ? null : run.change === 'corrected' ? run.before : told
  countEnd(places, before, clusterBefore, -1, now)
  countEnd(places, told, cluster, 1, now)
}

/** An end that is too late for the window, or claims to lie more than an hour ahead, does not count. */
const countEnd = (
  places: Places,
  told: RunEnd | null,
  cluster: string | undefined,
  sign: 1 | -1,
  now: number,
): void => {
  const failed = told === null ? null : failedClass(told.outcome)
  if (told === null || cluster === undefined || failed === null) return
  const end = paneEnd(told.finishedAt, HOUR_MS)
  if (isOver({ end }, now) || told.finishedAt > now + HOUR_MS) return
  const { ends } = places
  const known = ends.find((each) => each.end === end && each.cluster === cluster)
  if (known === undefined && (sign < 0 || ends.length >= MOST_ENDS)) return
  const counted = known ?? { end, cluster, runs: 0, passes: 0 }
  if (known === undefined) ends.push(counted)
  counted.runs += sign
  counted.passes += failed ? 0 : sign
  tellAt(places, Math.max(end, paneEnd(now, HOUR_MS)))
}
const tellAt = (places: Places, hourAt: number): void => {
  places.hourAt = places.hourAt === 0 ? hourAt : Math.min(places.hourAt, hourAt)
}

/** What the full hour that has passed changed, before anything later is counted. */
const sayHour = (cells: Cells, places: Places, key: string, now: number): Effect[] => {
  const asOf = places.hourAt
  if (asOf === 0 || asOf > now) return []
  const told = (cells.get('told') as Share[] | undefined) ?? []
  const shares = sharesOf(places.ends, asOf)
  places.ends = places.ends.filter((each) => !isOver(each, asOf) && each.runs > 0)
  places.hourAt = places.ends.length === 0 ? 0 : nextTurn(places.ends, asOf)
  if (shares.length === 0) cells.delete('told')
  else cells.put('told', shares)
  const [source = '', repo = '', job = ''] = keyParts(key)
  return changesOf(told, shares).map(({ cluster, ...amounts }) => {
    const share: ClusterShare = {
      eventId: `share/${key}/${asOf}/${cluster}`,
      ...{ eventAt: asOf, observedAt: now, source, cluster, repo, job },
      ...amounts,
    }
    return emit('ci.cluster-shares.v1', share)
  })
}

/** All jobs have spoken within these of the full hour. */
const TURN_MS = 8_000
const wake = ({ hourAt }: Places, key: string): Effect[] =>
  hourAt === 0 ? [] : [setTimer('hour', hourAt + phaseOf(key, TURN_MS))]
