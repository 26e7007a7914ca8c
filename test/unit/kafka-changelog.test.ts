import { existsSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fromChangelog, toChangelog, type Change } from '../../runtime/kafka/changelog.ts'
import { TaskState } from '../../runtime/kafka/task-state.ts'
import { MONDAY } from '../support/facts.ts'

const place = { stage: 'runs', key: 'test:acme/shop:unit', name: 'run/1' }

import { HOUR } from '../support/facts.ts'
import { temporaryFolder } from '../support/temporary.ts'

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

const CELL = { kind: 'cell', stage: 'runs', key: 'a', name: 'run/1' } as const

describe('the state of a task', () => {
  it('tells the newest change of each cell and timer, once', () => {
    const state = TaskState.empty(null)
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
    const [state, restored] = [TaskState.empty(null), TaskState.empty(null)]
    state.saveCell('runs', 'a', 'run/1', Buffer.from('one'))
    state.saveTimer('runs', 'a', 'soon', 7)
    restored.restore('first', { ...CELL, bytes: Buffer.from('old') })
    restored.restore('gone', { ...CELL, name: 'run/2', bytes: Buffer.from('two') })
    restored.restore('gone', { ...CELL, name: 'run/2', bytes: null })
    for (const change of state.takeChanges())
      restored.restore(change.kind === 'cell' ? 'first' : 'timer', change)
    expect(restored.unapplied).toBe(3)
    restored.keep({ next: 4, at: 70 }, 1_000)
    expect(restored.kept).toEqual({ next: 4, at: 70 })
    expect(restored.takeChanges()).toEqual([])
    expect(Buffer.from(restored.loadCell('runs', 'a', 'run/1') ?? []).toString()).toBe('one')
    expect(restored.loadCell('runs', 'a', 'run/2')).toBeUndefined()
    expect(restored.loadTimers('runs', 0, 9).timers).toEqual([{ key: 'a', timer: 'soon', due: 7 }])
    for (const each of [state, restored]) each.close()
  })

  it('goes on from what it held when more is restored', () => {
    const folder = join(temporaryFolder(), 'runs-0')
    const first = TaskState.open(folder, 0)
    first.saveCell('runs', 'a', 'run/1', Buffer.from('one'))
    first.keep({ next: 9, at: 70 }, 1_000)
    first.close()
    const second = TaskState.open(folder, 1_000)
    second.restore('first', { ...CELL, bytes: Buffer.from('newer') })
    second.keep({ next: 10, at: 80 }, 1_000)
    second.saveCell('runs', 'a', 'run/3', Buffer.from('three'))
    expect(Buffer.from(second.loadCell('runs', 'a', 'run/1') ?? []).toString()).toBe('newer')
    second.close()
  })

  it('outlives its process in a folder, up to what the changelog is known to hold, for half a day', () => {
    const folder = join(temporaryFolder(), 'runs-0')
    const first = TaskState.open(folder, 0)
    first.saveCell('runs', 'a', 'run/1', Buffer.from('one'))
    first.keep({ next: 9, at: 70 }, 1_000)
    first.saveCell('runs', 'a', 'run/1', Buffer.from('not committed'))
    expect(TaskState.open(folder, 1_000).kept.next).toBe(0) // another process has it: in memory
    first.close()
    const second = TaskState.open(folder, 1_000)
    expect(second.kept).toEqual({ next: 9, at: 70 })
    expect(Buffer.from(second.loadCell('runs', 'a', 'run/1') ?? []).toString()).toBe('one')
    second.close()
    const late = TaskState.open(folder, 1_000 + 13 * HOUR)
    expect([late.kept.next, late.loadCell('runs', 'a', 'run/1')]).toEqual([0, undefined])
    late.close()
  })

  it('begins anew where its folder is damaged or distrusted', () => {
    const folder = join(temporaryFolder(), 'runs-0')
    const first = TaskState.open(folder, 0)
    first.keep({ next: 9, at: 70 }, 0)
    first.close()
    writeFileSync(join(folder, 'stopline.db'), 'not a database, but long enough to be read as one')
    const second = TaskState.open(folder, 0)
    expect(second.kept.next).toBe(0)
    second.keep({ next: 3, at: 20 }, 0)
    second.distrust()
    second.close()
    expect(existsSync(folder)).toBe(false)
  })
})
