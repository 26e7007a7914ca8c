/**
 * The connection of kafkajs, made to end. As released, a request that is written at the instant in which its connection is being
 * closed waits for ever, and whoever closes the connection once more waits with it; bytes of an answer that was cut off are taken for the
 * beginning of the next connection's; two who connect at once make two sockets, of which one is forgotten; a process that was busy for a
 * while takes its broker to be silent, having listened to nothing; and each answer sets a timer, to look for what is not there.
 */

import type { Socket } from 'node:net'

/** What of kafkajs is used here. */
interface Connection {
  socket?: Socket
  /** In ms. */
  connectionTimeout: number
  chunks: Buffer[]
  bytesBuffered: number
  bytesNeeded: number
  readonly authHandlers: { readonly onError: () => void } | null
  readonly requestQueue: {
    readonly pending: readonly unknown[]
    scheduleCheckPendingRequests: () => void
    readonly inflight: ReadonlyMap<number, { readonly entry: { readonly apiKey: number } }>
  }
  isConnected(): boolean
  connect(): Promise<boolean>
  disconnect(): Promise<boolean>
  rejectRequests(error: Error): void
}
export type ConnectionClass = new (options: object) => Connection
type ClosedErrorClass = new (message: string, of: object) => Error

const FETCH = 1
/** The longest that a timer can be. */
const NEVER_MS = 2 ** 31 - 1
const LENGTH_BYTES = 4

/** `Closed` is the error by which kafkajs knows that a connection was closed. */
export const endingConnection = (
  Released: ConnectionClass,
  Closed: ClosedErrorClass,
): ConnectionClass =>
  class extends Released {
    readonly #mostMs: number
    #connecting: Promise<boolean> | undefined
    #disconnecting: Promise<boolean> | undefined

    constructor(options: object) {
      super(options)
      this.#mostMs = this.connectionTimeout
      this.connectionTimeout = NEVER_MS
      const { requestQueue } = this
      const look = requestQueue.scheduleCheckPendingRequests.bind(requestQueue)
      requestQueue.scheduleCheckPendingRequests = () => {
        if (requestQueue.pending.length > 0) look()
      }
    }

    override connect(): Promise<boolean> {
      this.#connecting ??= this.#connect().finally(() => {
        this.#connecting = undefined
      })
      return this.#connecting
    }

    override disconnect(): Promise<boolean> {
      this.#disconnecting ??= this.#disconnect().finally(() => {
        this.#disconnecting = undefined
      })
      return this.#disconnecting
    }

    async #connect(): Promise<boolean> {
      await this.#disconnecting
      if (this.isConnected()) return true
      this.chunks = []
      this.bytesBuffered = 0
      this.bytesNeeded = LENGTH_BYTES
      const connected = super.connect()
      const { socket } = this
      if (socket === undefined) return connected
      const closed = new Promise<never>((_, reject) => {
        socket.once('close', () => {
          // What kafkajs itself says of it comes first.
          setImmediate(() => {
            const error = this.#closed()
            if (this.socket === socket) this.#giveUp(error)
            reject(error)
          })
        })
      })
      let isOver = false
      const timer = setTimeout(() => {
        // What came while this process was busy is heard first.
        setImmediate(() => {
          if (!isOver) socket.destroy(new Error('Connection timeout'))
        })
      }, this.#mostMs)
      return Promise.race([connected, closed]).finally(() => {
        isOver = true
        clearTimeout(timer)
      })
    }

    async #disconnect(): Promise<boolean> {
      const { socket } = this
      const { pending, inflight } = this.requestQueue
      // Nobody misses what was not read: a broker that has nothing to say would be waited for.
      const isReading = [...inflight.values()].every(({ entry }) => entry.apiKey === FETCH)
      if (isReading && pending.length === 0) this.rejectRequests(this.#closed())
      await super.disconnect()
      // Of a socket that is only ended more would be heard; whoever waits for one that is not there yet is told.
      socket?.destroy(this.#connecting && this.#closed())
      return true
    }

    #giveUp(error: Error): void {
      this.authHandlers?.onError()
      this.rejectRequests(error)
    }

    #closed(): Error {
      return new Closed('Closed connection', {
        host: this.socket?.remoteAddress,
        port: this.socket?.remotePort,
      })
    }
  }
