/** Tells the places where a run runs when it starts and ends, so that it can hear of their troubles. */

import type { ClusterRun, Run } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'
import { emit, type Processor } from '../processor.ts'

/** Its cluster, where that is told, and the run itself; none where no telemetry tells of runs of its source. */
export const placesOf = ({ runId, labels }: Pick<Run, 'runId' | 'labels'>): string[] => {
  if (!isPlaced(labels)) return []
  const { cluster } = labels
  return cluster === undefined ? [`run/${runId}`] : [`cluster/${cluster}`, `run/${runId}`]
}

const isPlaced = (labels: Run['labels']): boolean => labels['telemetry'] !== undefined

export const placing: Processor = {
  name: 'placing',
  inputs: ['ci.runs.v1'],
  outputs: ['ci.cluster-runs.v1'],
  cells: {},
  wants: (record) => {
    const { change, labels } = record as Run
    return (change === 'started' || change === 'finished') && isPlaced(labels)
  },
  step: (_cells, _key, input, now) => {
    if (input.kind === 'timer') return []
    const run = input.record as Run
    const isOver = run.change === 'finished'
    return placesOf(run).map((place) => {
      const told: ClusterRun = {
        eventId: derivedId(run.eventId, `place/${place}`),
        eventAt: run.eventAt,
        observedAt: now,
        source: run.source,
        repo: run.repo,
        job: run.job,
        runId: run.runId,
        attempt: run.attempt,
        place,
        isOver,
      }
      return emit('ci.cluster-runs.v1', told)
    })
  },
}
