/** A worker that asks an address over and over on a few connections, with as little work as possible for an answer. */

import { once } from 'node:events'
import { connect } from 'node:net'
import { parentPort } from 'node:worker_threads'

const CONNECTIONS = 16
const HEAD_END = '\r\n\r\n'

/** What to ask: paths are taken in turn. */
export interface Asked {
  readonly port: number
  readonly paths: readonly string[]
  readonly milliseconds: number
}
export interface Answered {
  readonly requests: number
  readonly seconds: number
  /** Bytes of the last body. */
  readonly bodyBytes: number
}

/** Bytes of the body where the whole answer is there, else null. Throws for any answer but 200. */
const bodyBytesOf = (bytes: Buffer): number | null => {
  const headEnd = bytes.indexOf(HEAD_END)
  if (headEnd < 0) return null
  const head = bytes.toString('latin1', 0, headEnd)
  const length = /content-length: (\d+)/i.exec(head)?.[1]
  if (!head.startsWith('HTTP/1.1 200') || length === undefined) throw new Error(head)
  return bytes.length >= headEnd + HEAD_END.length + Number(length) ? Number(length) : null
}

/** Asks on one connection, one request after another, until `isOver`; returns the answers and the last body's bytes. */
const converse = async (
  port: number,
  nextRequest: () => Buffer,
  isOver: () => boolean,
): Promise<{ answers: number; bodyBytes: number }> => {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true })
  await once(socket, 'connect')
  let unread = Buffer.alloc(0)
  let answers = 0
  let bodyBytes = 0
  socket.write(nextRequest())
  for await (const chunk of socket) {
    unread = Buffer.concat([unread, chunk as Buffer])
    const length = bodyBytesOf(unread)
    if (length === null) continue
    unread = Buffer.alloc(0)
    bodyBytes = length
    answers += 1
    if (isOver()) break
    socket.write(nextRequest())
  }
  return { answers, bodyBytes }
}

const load = async ({ port, paths, milliseconds }: Asked): Promise<Answered> => {
  const requests = paths.map((path) =>
    Buffer.from(`GET ${path} HTTP/1.1\r\nhost: 127.0.0.1:${port}\r\n\r\n`),
  )
  let asked = 0
  const nextRequest = (): Buffer => requests[asked++ % requests.length] ?? Buffer.alloc(0)
  const began = performance.now()
  const isOver = (): boolean => performance.now() >= began + milliseconds
  const all = await Promise.all(
    Array.from({ length: CONNECTIONS }, () => converse(port, nextRequest, isOver)),
  )
  return {
    requests: all.reduce((sum, { answers }) => sum + answers, 0),
    seconds: (performance.now() - began) / 1000,
    bodyBytes: all[0]?.bodyBytes ?? 0,
  }
}

parentPort?.on('message', (asked: Asked) => {
  void load(asked).then((answered) => parentPort?.postMessage(answered))
})
