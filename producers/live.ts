/** Live sources, each polled by a loop of its own: what they share is the log they offer to. */

import type { Clock } from '../runtime/clock.ts'
import { crashPoint } from '../runtime/crash-point.ts'
import { createStreamClient } from '../runtime/http-stream.ts'
import type { LogReader, Offer } from '../runtime/ports.ts'
import type { ConfiguredSource } from './config/config.ts'
import type { Note } from './payload/heard.ts'
import { createClient, type Client } from './polling/client.ts'
import { createHealth, type HealthKeeper, type LoopHealth } from './polling/health.ts'
import { createHeardBefore, type HeardBefore } from './polling/heard-before.ts'
import { livePace, liveWire } from './polling/live.ts'
import { runLoop } from './polling/loop.ts'
import { createOutbox } from './polling/outbox.ts'
import type { QuotaUse, Sent } from './polling/quota.ts'
import { createSession, type Marks } from './polling/session.ts'
import type { SourceError } from './polling/source-error.ts'
import type { Pace, Wire } from './polling/wire.ts'
import { sourceFolder } from './recording/folder.ts'
import { recordedMarks, recordedWire } from './recording/recorder.ts'
import { openRecordingWriter, type RecordingWriter } from './recording/writer.ts'

/** What loops need of whoever runs them. */
export interface LivePorts {
  readonly clock: Clock
  /** Resolves when the offers are on the log. */
  readonly offer: (offers: readonly Offer[]) => Promise<void>
  readonly loadCursor: (source: string) => string | undefined
  readonly saveCursor: (source: string, json: string) => void
  /** What was offered before, to know it again; null where nothing is kept. */
  readonly log: LogReader | null
  /** Folder that keeps what sources answered; null keeps nothing. */
  readonly record: string | null
  readonly onFailure: (source: string, error: SourceError) => void
  /** Called for each oddity that was not met before. */
  readonly onNote: (source: string, note: Note) => void
}
export interface LiveStatus extends LoopHealth {
  readonly quota: QuotaUse
}
export interface LiveSources {
  /** Polls until the signal. Rejects where the log takes nothing any more. */
  readonly run: () => Promise<void>
  readonly status: () => readonly LiveStatus[]
  /** Ids on the log, shared with whatever else offers what these sources say. */
  readonly heard: HeardBefore
}

const SAVE_EVERY_MS = 1_000

interface Line {
  readonly wire: Wire
  readonly marks: Marks
  readonly close: () => void
}
const plainLine = (wire: Wire, { now }: Pace): Line => ({
  wire,
  marks: { begin: now, turn: now, end: () => undefined },
  close: () => undefined,
})
const recordedLine = (wire: Wire, pace: Pace, writer: RecordingWriter): Line => ({
  wire: recordedWire(wire, writer, pace),
  marks: recordedMarks(writer, pace),
  close: writer.close,
})

/** A limit of our own holds over restarts: how many requests were sent is put down as they are, each second at most. */
const sentMemory = ({ loadCursor, saveCursor }: LivePorts, source: string) => {
  const name = `${source}/sent`
  let savedAt = 0
  return {
    before: () => JSON.parse(loadCursor(name) ?? '[]') as Sent,
    told:
      (wire: Wire, { now }: Pace, sent: () => Sent): Wire =>
      (request) => {
        if (now() - savedAt >= SAVE_EVERY_MS) {
          saveCursor(name, JSON.stringify(sent()))
          savedAt = now()
        }
        return wire(request)
      },
  }
}

interface Running {
  readonly client: Client
  readonly health: HealthKeeper
  readonly run: () => Promise<void>
}

interface Shared {
  readonly ports: LivePorts
  readonly signal: AbortSignal
  readonly pace: Pace
  readonly heard: HeardBefore
}

const startRecording = (folder: string, name: string, cursor: string): RecordingWriter => {
  const writer = openRecordingWriter(sourceFolder(folder, name))
  writer.write({ t: 'start', version: 1, source: name, cursor })
  return writer
}

const prepare = (
  { source, requestsPerHour, startLabels }: ConfiguredSource,
  live: Wire,
  { ports, signal, pace, heard }: Shared,
): Running => {
  const { name, addresses, everyMs } = source
  const health = createHealth(name)
  const cursor = ports.loadCursor(name) ?? JSON.stringify(source.newCursor())
  const line =
    ports.record === null
      ? plainLine(live, pace)
      : recordedLine(live, pace, startRecording(ports.record, name, cursor))
  const sent = sentMemory(ports, name)
  const client: Client = createClient({
    addresses,
    requestsPerHour,
    sentBefore: sent.before(),
    wire: requestsPerHour === null ? line.wire : sent.told(line.wire, pace, () => client.sent()),
    pace,
    signal,
  })
  const outbox = createOutbox(async (offers) => {
    crashPoint('before-offer')
    await ports.offer(offers)
    crashPoint('after-offer')
  })
  const session = createSession({
    source,
    client,
    heard,
    startLabels,
    settle: outbox.settle,
    marks: line.marks,
    loadCursor: () => cursor,
    saveCursor: (json) => {
      crashPoint('before-cursor')
      ports.saveCursor(name, json)
      crashPoint('after-cursor')
    },
    onNotes: (notes) => {
      for (const note of health.noted(notes)) ports.onNote(name, note)
    },
  })
  const onFailure = (error: SourceError): void => {
    ports.onFailure(name, error)
  }
  const run = async (): Promise<void> => {
    try {
      await runLoop({ session, everyMs, pace, health, outbox, onFailure }, signal)
    } finally {
      line.close()
    }
  }
  return { client, health, run }
}

/** Gets sources ready; where one loop ends with an error, all do. */
export const liveSources = (
  sources: readonly ConfiguredSource[],
  ports: LivePorts,
  signal: AbortSignal,
): LiveSources => {
  const stream = createStreamClient()
  const failed = new AbortController()
  const shared: Shared = {
    ports,
    signal: AbortSignal.any([signal, failed.signal]),
    pace: livePace(ports.clock),
    heard: createHeardBefore(ports.log ?? undefined),
  }
  const running = sources.map((one) =>
    prepare(one, liveWire(stream, one.source, shared.signal), shared),
  )
  return {
    heard: shared.heard,
    status: () => running.map(({ client, health }) => ({ ...health.get(), quota: client.quota() })),
    run: async () => {
      try {
        await Promise.all(
          running.map(async ({ run }) => {
            await run().catch((error: unknown) => {
              failed.abort()
              throw error
            })
          }),
        )
      } finally {
        await stream.close()
      }
    },
  }
}
