/**
 * Says that tasks have passed a time without anything to say: no record came and no timer was due, so there is nothing to
 * commit. All tasks of a process say so in one request that no task waits for, instead of a transaction for each: that is
 * what an idle pipeline costs. It stays true whoever says it: whoever has the task next finds nothing there either.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Producer } from 'kafkajs'
import { patientClient } from './client.ts'
import type { Connection } from './connection.ts'
import { passedRecord, type Passed } from './progress.ts'

/** Time between two requests. */
const EVERY_MS = 20
const BACK_OFF_MS = 500

interface Said extends Passed {
  readonly partition: number
}

export class Passing {
  readonly #connection: Connection
  readonly #topic: string
  #producer: Promise<Producer> | undefined
  /** What is not said yet, newest by task. */
  #waiting = new Map<string, Said>()
  #isSaying = false
  #isClosed = false

  constructor(connection: Connection, topic: string) {
    this.#connection = connection
    this.#topic = topic
  }

  /** Returns at once; of several times of a task the newest is said, on the partition on which its commits are. */
  say(task: string, said: Said): void {
    this.#waiting.set(task, said)
    if (this.#isSaying || this.#isClosed) return
    this.#isSaying = true
    void this.#sayAll()
  }

  async close(): Promise<void> {
    this.#isClosed = true
    const producer = await this.#producer?.catch(() => undefined)
    await producer?.disconnect()
  }

  async #sayAll(): Promise<void> {
    while (this.#waiting.size > 0 && !this.#isClosed) {
      const said = this.#waiting
      this.#waiting = new Map()
      try {
        await this.#send(said)
        await sleep(EVERY_MS)
      } catch {
        // Newer times may have come meanwhile. Commits say when the brokers are not to be had.
        this.#waiting = new Map([...said, ...this.#waiting])
        await sleep(BACK_OFF_MS)
      }
    }
    this.#isSaying = false
  }

  async #send(said: ReadonlyMap<string, Said>): Promise<void> {
    this.#producer ??= connected(this.#connection)
    const producer = await this.#producer.catch((error: unknown) => {
      this.#producer = undefined
      throw error
    })
    const messages = [...said].map(([task, { partition, ...passed }]) => ({
      ...passedRecord(task, passed),
      partition,
    }))
    await producer.send({ topic: this.#topic, acks: -1, messages })
  }
}

const connected = async (connection: Connection): Promise<Producer> => {
  const producer = patientClient(connection).producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  return producer
}
