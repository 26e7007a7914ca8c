import { describe, expect, it } from 'vitest'
import { fromChangelog, toChangelog, type Change } from '../../runtime/kafka/changelog.ts'
import { TaskState } from '../../runtime/kafka/task-state.ts'
import { MONDAY } from '../support/facts.ts'

const place = { stage: 'runs', key: 'test:acme/shop:unit', name: 'run/1' }

describe('a changelog record', () => {
  const changes: readonly Change[] = [
    { kind: 'cell', ...place, bytes: Buffer.from('state') },
    { kind: 'timer', ...place, name: 'soon', due: MONDAY + 0.5 },
    { kind: 'commit' },
  ]
  it.each(changes)('gives the change of a $kind back, with the time of its commit', (change) => {
    expect(fromChangelog(toChangelog(change, MONDAY))).toEqual({ change, at: MONDAY })
  })

  it('is a tombstone where something was deleted', () => {
    const gone: Change = { kind: 'cell', ...place, bytes: null }
    expect(toChangelog(gone, MONDAY).value).toBeNull()
    expect(fromChangelog(toChangelog(gone, MONDAY))).toEqual({ change: gone, at: null })
  })

  it('keeps cells, timers and keys apart', () => {
    const keys = changes.map((change) => toChangelog(change, MONDAY).key)
    expect(new Set(keys).size).toBe(3)
  })

  it('is refused where it holds something else', () => {
    expect(() => fromChangelog({ key: 'commit', value: Buffer.alloc(3) })).toThrow(/at least 8/)
    expect(() => fromChangelog({ key: 'what?', value: null })).toThrow(/neither/)
  })
})

describe('the state of a task', () => {
  it('tells the newest change of each cell and timer, once', () => {
    const state = new TaskState()
    const scratch = Buffer.from('old')
    state.saveCell('runs', 'a', 'run/1', scratch)
    state.saveCell('runs', 'a', 'run/1', Buffer.from('new'))
    state.saveTimer('runs', 'a', 'soon', 7)
    scratch.fill(0)
    expect(state.takeChanges()).toEqual([
      { kind: 'cell', stage: 'runs', key: 'a', name: 'run/1', bytes: Buffer.from('new') },
      { kind: 'timer', stage: 'runs', key: 'a', name: 'soon', due: 7 },
    ])
    expect(state.takeChanges()).toEqual([])
    state.close()
  })

  it('is restored by its changes', () => {
    const [state, restored] = [new TaskState(), new TaskState()]
    state.saveCell('runs', 'a', 'run/1', Buffer.from('one'))
    state.saveTimer('runs', 'a', 'soon', 7)
    for (const change of state.takeChanges()) restored.restore(change)
    restored.seal()
    expect(restored.takeChanges()).toEqual([])
    expect(Buffer.from(restored.loadCell('runs', 'a', 'run/1') ?? []).toString()).toBe('one')
    expect([...restored.recentTimers('runs')]).toEqual([{ key: 'a', timer: 'soon', due: 7 }])
    for (const each of [state, restored]) each.close()
  })
})
