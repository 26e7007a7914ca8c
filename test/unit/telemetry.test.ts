import { describe, expect, it } from 'vitest'
import { clusters } from '../../processors/telemetry/clusters.ts'
import { placesOf, placing } from '../../processors/telemetry/placing.ts'
import type { ClusterRun, ClusterState } from '../../schemas/events.ts'
import { drive } from '../support/drive-one.ts'
import { aRun, DAY, MINUTE, MONDAY } from '../support/facts.ts'
import { given, on, type Happening, type Said } from '../support/given.ts'
import { sampleRun } from '../support/sample-records.ts'

const PLACE = 'cluster/b1'
const run = (job: string, minute: number, isOver = false): Happening => {
  const at = MONDAY + minute * MINUTE
  const record: ClusterRun = {
    ...{ eventId: `${job}/${minute}`, eventAt: at, observedAt: at },
    ...{ ...aRun({ job }), place: PLACE, isOver },
  }
  return on('ci.cluster-runs.v1', record)
}
const state = (minute: number, weight: number, reporter = 'thanos'): Happening => {
  const at = MONDAY + minute * MINUTE
  const record: ClusterState = {
    ...{ eventId: `state/${reporter}/${minute}`, eventAt: at, observedAt: at },
    ...{ source: 'test', place: PLACE, reporter, weight, troubles: [] },
  }
  return on('ci.cluster-states.v1', record)
}
const told = (job: string, weight: number): Said => ({
  topic: 'ci.signals.v1',
  record: { job, kind: 'clusterTrouble', weight, cause: 'test:cluster/b1' },
})

describe('the troubles of a place', () => {
  it('are told to the runs that run there, and that they are over', () => {
    given(clusters, run('a', 0), run('b', 1))
      .when(state(2, 1.5), state(3, 1.5), run('b', 4, true), state(5, 0))
      .then(told('a', 1.5), told('b', 1.5), told('a', 0))
  })
  it('are told to a run that starts there, and to none that has ended', () => {
    given(clusters, state(0, 1), run('a', 1), run('a', 2, true))
      .when(run('b', 3), state(4, 2))
      .then(told('b', 1), told('b', 2))
  })
  it('add up where several tell of them', () => {
    given(clusters, run('a', 0))
      .when(state(1, 1), state(2, 0.5, 'other'), state(3, 0))
      .then(told('a', 1), told('a', 1.5), told('a', 0.5))
  })
  it('are told once where a start is heard again', () => {
    given(clusters, run('a', 0), run('a', 0)).when(state(1, 1)).then(told('a', 1))
  })
  it('are forgotten when nothing is heard of the place', () => {
    const driven = drive(clusters)
    for (const one of [state(0, 1), run('a', 1)])
      if ('topic' in one) driven.give(one.topic, one.record)
    driven.advanceTo(MONDAY + 2 * DAY)
    expect(driven.cells.size).toBe(1)
    driven.advanceTo(MONDAY + 5 * DAY)
    expect([driven.cells.size, driven.timers.size]).toEqual([0, 0])
  })
})

describe('the places of a run', () => {
  it('are its cluster and itself, where telemetry tells of runs of its source', () => {
    const labels = { telemetry: 'on', cluster: 'b1' }
    expect(placesOf({ runId: '7', labels })).toEqual(['cluster/b1', 'run/7'])
    expect(placesOf({ runId: '7', labels: { telemetry: 'on' } })).toEqual(['run/7'])
    expect(placesOf({ runId: '7', labels: { cluster: 'b1' } })).toEqual([])
  })
  it('hear of its start and its end, and of nothing between', () => {
    const labels = { telemetry: 'on', cluster: 'b1' }
    const change = (name: 'started' | 'progress' | 'finished', minute: number): Happening => {
      const at = MONDAY + minute * MINUTE
      const stamp = { eventId: `${minute}`, eventAt: at, observedAt: at }
      return on('ci.runs.v1', sampleRun({ ...stamp, change: name, labels }))
    }
    const at = (place: string, isOver: boolean): Said => ({
      topic: 'ci.cluster-runs.v1',
      record: { place, isOver },
    })
    given(placing)
      .when(change('started', 0), change('progress', 1), change('finished', 2))
      .then(
        at('cluster/b1', false),
        at('run/17/a', false),
        at('cluster/b1', true),
        at('run/17/a', true),
      )
  })
})
