import { describe, expect, it } from 'vitest'
import { grouping, groupOf } from '../../processors/signals/grouping.ts'
import { signals as both } from '../../processors/signals/signals.ts'
import type { Processor } from '../../processors/processor.ts'
import type { GroupRun } from '../../schemas/events.ts'
import { aRun, HOUR, MINUTE, MONDAY } from '../support/facts.ts'
import { given, on, until, type Happening, type Said } from '../support/given.ts'

/** What is said of siblings; of changes as a whole, `change-decisions.test.ts`. */
const signals: Processor = {
  ...both,
  step: (...input) =>
    both
      .step(...input)
      .filter((effect) => effect.kind !== 'emit' || effect.topic === 'ci.signals.v1'),
}

/** A run of the group `push` by its job: it starts, or ends with an outcome. */
const member = (job: string, minute: number, failed?: boolean, group = 'push'): Happening => {
  const at = MONDAY + minute * MINUTE
  const record: GroupRun = {
    ...{ eventId: `${group}/${job}/${minute}`, eventAt: at, observedAt: at },
    ...{ ...aRun({ job, runId: `${group}-${job}` }), group },
    ...{ isOver: failed !== undefined, failed: failed ?? null, policy: null },
    ...{ startedAt: null, durationSeconds: null },
  }
  return on('ci.group-runs.v1', record)
}
const told = (job: string, weight: number): Said => ({
  topic: 'ci.signals.v1',
  record: { job, kind: 'siblings', weight: expect.closeTo(weight, 2) as number },
})

describe('the signals of siblings', () => {
  it('tell running runs that one failed, by how little that was expected', () => {
    given(signals, member('a', 0), member('b', 1), member('c', 2))
      .when(member('a', 5, true))
      .then(told('b', 0.9), told('c', 0.9))
  })
  it('tell nothing to a run that ended as it started, though its start is told after its end', () => {
    const skipped: Happening = on('ci.group-runs.v1', {
      ...{ eventId: 'skipped', eventAt: MONDAY, observedAt: MONDAY },
      ...{ ...aRun({ job: 'a', runId: 'push-a' }), group: 'push', isOver: true, failed: null },
      ...{ startedAt: MONDAY, durationSeconds: 0, policy: null },
    })
    given(signals, skipped, member('a', 0), member('b', 1), member('c', 2))
      .when(member('c', 5, true))
      .then(told('b', 0.9))
  })
  it('tell a run that starts what was heard before', () => {
    given(signals, member('a', 0), member('a', 5, true))
      .when(member('b', 6))
      .then(told('b', 0.9))
  })
  it('say nothing when a job that always fails has failed again', () => {
    const always = Array.from({ length: 12 }, (_, i) => [
      member('a', 10 * i, undefined, `g${i}`),
      member('a', 10 * i + 5, true, `g${i}`),
    ]).flat()
    given(signals, ...always, member('a', 200), member('b', 201))
      .when(member('a', 205, true))
      .thenNothing()
  })
  it('say nothing of a pass that was expected, of a run without a class, or of another group', () => {
    given(signals, member('a', 0), member('b', 1))
      .when(member('a', 5, false))
      .thenNothing()
    const unclassed: Happening = on('ci.group-runs.v1', {
      ...{ eventId: 'x', eventAt: MONDAY + HOUR, observedAt: MONDAY + HOUR },
      ...{ ...aRun({ job: 'a', runId: 'push-a' }), group: 'push', isOver: true, failed: null },
      ...{ startedAt: null, durationSeconds: null, policy: null },
    })
    given(signals, member('a', 0), member('b', 1)).when(unclassed).thenNothing()
    given(signals, member('a', 0), member('b', 1, undefined, 'other'))
      .when(member('a', 5, true))
      .thenNothing()
  })
  it('are worth a word only while they change what a forecast would say', () => {
    const green = Array.from({ length: 12 }, (_, i) => [
      member('b', 10 * i, undefined, `g${i}`),
      member('b', 10 * i + 5, false, `g${i}`),
    ]).flat()
    const started = ['a', 'b', 'c', 'd', 'z'].map((job, i) => member(job, 200 + i))
    const running = given(signals, ...green, ...started)
    expect(running.when(member('a', 210, true)).said).toHaveLength(4)
    expect(running.when(member('b', 211, false)).said).toHaveLength(0)
  })
  it('forget a group a day after it was last heard of', () => {
    const group = given(signals, member('a', 0), member('b', 600))
    group.when(until(MONDAY + 24 * HOUR)).thenNothing()
    expect(group.cells()).toContain('group/push')
    group.when(until(MONDAY + 35 * HOUR)).thenNothing()
    expect(group.cells()).not.toContain('group/push')
  })
})

describe('the grouping of runs', () => {
  it('goes by the group, else by the commit, else there is none', () => {
    expect(groupOf({ group: 'g', sha: 'c' })).toBe('g')
    expect(groupOf({ group: null, sha: 'c' })).toBe('c')
    expect(groupOf({ group: null, sha: null })).toBeNull()
    expect(grouping.outputs).toEqual(['ci.group-runs.v1'])
  })
})
