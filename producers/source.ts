/** What a live source is: one round of polling, what it remembers between two, and which hosts it may ask. */

import type { FieldTable, ValuesOf } from './config/fields.ts'
import type { Get } from './payload/reach.ts'
import type { Turn } from './payload/turn.ts'

/** A source that is ready to be polled. */
export interface Source<Cursor = unknown> {
  /** Name of the source in its records; two sources of one store have two names. */
  readonly name: string
  /** Addresses that may be asked; only their hosts are, whatever a payload says. */
  readonly addresses: readonly string[]
  /** Time from one round to the next, in milliseconds. */
  readonly everyMs: number
  /** Name of the source whose runs it tells of, where it tells of those of another one. */
  readonly tellsOf?: string
  /** Credentials of a request, by header; asked for at each request, never recorded and never logged. */
  readonly authorize?: (url: string) => Promise<Readonly<Record<string, string>>>
  /** What is remembered before the first round: plain data, as JSON can hold it. */
  readonly newCursor: () => Cursor
  /**
   * One round, begun at `now`. It changes the cursor in place, and hands on what it heard a turn at a time; the next turn
   * is asked for when the one before is on the log. Where it throws, the cursor goes back to that of a turn that is on the
   * log, and what was heard since is heard again: facts have the same ids then, and add nothing.
   */
  readonly poll: (get: Get, cursor: Cursor, now: number) => AsyncIterable<Turn>
}

/** One row of the table of sources. */
export interface SourceRow<Fields extends FieldTable = FieldTable> {
  readonly doc: string
  /** What its part of the configuration holds, besides `kind`. */
  readonly fields: Fields
  readonly open: (values: ValuesOf<Fields>) => Source
}

/** Declares a row; exists so that the values of its fields are inferred. Sources differ in what they remember. */
export const sourceRow = <Fields extends FieldTable, Cursor>(
  row: Omit<SourceRow<Fields>, 'open'> & {
    readonly open: (values: ValuesOf<Fields>) => Source<Cursor>
  },
): SourceRow => row as unknown as SourceRow
