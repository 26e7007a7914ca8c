/** Keeps what goes over the line of one source, and the instants of its session. It sits above credentials, which it never sees. */

import { SourceError } from '../polling/source-error.ts'
import type { Marks } from '../polling/session.ts'
import type { Pace, Wire, WireAnswer } from '../polling/wire.ts'
import { keptHeaders, withoutSecrets } from './entries.ts'
import type { RecordingWriter } from './writer.ts'

async function* recordedBody(
  writer: RecordingWriter,
  id: number,
  { body }: WireAnswer,
  now: () => number,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of body) {
      const latin1 = Buffer.from(piece.buffer, piece.byteOffset, piece.length).toString('latin1')
      writer.write({ t: 'body', id, latin1 })
      yield piece
    }
    writer.write({ t: 'done', id })
  } catch (error) {
    writeFailure(writer, id, error, now)
    throw error
  }
}

/** What breaks off because the process is told to stop has no end in the recording either. */
const writeFailure = (
  writer: RecordingWriter,
  id: number,
  error: unknown,
  now: () => number,
): void => {
  if (!(error instanceof SourceError)) return
  writer.write({ t: 'failed', id, at: now(), reason: error.reason, detail: error.message })
}

/** The line, with everything that goes over it written down. */
export const recordedWire = (
  wire: Wire,
  writer: RecordingWriter,
  { now }: Pick<Pace, 'now'>,
): Wire => {
  let count = 0
  return async (request) => {
    const id = (count += 1)
    const { headers } = request
    writer.write({ t: 'ask', id, at: now(), url: withoutSecrets(request.url), headers })
    try {
      const answer = await wire(request)
      const kept = keptHeaders(answer.headers)
      writer.write({ t: 'answer', id, at: now(), status: answer.status, headers: kept })
      return { ...answer, body: recordedBody(writer, id, answer, now) }
    } catch (error) {
      writeFailure(writer, id, error, now)
      throw error
    }
  }
}

/** Instants off the clock, written down. A round is on disk when it ends. */
export const recordedMarks = (writer: RecordingWriter, { now }: Pick<Pace, 'now'>): Marks => {
  const mark = (t: 'round' | 'turn') => (): number => {
    const at = now()
    writer.write({ t, at })
    return at
  }
  return {
    begin: mark('round'),
    turn: mark('turn'),
    end: (failure) => {
      const why = failure && { reason: failure.reason, detail: failure.message }
      writer.write({ t: 'end', at: now(), ...(why === null ? {} : { failure: why }) })
      writer.flush()
    },
  }
}
