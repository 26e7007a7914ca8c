/** Tells running runs of the troubles of the place where they run: those that are there at their start, and each change. */

import type { ClusterRun, ClusterState, Signal, Stamped } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { key as keyOf, runName } from '../../schemas/keys.ts'
import { drop, emit, setTimer, type Cells, type Effect, type Processor } from '../processor.ts'

interface Member {
  repo: string
  job: string
  runId: string
  attempt: number
  /** What it was last told. */
  told: number
}
interface Reporter {
  name: string
  weight: number
}
interface Place {
  /** Each telemetry source speaks for itself. */
  reporters: Reporter[]
  running: Member[]
  heardAt: number
}

/** Running runs of one place that are told; of more the later ones are not. */
const MAX_RUNNING = 300
/** A place of which nothing was heard for so long is forgotten, and with it runs whose end was not heard. */
const SILENT_MS = 3 * 86_400_000
const MAX_REPORTERS = 20

const fields = (types: Record<string, unknown>): object[] =>
  Object.entries(types).map(([name, type]) => ({ name, type }))
const record = (name: string, types: Record<string, unknown>): object => ({
  type: 'record',
  name,
  fields: fields(types),
})
const REPORTER = record('Reporter', { name: 'string', weight: 'double' })
const MEMBER = record('PlaceMember', {
  repo: 'string',
  job: 'string',
  runId: 'string',
  attempt: 'int',
  told: 'double',
})
const CELL = record('Place', {
  reporters: { type: 'array', items: REPORTER },
  running: { type: 'array', items: MEMBER },
  heardAt: 'long',
})

export const clusters: Processor = {
  name: 'clusters',
  inputs: ['ci.cluster-states.v1', 'ci.cluster-runs.v1'],
  outputs: ['ci.signals.v1'],
  cells: { place: CELL },
  step: (cells, _key, input, now) => {
    if (input.kind === 'timer') return onTimer(cells, now)
    const known = cells.get('place') as Place | undefined
    const place = known ?? { reporters: [], running: [], heardAt: now }
    place.heardAt = now
    const effects =
      input.topic === 'ci.cluster-states.v1'
        ? onState(place, input.record as ClusterState, now)
        : onRun(place, input.record as ClusterRun, now)
    cells.put('place', place)
    return known === undefined ? [...effects, setTimer('place', now + SILENT_MS)] : effects
  },
}

const weightOf = ({ reporters }: Place): number =>
  reporters.reduce((sum, { weight }) => sum + weight, 0)

const onState = (place: Place, state: ClusterState, now: number): Effect[] => {
  const others = place.reporters.filter(({ name }) => name !== state.reporter)
  const { reporter: name, weight } = state
  place.reporters = weight > 0 ? [...others, { name, weight }].slice(-MAX_REPORTERS) : others
  const told = place.running.flatMap((member) => tell(place, member, state, state.place, now))
  return told.length === 0 ? [drop('no-use')] : told
}

const onRun = (place: Place, run: ClusterRun, now: number): Effect[] => {
  const name = runName(run)
  const others = place.running.filter(
    (each) => each.repo !== run.repo || each.job !== run.job || runName(each) !== name,
  )
  place.running = others
  if (run.isOver || others.length >= MAX_RUNNING) return [drop('no-use')]
  const { repo, job, runId, attempt } = run
  const member = { repo, job, runId, attempt, told: 0 }
  place.running.push(member)
  const told = tell(place, member, run, run.place, now)
  return told.length === 0 ? [drop('no-use')] : told
}

/** Tells a member what changed, if anything did. Changes the member. */
const tell = (
  place: Place,
  member: Member,
  cause: Stamped & { readonly source: string },
  name: string,
  now: number,
): Effect[] => {
  const weight = weightOf(place)
  if (weight === member.told) return []
  member.told = weight
  const signal: Signal = {
    eventId: derivedId(cause.eventId, `signal/${member.repo}/${member.job}/${runName(member)}`),
    eventAt: cause.eventAt,
    observedAt: now,
    source: cause.source,
    repo: member.repo,
    job: member.job,
    runId: member.runId,
    attempt: member.attempt,
    kind: 'clusterTrouble',
    cause: keyOf(cause.source, name),
    weight,
  }
  return [emit('ci.signals.v1', signal)]
}

const onTimer = (cells: Cells, now: number): Effect[] => {
  const place = cells.get('place') as Place | undefined
  if (place === undefined) return []
  if (place.heardAt + SILENT_MS > now) return [setTimer('place', place.heardAt + SILENT_MS)]
  cells.delete('place')
  return []
}
