/** What every log does for those who read it, whatever it is kept in. */

import { describe, expect, it } from 'vitest'
import { keyed } from '../../runtime/engine/stage.ts'
import type { Keyed, LogReader } from '../../runtime/ports.ts'
import { aFact, aRun, MINUTE, MONDAY } from '../support/facts.ts'

export interface OpenLog {
  readonly log: LogReader
  readonly append: (records: readonly Keyed[]) => void
  readonly close: () => void
}
const event = (n: number): Keyed => {
  const at = MONDAY + n * MINUTE
  return keyed('ci.run-events.v1', aFact(aRun({ runId: String(n) }), 'started', at), at)
}

export const describeLogReader = (name: string, open: () => OpenLog): void => {
  describe(`a log in ${name}`, () => {
    it('gives records in the order in which they were appended, each with its offset', () => {
      const { log, append, close } = open()
      append([event(0), event(1)])
      append([event(2)])
      const read = [...log.read('ci.run-events.v1')]
      expect(read.map(({ offset }) => offset)).toEqual([0, 1, 2])
      expect(read.map(({ key, at, record }) => [key, at, record?.runId])).toEqual(
        [0, 1, 2].map((n) => ['test:acme/shop:unit', MONDAY + n * MINUTE, String(n)]),
      )
      close()
    })

    it('reads from any offset on, and nothing from its end', () => {
      const { log, append, close } = open()
      append([0, 1, 2, 3].map(event))
      for (const from of [0, 1, 3])
        expect([...log.read('ci.run-events.v1', from)][0]?.offset).toBe(from)
      expect([...log.read('ci.run-events.v1', 4)]).toEqual([])
      expect(log.endOffset('ci.run-events.v1')).toBe(4)
      expect(log.endOffset('ci.pull-events.v1')).toBe(0)
      expect([...log.read('ci.pull-events.v1')]).toEqual([])
      close()
    })

    it('sees what is appended while it is read', () => {
      const { log, append, close } = open()
      append([event(0)])
      const reader = log.read('ci.run-events.v1')[Symbol.iterator]()
      expect(reader.next().value).toMatchObject({ offset: 0 })
      append([event(1)])
      expect(reader.next().value).toMatchObject({ offset: 1 })
      close()
    })
  })
}
