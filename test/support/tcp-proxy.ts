/** A TCP proxy before a server of a test: what passes may be held back, or seen and dropped. */

import { once } from 'node:events'
import { connect, createServer, type AddressInfo, type Socket } from 'node:net'

export interface Proxy {
  readonly port: number
  readonly close: () => Promise<void>
}
/** What is done with bytes on their way; `pass` hands them on. */
type Way = (bytes: Buffer, pass: (bytes: Buffer) => void) => void
export interface Passage {
  readonly toServer: Way
  readonly toClient: Way
}

/** Made anew for each connection; `cut` ends it. */
export const startProxy = async (
  target: () => number,
  passageOf: (cut: () => void) => Passage,
  port = 0,
): Promise<Proxy> => {
  const open = new Set<Socket>()
  const server = createServer((client) => {
    const upstream = connect(target(), '127.0.0.1')
    const cut = (): void => {
      client.destroy()
      upstream.destroy()
    }
    const { toServer, toClient } = passageOf(cut)
    const pass = (to: Socket) => (bytes: Buffer) => {
      if (!to.destroyed) to.write(bytes)
    }
    client.on('data', (bytes: Buffer) => {
      toServer(bytes, pass(upstream))
    })
    upstream.on('data', (bytes: Buffer) => {
      toClient(bytes, pass(client))
    })
    for (const socket of [client, upstream]) {
      open.add(socket)
      socket.setNoDelay(true)
      socket.on('error', cut)
      socket.on('close', () => {
        open.delete(socket)
        cut()
      })
    }
  })
  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close: async () => {
      server.close()
      for (const socket of open) socket.destroy()
      await once(server, 'close')
    },
  }
}

/** Everything comes so many milliseconds later. */
export const delayed = (ms: number): Passage => {
  const later: Way = (bytes, pass) => {
    setTimeout(() => {
      pass(bytes)
    }, ms)
  }
  return { toServer: later, toClient: later }
}
