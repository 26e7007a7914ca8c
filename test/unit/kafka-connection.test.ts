/** Connections to brokers that answer nothing, or half of it, and close. */

import { once } from 'node:events'
import { createRequire } from 'node:module'
import { createServer, Socket, type AddressInfo, type Server } from 'node:net'
import { setTimeout } from 'node:timers/promises'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import '../../runtime/kafka/client.ts'

const require = createRequire(import.meta.url)
interface Sending {
  readonly request: object
  readonly response: object
}
interface Connection {
  connect(): Promise<boolean>
  disconnect(): Promise<boolean>
  isConnected(): boolean
  send(of: Sending): Promise<string>
}
const Connection = require('kafkajs/src/network/connection') as new (of: object) => Connection
const createSocketFactory = require('kafkajs/src/network/socketFactory') as () => object

const nothing = (): void => undefined
const quiet = { namespace: () => quiet, debug: nothing, warn: nothing, error: nothing }
const FETCH = 1
const METADATA = 3
/** What is asked does not matter to a broker that says nothing; what is answered is text. */
const asking = (apiKey: number): Sending => ({
  request: {
    ...{ apiKey, apiVersion: 0, apiName: 'Any' },
    encode: () => Promise.resolve({ buffer: Buffer.alloc(3) }),
  },
  response: {
    decode: (payload: Buffer) => Promise.resolve({ text: payload.toString() }),
    parse: ({ text }: { text: string }) => Promise.resolve(text),
  },
})
/** An answer to the request of a number. */
const answer = (number: number, text: string): Buffer => {
  const bytes = Buffer.alloc(8)
  bytes.writeInt32BE(4 + text.length, 0)
  bytes.writeInt32BE(number, 4)
  return Buffer.concat([bytes, Buffer.from(text)])
}

const options = (port: number): object => ({
  ...{ host: '127.0.0.1', port, logger: quiet, socketFactory: createSocketFactory() },
  ...{ requestTimeout: 400, connectionTimeout: 1_000 },
})

describe('a connection', () => {
  let server: Server
  let sockets: Socket[]
  let connection: Connection
  beforeEach(async () => {
    sockets = []
    server = createServer((socket) => sockets.push(socket.on('error', nothing)))
    await once(server.listen(0, '127.0.0.1'), 'listening')
    const { port } = server.address() as AddressInfo
    connection = new Connection(options(port))
  })
  afterEach(async () => {
    for (const socket of sockets) socket.destroy()
    server.close()
    await connection.disconnect()
  })
  /** What a broker was asked, once it has all of it. */
  const asked = async (at: number): Promise<void> => {
    await expect.poll(() => sockets[at]?.bytesRead ?? 0).toBeGreaterThan(0)
  }

  it('that is closed while a request is being written ends the request, and can be closed again', async () => {
    for (let turns = 0; turns <= 12; turns += 1) {
      await connection.connect()
      const sent = connection.send(asking(FETCH))
      for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
      const closed = connection.disconnect()
      await expect(sent).rejects.toThrow(/Closed connection|Not connected/)
      await closed
      await connection.disconnect()
      expect(connection.isConnected()).toBe(false)
    }
  })

  it('does not wait for what was to be read when it is closed', async () => {
    await connection.connect()
    const fetched = connection.send(asking(FETCH))
    fetched.catch(nothing)
    await asked(0)
    const began = performance.now()
    await connection.disconnect()
    expect(performance.now() - began).toBeLessThan(300)
    await expect(fetched).rejects.toThrow('Closed connection')
  })

  it('waits for other answers when it is closed, for as long as one may take', async () => {
    await connection.connect()
    const [first, second] = [connection.send(asking(METADATA)), connection.send(asking(METADATA))]
    second.catch(nothing)
    await asked(0)
    const closed = connection.disconnect()
    sockets[0]?.write(answer(0, 'here'))
    expect(await first).toBe('here')
    await expect(second).rejects.toThrow('timed out')
    await closed
  })

  it('that was cut off in the middle of an answer reads the answers of the next one', async () => {
    await connection.connect()
    const first = connection.send(asking(METADATA))
    await asked(0)
    sockets[0]?.end(answer(0, 'a long answer').subarray(0, 10))
    await expect(first).rejects.toThrow('Closed connection')
    await connection.connect()
    const second = connection.send(asking(METADATA))
    await asked(1)
    sockets[1]?.write(answer(1, 'whole'))
    expect(await second).toBe('whole')
  })

  it('that two ask for is one', async () => {
    await Promise.all([connection.connect(), connection.connect()])
    const sent = connection.send(asking(METADATA))
    await asked(0)
    sockets[0]?.write(answer(0, 'one'))
    expect(await sent).toBe('one')
    expect(sockets).toHaveLength(1)
  })

  it('is there where this process was too busy to hear of it in time', async () => {
    const connected = connection.connect()
    const until = performance.now() + 1_200
    while (performance.now() < until);
    expect(await connected).toBe(true)
  })

  it('to a host that does not answer is given up in time', async () => {
    const socketFactory = (): Socket => new Socket()
    const silent = new Connection({ ...options(9), socketFactory, connectionTimeout: 100 })
    await expect(silent.connect()).rejects.toThrow('Connection timeout')
  })

  it('that is closed before it is there ends whoever waits for it', async () => {
    const silent = new Connection({ ...options(9), socketFactory: () => new Socket() })
    const connected = silent.connect()
    connected.catch(nothing)
    await setTimeout(20)
    await silent.disconnect()
    await expect(connected).rejects.toThrow('Closed connection')
  })

  it('to a broker that is not there says so', async () => {
    server.close()
    await expect(connection.connect()).rejects.toThrow('ECONNREFUSED')
  })
})
