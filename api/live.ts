/**
 * The hub of all open streams. What a commit publishes is written to each client once, from JSON made once. Nothing waits:
 * a client that does not read is closed, and a burst or a resume too long to send becomes one `gap` event.
 */

import type { LogRecord } from '../runtime/ports.ts'
import { TOPICS, topicRank } from '../schemas/topics.ts'
import type { ApiDeps } from './deps.ts'
import {
  copyOf,
  endPosition,
  idOf,
  isStreamed,
  movePast,
  STREAMED,
  STREAMED_TOPICS,
  type EventType,
  type Position,
} from './position.ts'

/** Records sent for one commit or one resume at most. */
const MAX_BURST = 2_000
/** Bytes a client may leave unread. */
const MAX_UNREAD_BYTES = 1024 * 1024

export interface StreamEvent {
  /** Position behind it: a stream that begins there goes on after it. */
  readonly id: string
  readonly type: EventType | 'tick' | 'gap'
  readonly json: string
}
/** One that listens, however its events travel. */
export interface StreamClient {
  readonly wants: (record: LogRecord) => boolean
  readonly write: (events: readonly StreamEvent[]) => void
  readonly unreadBytes: () => number
  readonly close: () => void
}
export interface Hub {
  readonly size: () => number
  /**
   * Sends what was published since `from` (undefined: a place the log does not have), then everything to come.
   * Resolves when what was missed has been sent.
   */
  readonly add: (client: StreamClient, from: Position | undefined | 'now') => Promise<void>
  readonly remove: (client: StreamClient) => void
  /** Tells every client how far the pipeline is; also keeps connections open. */
  readonly tick: () => void
  readonly close: () => void
}

/**
 * In order of time, but those of one partition as its log has them, where several writers are not in step: an id says that all before
 * its offsets was told.
 */
const inOrder = (records: readonly LogRecord[]): LogRecord[] => {
  const reached = new Map<string, number>()
  const timed = records.map((record) => {
    const place = `${record.topic}/${record.partition ?? 0}`
    const at = Math.max(record.at, reached.get(place) ?? -Infinity)
    reached.set(place, at)
    return { at, record }
  })
  return timed
    .sort((a, b) => a.at - b.at || topicRank(a.record.topic) - topicRank(b.record.topic))
    .map(({ record }) => record)
}

/** Moves the position past the records and gives each of them its event. Tombstones move it only. */
const eventsOf = (
  records: readonly LogRecord[],
  position: Position,
): { record: LogRecord; event: StreamEvent }[] =>
  inOrder(records).flatMap((record) => {
    if (!isStreamed(record.topic)) return []
    movePast(position, record)
    if (record.record === null) return []
    const [type, json] = [STREAMED[record.topic], JSON.stringify(record.record)]
    return [{ record, event: { id: idOf(position), type, json } }]
  })

/** Records between two positions; undefined where some are gone or they are too many to send. */
const recordsBetween = async (
  { log }: ApiDeps,
  from: Position,
  to: Position,
): Promise<LogRecord[] | undefined> => {
  const records: LogRecord[] = []
  for (const topic of STREAMED_TOPICS) {
    const [starts, ends] = [from.get(topic) ?? [], to.get(topic) ?? []]
    if (starts.every((start, at) => start === ends[at])) continue
    const begins = TOPICS[topic].cleanup === 'delete' ? await log.begins(topic) : []
    if (starts.some((start, at) => start < (begins[at] ?? 0))) return undefined
    for await (const record of log.read(topic, starts)) {
      if (record.offset >= (ends[record.partition ?? 0] ?? 0)) continue
      if (records.length === MAX_BURST) return undefined
      records.push(record)
    }
  }
  return records
}

/** The open streams; one that does not read is closed and counted. */
const createClients = ({ metrics }: ApiDeps) => {
  const clients = new Set<StreamClient>()
  /** What waits for those that are still told what they missed. */
  const held = new Map<StreamClient, StreamEvent[]>()
  const note = (): void => {
    metrics.gauge('stopline_stream_clients').set(clients.size)
  }
  const remove = (client: StreamClient): void => {
    clients.delete(client)
    held.delete(client)
    note()
  }
  const send = (client: StreamClient, events: readonly StreamEvent[]): void => {
    if (events.length === 0 || !clients.has(client)) return
    client.write(events)
    if (client.unreadBytes() <= MAX_UNREAD_BYTES) return
    metrics.counter('stopline_stream_dropped_total').inc()
    remove(client)
    client.close()
  }
  return {
    size: () => clients.size,
    /** A copy: sending may remove. */
    all: () => [...clients],
    add: (client: StreamClient): void => {
      clients.add(client)
      note()
    },
    remove,
    /** Keeps what is sent from now on until {@link release}. */
    hold: (client: StreamClient): void => {
      held.set(client, [])
    },
    release: (client: StreamClient, before: readonly StreamEvent[]): void => {
      const waiting = held.get(client) ?? []
      held.delete(client)
      send(client, [...before, ...waiting])
    },
    send: (client: StreamClient, events: readonly StreamEvent[]): void => {
      const waiting = held.get(client)
      if (waiting === undefined) send(client, events)
      else waiting.push(...events)
    },
  }
}

const tickJson = ({ time, status }: ApiDeps): string => {
  const { now, lagMs, isStale = false } = time()
  const isSimulated = status().sources.some((source) => source.isSimulated)
  return `{"asOf":${now},"lagMs":${lagMs},${isStale ? '"stale":true,' : ''}"simulated":${isSimulated}}`
}
const wantedOf = (client: StreamClient, events: ReturnType<typeof eventsOf>): StreamEvent[] =>
  events.filter(({ record }) => client.wants(record)).map(({ event }) => event)

/** Events of what a client missed between two positions; undefined where they cannot all be told. */
const missedOf = async (
  deps: ApiDeps,
  client: StreamClient,
  from: Position | undefined,
  to: Position,
): Promise<StreamEvent[] | undefined> => {
  // A log that cannot be read now is a gap too: the client asks the other routes, and they say why.
  const missed = from && (await recordsBetween(deps, from, to).catch(() => undefined))
  return from && missed && wantedOf(client, eventsOf(missed, copyOf(from)))
}

export const createHub = (deps: ApiDeps): Hub => {
  const clients = createClients(deps)
  let position: Position = new Map()
  const told = (type: 'tick' | 'gap'): StreamEvent[] => [
    { id: idOf(position), type, json: tickJson(deps) },
  ]

  const stop = deps.onCommit((published) => {
    if (clients.size() === 0) return
    const streamed = published.filter(({ topic }) => isStreamed(topic))
    if (streamed.length > MAX_BURST) {
      position = endPosition(deps.log)
      for (const client of clients.all()) clients.send(client, told('gap'))
      return
    }
    const events = eventsOf(streamed, position)
    for (const client of clients.all()) clients.send(client, wantedOf(client, events))
  })

  return {
    size: clients.size,
    add: async (client, from) => {
      if (clients.size() === 0) position = endPosition(deps.log)
      clients.add(client)
      if (from !== 'now') {
        const gap = told('gap')
        clients.hold(client)
        clients.release(client, (await missedOf(deps, client, from, copyOf(position))) ?? gap)
      }
      clients.send(client, told('tick'))
    },
    remove: clients.remove,
    tick: () => {
      for (const client of clients.all()) clients.send(client, told('tick'))
    },
    close: () => {
      stop()
      for (const client of clients.all()) {
        clients.remove(client)
        client.close()
      }
    },
  }
}
