/** The rounds of one source, one after the other, and what it remembers between them. */

import type { Offer } from '../../runtime/ports.ts'
import type { StartLabels } from '../config/job-policies.ts'
import { RefusedPayload, type Note } from '../payload/heard.ts'
import { UnexpectedAnswer } from '../payload/reach.ts'
import type { Source } from '../source.ts'
import type { Client } from './client.ts'
import type { HeardBefore } from './heard-before.ts'
import { createConditionTeller } from './condition.ts'
import { offersOf } from './offers.ts'
import { LogFailure } from './outbox.ts'
import { SourceError } from './source-error.ts'

/** Writing what is remembered takes time where it is much: a second apart at least, and another for each so many characters. */
const SAVE_EVERY_MS = 1_000
const CHARACTERS_PER_MS = 1_000

/** Instants of a session: read off the clock, or off a recording. */
export interface Marks {
  /** A round begins. */
  readonly begin: () => number
  /** A turn is handed on. */
  readonly turn: () => number
  /** It ended, or could not be heard. */
  readonly end: (failure: SourceError | null) => void
}
export interface Batch {
  /** Stamp of the offers, in milliseconds since the epoch. */
  readonly at: number
  readonly offers: readonly Offer[]
}
export interface SessionPorts {
  readonly source: Source
  readonly client: Pick<Client, 'get' | 'rest' | 'quota'>
  readonly marks: Marks
  readonly heard: HeardBefore
  readonly startLabels: StartLabels
  /** What was saved last, as JSON. */
  readonly loadCursor: () => string | undefined
  readonly saveCursor: (json: string) => void
  /** Resolves when all batches handed on are on the log; missing where each is before the next one is asked for. */
  readonly settle?: () => Promise<void>
  readonly onNotes: (notes: readonly Note[]) => void
}
export interface Session {
  /**
   * One round. Whoever takes batches asks for no more where the log did not take one. Throws a
   * {@link SourceError} where the source could not be heard; what was handed on stays, and the next round goes on. Where
   * that changes, the last batch says so.
   */
  readonly round: () => AsyncGenerator<Batch, void>
}

/** What is broken off because the process is told to stop says nothing of the source. */
const isToldToStop = (error: unknown): boolean =>
  error instanceof Error && error.name === 'AbortError'

const failureOf = (error: unknown): SourceError => {
  if (isToldToStop(error) || error instanceof LogFailure) throw error
  if (error instanceof SourceError) return error
  const detail = error instanceof Error ? error.message : String(error)
  const isTheirs = error instanceof UnexpectedAnswer || error instanceof RefusedPayload
  return new SourceError(isTheirs ? 'unexpected' : 'internal', detail)
}

export const createSession = (ports: SessionPorts): Session => {
  const { source, client, marks, heard, startLabels } = ports
  let saved = ports.loadCursor() ?? JSON.stringify(source.newCursor())
  let cursor: unknown = JSON.parse(saved)
  let savedAt = 0
  const condition = createConditionTeller(source)

  /** What is remembered may stand for no more than what is on the log. */
  const save = async (at: number): Promise<void> => {
    await ports.settle?.()
    const json = JSON.stringify(cursor)
    if (json !== saved) ports.saveCursor(json)
    saved = json
    savedAt = at
  }
  async function* heardTurns(now: number): AsyncGenerator<Batch, void> {
    for await (const turn of source.poll(client.get, cursor, now)) {
      if (turn.notes.length > 0) ports.onNotes(turn.notes)
      const at = marks.turn()
      const offers = offersOf(source.name, turn, at, heard, startLabels)
      if (offers.length > 0) yield { at, offers }
      if (at - savedAt >= Math.max(SAVE_EVERY_MS, saved.length / CHARACTERS_PER_MS)) await save(at)
    }
    await save(now)
  }
  /** What was remembered of a turn that is not on the log would never be heard again. */
  const goBack = (): void => {
    cursor = JSON.parse(saved)
  }
  const conditionBatch = (failure: SourceError | null): Batch | null => {
    const at = marks.turn()
    const record = condition.after(failure, at, client.quota().shareLeft)
    return record === null ? null : { at, offers: [{ topic: 'ci.source-states.v1', record }] }
  }
  return {
    round: async function* () {
      let isDone = false
      let failure: SourceError | null = null
      try {
        yield* heardTurns(marks.begin())
        isDone = true
      } catch (error) {
        failure = failureOf(error)
      } finally {
        if (!isDone) goBack()
        client.rest()
      }
      const changed = conditionBatch(failure)
      if (changed !== null) yield changed
      marks.end(failure)
      if (failure !== null) throw failure
    },
  }
}
