/** A client and sessions as they run live, against a local server, with time that passes when somebody waits. */

import { createClient, type Client } from '../../producers/polling/client.ts'
import { createHeardBefore, type HeardBefore } from '../../producers/polling/heard-before.ts'
import { liveWire } from '../../producers/polling/live.ts'
import { createSession, type Batch, type Session } from '../../producers/polling/session.ts'
import type { SourceError } from '../../producers/polling/source-error.ts'
import type { Pace } from '../../producers/polling/wire.ts'
import type { Note } from '../../producers/payload/heard.ts'
import type { Source } from '../../producers/source.ts'
import { createStreamClient, STREAM_LIMITS, type StreamLimits } from '../../runtime/http-stream.ts'

export interface HandPace extends Pace {
  readonly slept: readonly number[]
  readonly move: (ms: number) => void
}

/** Stands still until somebody sleeps; sleeping takes no real time. */
export const handPace = (start: number): HandPace => {
  let now = start
  const slept: number[] = []
  return {
    slept,
    now: () => now,
    sleep: (ms) => {
      slept.push(ms)
      now += ms
      return Promise.resolve()
    },
    random: () => 1,
    move: (ms) => {
      now += ms
    },
  }
}

export interface TestClient extends Client {
  readonly close: () => Promise<void>
}

export const testClient = (
  source: Pick<Source, 'addresses' | 'authorize'>,
  pace: Pace,
  limits: Partial<StreamLimits> = {},
  requestsPerHour: number | null = null,
): TestClient => {
  const stream = createStreamClient({ ...STREAM_LIMITS, ...limits })
  const { signal } = new AbortController()
  const wire = liveWire(stream, source, signal)
  const { addresses } = source
  const client = createClient({ addresses, requestsPerHour, wire, pace, signal })
  return { ...client, close: () => stream.close() }
}

export interface TestSession {
  readonly session: Session
  readonly saved: () => string | undefined
  readonly notes: readonly Note[]
}
/** A session whose cursor is kept here; given what was saved before, it goes on from there. */
export const testSession = (
  source: Source,
  client: Pick<Client, 'get' | 'rest' | 'quota'>,
  pace: Pace,
  { saved, heard = createHeardBefore() }: { saved?: string | undefined; heard?: HeardBefore } = {},
): TestSession => {
  let cursor = saved
  const notes: Note[] = []
  const session = createSession({
    source,
    client,
    marks: { begin: pace.now, turn: pace.now, end: () => undefined },
    heard,
    startLabels: () => null,
    loadCursor: () => cursor,
    saveCursor: (json) => {
      cursor = json
    },
    onNotes: (more) => notes.push(...more),
  })
  return { session, saved: () => cursor, notes }
}

/** True for what a source says, and not for what is said of it. */
export const isHeard = ({ offers }: Batch): boolean => offers[0]?.topic !== 'ci.source-states.v1'

/** Everything one round heard; the error that ended it, if one did. */
export const roundOf = async (
  session: Session,
): Promise<{ batches: Batch[]; error: SourceError | null }> => {
  const batches: Batch[] = []
  try {
    for await (const batch of session.round()) if (isHeard(batch)) batches.push(batch)
  } catch (error) {
    return { batches, error: error as SourceError }
  }
  return { batches, error: null }
}
