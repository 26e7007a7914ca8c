/** given(processor, ...records).when(record).then(effects): one step of one processor, in words. */

import { expect } from 'vitest'
import type { Emit, Processor, Retire } from '../../processors/processor.ts'
import type { RunEvent } from '../../schemas/events.ts'
import type { RecordOf, TopicName } from '../../schemas/topics.ts'
import { drive } from './drive-one.ts'

/** A record of an input topic, or an instant that the clock reaches. */
export type Happening =
  { readonly topic: TopicName; readonly record: RecordOf<TopicName> } | { readonly until: number }

export const heard = (record: RunEvent): Happening => ({ topic: 'ci.run-events.v1', record })
export const on = <T extends TopicName>(topic: T, record: RecordOf<T>): Happening => ({
  topic,
  record,
})
export const until = (instant: number): Happening => ({ until: instant })

/** What is expected to be said, as far as it matters: topic and some fields of the record. */
export interface Said {
  readonly topic: TopicName
  readonly record: object
}

export const given = (processor: Processor, ...before: readonly Happening[]) => {
  const driven = drive(processor)
  const happen = (what: Happening): void => {
    if ('until' in what) driven.advanceTo(what.until)
    else driven.give(what.topic, what.record)
  }
  before.forEach(happen)
  return {
    when(...input: readonly Happening[]) {
      const from = driven.said.length
      input.forEach(happen)
      const said: (Emit | Retire)[] = driven.said.slice(from)
      return {
        said,
        then: (...expected: readonly Said[]): void => {
          expect(said).toMatchObject(expected)
          expect(said).toHaveLength(expected.length)
        },
        thenNothing: (): void => {
          expect(said).toEqual([])
        },
      }
    },
    /** Names of the cells kept. */
    cells: (): string[] => [...driven.cells.keys()].map((id) => id.split('\u001f')[1] ?? id),
  }
}
