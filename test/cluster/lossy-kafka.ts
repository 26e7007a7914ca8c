/** A proxy before a broker that understands as much of Kafka's protocol as it needs to lose the answers to the ends of transactions. */

import { startProxy, type Passage, type Proxy } from '../support/tcp-proxy.ts'

const INIT_PRODUCER_ID = 22
const END_TXN = 26
const LENGTH_BYTES = 4

export interface LossyKafka extends Proxy {
  /** The next answer to the end of a transaction of an id is lost: silently, or with its connection. */
  readonly loseNext: (how: 'silently' | 'with its connection', transactionalId: string) => void
  /** Answers lost so far. */
  readonly lost: () => number
  /** Producers that were given an epoch so far. */
  readonly epochs: () => number
}

export const startLossyKafka = async (target: () => number): Promise<LossyKafka> => {
  let losing: { readonly how: string; readonly id: Buffer } | undefined
  let lost = 0
  let epochs = 0
  const passageOf = (cut: () => void): Passage => {
    const ends = new Set<number>()
    return {
      toServer: framed((frame) => {
        const apiKey = frame.readInt16BE(LENGTH_BYTES)
        if (apiKey === INIT_PRODUCER_ID) epochs += 1
        if (apiKey === END_TXN && losing !== undefined && frame.includes(losing.id))
          ends.add(frame.readInt32BE(LENGTH_BYTES + 4))
        return true
      }),
      toClient: framed((frame) => {
        if (!ends.delete(frame.readInt32BE(LENGTH_BYTES)) || losing === undefined) return true
        if (losing.how === 'with its connection') cut()
        losing = undefined
        lost += 1
        return false
      }),
    }
  }
  return {
    ...(await startProxy(target, passageOf)),
    loseNext: (how, transactionalId) => {
      losing = { how, id: Buffer.from(transactionalId) }
    },
    lost: () => lost,
    epochs: () => epochs,
  }
}

/** Cuts a stream into frames (length, then as many bytes) and hands on those that `isPassed`. */
const framed = (isPassed: (frame: Buffer) => boolean): Passage['toServer'] => {
  let rest = Buffer.alloc(0)
  return (bytes, pass) => {
    rest = Buffer.concat([rest, bytes])
    while (rest.length >= LENGTH_BYTES) {
      const end = LENGTH_BYTES + rest.readInt32BE(0)
      if (rest.length < end) return
      const frame = rest.subarray(0, end)
      rest = rest.subarray(end)
      if (isPassed(frame)) pass(frame)
    }
  }
}
