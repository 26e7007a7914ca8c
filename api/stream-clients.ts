/** How events travel to who listens: as server-sent events, or as messages of a WebSocket. */

import type { WebSocket } from '@fastify/websocket'
import type { FastifyReply } from 'fastify'
import type { StreamClient, StreamEvent } from './live.ts'

type Wants = StreamClient['wants']

const blockOf = ({ id, type, json }: StreamEvent): string =>
  `id: ${id}\nevent: ${type}\ndata: ${json}\n\n`

/** Listens by server-sent events on an answer that has begun. */
export const sseClient = ({ raw }: FastifyReply, wants: Wants): StreamClient => ({
  wants,
  write: (events) => raw.write(events.map(blockOf).join('')),
  unreadBytes: () => raw.writableLength,
  close: () => raw.destroy(),
})

const messageOf = ({ id, type, json }: StreamEvent): string =>
  `{"id":"${id}","event":"${type}","data":${json}}`

/** Listens on a WebSocket, with a message for each event. */
export const socketClient = (socket: WebSocket, wants: Wants): StreamClient => ({
  wants,
  write: (events) => {
    for (const event of events) socket.send(messageOf(event))
  },
  unreadBytes: () => socket.bufferedAmount,
  // One that does not read would not answer a farewell either.
  close: () => {
    socket.terminate()
  },
})
