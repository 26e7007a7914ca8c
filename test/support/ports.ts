/** Ports for servers of tests. */

import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/** Below the ports that systems give to outgoing connections: none of these takes one while its server is down. */
const [LEAST, MOST] = [15_000, 32_000]

const isFree = (port: number): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => {
      resolve(false)
    })
    server.listen(port, () => {
      server.close(() => {
        resolve(true)
      })
    })
  })

/** A port on which nobody listens, nor on those that lie so far above it. */
export const freePort = async (above: readonly number[] = []): Promise<number> => {
  for (;;) {
    const port = randomInt(LEAST, MOST)
    const free = await Promise.all([...new Set([0, ...above])].map((more) => isFree(port + more)))
    if (free.every(Boolean)) return port
  }
}
