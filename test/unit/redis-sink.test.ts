import { describe, expect, it } from 'vitest'
import { createFed } from '../../cli/cluster/kafka-target.ts'
import { NO_PROGRESS, type Progress } from '../../runtime/kafka/progress.ts'
import type { OutsideWrite } from '../../runtime/kafka/outside-writer.ts'
import type { Offer } from '../../runtime/ports.ts'
import { createReach } from '../../sinks/redis/aim.ts'
import { shareOf } from '../../sinks/redis/partitions.ts'
import { aFact, aRun, MONDAY } from '../support/facts.ts'

describe('partitions of sinks', () => {
  it('are shared out evenly, each to one', () => {
    const members = ['c', 'a', 'b']
    const shares = members.map((member) => shareOf(7, member, members))
    expect(shares).toEqual([
      [2, 5],
      [0, 3, 6],
      [1, 4],
    ])
    expect(shareOf(3, 'new', [])).toEqual([0, 1, 2])
  })
})

describe('how far views are', () => {
  const open = () => {
    const said = new Map<string, Progress>()
    const say = (writer: string, at: number, written: Record<string, number> = {}): void => {
      said.set(writer, { at, written, handled: {} })
    }
    const board = { newest: (writer: string) => said.get(writer) ?? NO_PROGRESS }
    return { say, reach: createReach(board, ['runs'], 2) }
  }
  const next = (offset: number) => new Map([['ci.runs.v1/0', offset]])

  it('is what every writer has spoken up to, once all of it is written', () => {
    const { say, reach } = open()
    expect(reach.reached(next(0))).toBe(0)
    say('runs/0', 10, { 'ci.runs.v1/0': 5 })
    expect(reach.reached(next(9))).toBe(0)
    say('runs/1', 8, { 'ci.runs.v1/0': 7, 'ci.runs.v1/1': 99 })
    expect(reach.reached(next(6))).toBe(0)
    expect(reach.reached(next(7))).toBe(8)
    expect(reach.saidAt()).toBe(8)
  })

  it('is reached by those who never catch up with the newest word', () => {
    const { say, reach } = open()
    say('runs/1', 1_000)
    say('runs/0', 10, { 'ci.runs.v1/0': 5 })
    expect(reach.reached(next(0))).toBe(0)
    say('runs/0', 20, { 'ci.runs.v1/0': 8 })
    expect(reach.reached(next(5))).toBe(10)
  })
})

describe('offers to Kafka', () => {
  const offer = (at: number): Offer => ({
    topic: 'ci.run-events.v1',
    record: aFact(aRun({ runId: String(at) }), 'started', at),
  })

  it('go to the log with their cursor and the promise, all or nothing; what comes late comes just after it', async () => {
    const told: OutsideWrite[] = []
    const log = {
      write: (of: OutsideWrite) => {
        told.push(of)
        return Promise.resolve()
      },
    }
    const hooks = { onOffered: () => undefined, isLive: (now: number) => now > MONDAY }
    const fed = createFed(log, new Map([['cursor/archive', '41']]), MONDAY, hooks)
    expect([fed.now, fed.cursor('archive'), fed.cursor('other')]).toEqual([MONDAY, 41, 0])
    await Promise.all([
      fed.commit([offer(MONDAY + 7), offer(MONDAY - 3)], MONDAY + 5, { source: 'archive', at: 43 }),
      fed.commit([], MONDAY + 9),
      fed.commit([], MONDAY + 9),
    ])
    expect(told.map(({ records }) => records.map(({ at }) => at - MONDAY))).toEqual([[1, 7], []])
    expect(told.map(({ promise = 0 }) => promise - MONDAY)).toEqual([7, 9])
    expect(told.map(({ isLive }) => isLive)).toEqual([false, true])
    expect(told.map(({ notes }) => notes)).toEqual([{ 'cursor/archive': '43' }, undefined])
    expect([fed.now, fed.cursor('archive')]).toEqual([MONDAY + 9, 43])
  })
})
