/** What a payload says: facts, and what is odd about it. A payload that says nothing usable is refused as a whole. */

import type { RunEvent, TestResult } from '../../schemas/events.ts'

/** What can be odd about a payload that is read all the same. */
type Oddity =
  /** A field that is not known; it was not read. */
  | 'unknown-field'
  /** A word that is not known; it is kept raw and ends nothing. */
  | 'unknown-word'
  /** A time far away; it counts as not told. */
  | 'absurd-time'
  /** A part of the source could not be read in this round; the others were. */
  | 'unread-part'

export interface Note {
  readonly oddity: Oddity
  readonly detail: string
}

export interface Heard {
  readonly facts: readonly RunEvent[]
  readonly tests: readonly TestResult[]
  readonly notes: readonly Note[]
}

/** Why a payload goes to the dead letters. */
export type Refusal = 'missing-field' | 'bad-field' | 'not-an-object' | 'bad-xml'

/** A payload that says nothing usable, for the dead letters. */
export interface Refused {
  readonly reason: Refusal
  readonly detail: string
  readonly payload: string
}

export class RefusedPayload extends Error {
  readonly reason: Refusal
  constructor(reason: Refusal, detail: string) {
    super(detail)
    this.name = 'RefusedPayload'
    this.reason = reason
  }
}

/** More than so many are no news of a format. */
const MAX_FIELDS = 20

/** Notes the fields of an object that are not known. */
export const noteFields = (
  json: object,
  known: ReadonlySet<string>,
  where: string,
  notes: Note[],
): void => {
  const others = Object.keys(json).filter((field) => !known.has(field))
  for (const field of others.slice(0, MAX_FIELDS))
    notes.push({ oddity: 'unknown-field', detail: `${where}${field.slice(0, 80)}` })
}
