/** Parts of one source that do not depend on each other: projects, jobs, dashboards. */

import { RefusedPayload } from './heard.ts'
import { UnexpectedAnswer } from './reach.ts'
import { turnOf, type Turn } from './turn.ts'

/** Turns of each part. A part that cannot be read is noted and keeps no other from being heard; throws where none could be read. */
export async function* turnsApart<T>(
  parts: readonly T[],
  turnsOf: (part: T) => AsyncIterable<Turn>,
): AsyncGenerator<Turn> {
  const failures: (UnexpectedAnswer | RefusedPayload)[] = []
  for (const part of parts)
    try {
      yield* turnsOf(part)
    } catch (error) {
      if (!(error instanceof UnexpectedAnswer) && !(error instanceof RefusedPayload)) throw error
      failures.push(error)
    }
  const [first] = failures
  if (first !== undefined && failures.length === parts.length) throw first
  const notes = failures.map(({ message }) => ({ oddity: 'unread-part', detail: message }) as const)
  if (notes.length > 0) yield turnOf({ notes })
}
