/** Drives the poll loop of a source through its recorded answers, in the time they had: the same facts, byte for byte. */

import { createClient, type Client } from '../polling/client.ts'
import { createHeardBefore } from '../polling/heard-before.ts'
import { createSession, type Batch, type Session } from '../polling/session.ts'
import { SOURCE_FAILURES, SourceError, type SourceFailure } from '../polling/source-error.ts'
import type { Pace, Wire, WireAnswer } from '../polling/wire.ts'
import type { ConfiguredSource } from '../config/config.ts'
import { withoutSecrets, type Failure } from './entries.ts'
import { roundsOf, type Exchange, type RecordedRound } from './reader.ts'

/** What is on: the round that is replayed, and the time it has reached. */
interface Tape {
  now: number
  turns: number[]
  left: Exchange[]
  isCut: boolean
  failure: Failure | null
}

/** The live process ended here. */
const stopped = (): Error => new DOMException('the recording ends', 'AbortError')

const isAsked = ({ url, headers }: Exchange, wanted: string, range: string | undefined): boolean =>
  url === wanted && headers['range'] === range

const failureOf = ({ reason, detail }: Failure): SourceError =>
  new SourceError(
    Object.hasOwn(SOURCE_FAILURES, reason) ? (reason as SourceFailure) : 'unreachable',
    detail,
  )

async function* bodyOf({ body, failure, isDone }: Exchange): AsyncGenerator<Uint8Array> {
  for (const piece of body) {
    await Promise.resolve()
    yield piece
  }
  if (failure !== null) throw failureOf(failure)
  if (!isDone) throw stopped()
}

/** What the live session did not send either: quota or patience kept it back, and that ended its round. */
const notAsked = ({ isCut, failure }: Tape, url: string): Error => {
  if (isCut) return stopped()
  if (failure !== null) return failureOf(failure)
  return new SourceError('not-recorded', new URL(url).pathname)
}

const tapeWire =
  (tape: Tape): Wire =>
  (request) => {
    const url = withoutSecrets(request.url)
    const place = tape.left.findIndex((one) => isAsked(one, url, request.headers['range']))
    const [exchange] = place < 0 ? [] : tape.left.splice(place, 1)
    if (exchange === undefined) return Promise.reject(notAsked(tape, url))
    tape.now = exchange.at
    const { answer, failure } = exchange
    if (answer === null) return Promise.reject(failure === null ? stopped() : failureOf(failure))
    const played: WireAnswer = { ...answer, body: bodyOf(exchange), discard: () => undefined }
    return Promise.resolve(played)
  }

const tapePace = (tape: Tape): Pace => ({
  now: () => tape.now,
  sleep: (ms) => {
    tape.now += ms
    return Promise.resolve()
  },
  random: () => 1,
})

const nextTurn = (tape: Tape): number => {
  const at = tape.turns.shift()
  if (at === undefined && tape.isCut) throw stopped()
  tape.now = at ?? tape.now
  return tape.now
}

type Recorded = Pick<ConfiguredSource, 'source' | 'startLabels'>

/** A process of the live session: what it kept in memory began with it. */
const sessionOf = (
  { source, startLabels }: Recorded,
  tape: Tape,
  heard: ReturnType<typeof createHeardBefore>,
  cursor: string,
): Session => {
  const pace = tapePace(tape)
  const { signal } = new AbortController()
  const { addresses } = source
  const client: Client = createClient({
    addresses,
    requestsPerHour: null,
    wire: tapeWire(tape),
    pace,
    signal,
  })
  return createSession({
    source,
    client,
    heard,
    startLabels,
    marks: {
      begin: () => tape.now,
      turn: () => nextTurn(tape),
      end: () => undefined,
    },
    loadCursor: () => cursor,
    saveCursor: () => undefined,
    onNotes: () => undefined,
  })
}

async function* replayRound(session: Session): AsyncGenerator<Batch> {
  try {
    yield* session.round()
  } catch (error) {
    // The live round broke off here too.
    const isStop = error instanceof Error && error.name === 'AbortError'
    if (!isStop && !(error instanceof SourceError)) throw error
  }
}

const put = (tape: Tape, { at, turns, exchanges, isCut, failure }: RecordedRound): void => {
  tape.isCut = isCut
  tape.failure = failure
  tape.now = at
  tape.turns = [...turns]
  tape.left = [...exchanges]
}

/** The batches that the live session handed on, with their stamps. Whoever takes them need not acknowledge anything. */
export async function* replaySource(recorded: Recorded, folder: string): AsyncGenerator<Batch> {
  const tape: Tape = { now: 0, turns: [], left: [], isCut: false, failure: null }
  const heard = createHeardBefore()
  let session: Session | undefined
  const newCursor = (): string => JSON.stringify(recorded.source.newCursor())
  for await (const round of roundsOf(folder)) {
    put(tape, round)
    if (round.cursor !== null || session === undefined)
      session = sessionOf(recorded, tape, heard, round.cursor ?? newCursor())
    yield* replayRound(session)
  }
}
