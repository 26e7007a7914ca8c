/**
 * Commands on their way from any process of the API to the producer that feeds: pipeline time is given by that one alone. They
 * lie on a topic of one partition, which puts them in order: the first of an id counts, whoever was asked, and every later
 * one is a repeat. So each is taken once, and whoever gave it knows whether it was.
 */

import { randomUUID } from 'node:crypto'
import type { Producer } from 'kafkajs'
import { CODECS } from '../../schemas/codec.ts'
import type { IncidentCommand } from '../../schemas/events.ts'
import type { Keyed } from '../ports.ts'
import type { Registry } from '../registry.ts'
import { patientClient } from './client.ts'
import type { FetchedMessage } from './client-parts.ts'
import type { Connection } from './connection.ts'
import { fromMessage } from './messages.ts'
import { PartitionReader } from './reader.ts'

const TOPIC = 'ci.incident-commands.v1'
/** The header that tells one posting of a command from another. */
const POSTING = 'posting'
const POLL_MS = 100
const FOLLOW_MS = 500
/** So often it is sent where an answer came, but it cannot be read: leaders move. */
const MOST_TRIES = 3

export interface MailboxPlace {
  readonly connection: Connection
  readonly topic: string
}

/** The side of those who are asked. */
export class Mailbox {
  readonly #place: MailboxPlace
  /** The posting that counts, by id of the command, as far as was read. */
  readonly #first = new Map<string, string>()
  #next = 0
  #producer: Promise<Producer> | undefined

  constructor(place: MailboxPlace) {
    this.#place = place
  }

  /** Resolves when all replicas in sync have it: true where it counts, false where one of its id was there before. */
  async post(command: IncidentCommand): Promise<boolean> {
    const { eventId: id } = command
    const posting = randomUUID()
    for (let tries = 1; tries <= MOST_TRIES; tries += 1) {
      await this.#send(command, posting)
      await this.#readOn()
      const first = this.#first.get(id)
      if (first !== undefined) return first === posting
    }
    throw new Error('what was sent cannot be read')
  }

  async close(): Promise<void> {
    const producer = await this.#producer?.catch(() => undefined)
    await producer?.disconnect()
  }

  async #send(command: IncidentCommand, posting: string): Promise<void> {
    this.#producer ??= connected(this.#place.connection)
    const producer = await this.#producer.catch((error: unknown) => {
      this.#producer = undefined
      throw error
    })
    const value = CODECS['incident-command'].encode(command)
    const message = { key: command.eventId, value, partition: 0, headers: { [POSTING]: posting } }
    await producer.send({ topic: this.#place.topic, acks: -1, messages: [message] })
  }

  /** Reads to the end as of now. Commands come from people: a connection is not kept for them. */
  async #readOn(): Promise<void> {
    const reader = new PartitionReader(this.#place.connection)
    try {
      await reader.open([{ topic: this.#place.topic, partition: 0 }], () => 0)
      for (const state of reader.states) state.next = Math.max(state.next, this.#next)
      while (!reader.isAtEnd)
        await reader.poll(POLL_MS, (_, messages) => {
          for (const message of messages) this.#note(message)
        })
    } finally {
      await reader.close()
    }
  }

  #note({ key, headers, offset }: FetchedMessage): void {
    this.#next = Math.max(this.#next, offset + 1)
    const id = key?.toString() ?? ''
    if (!this.#first.has(id)) this.#first.set(id, headers[POSTING] ?? '')
  }
}

const connected = async (connection: Connection): Promise<Producer> => {
  const producer = patientClient(connection).producer({ idempotent: true, maxInFlightRequests: 1 })
  await producer.connect()
  return producer
}

/** One command as the mailbox has it, and the place after it. */
export interface Posted {
  readonly record: Keyed
  readonly next: number
}

/**
 * The side of the producer: hands on each command from a place on, once, until the signal. What is before that place is read
 * too, since one that comes again later is a repeat. Bytes that are no command are handed on as their dead letter.
 */
export const followMailbox = async (
  { connection, topic }: MailboxPlace,
  registry: Registry | null,
  from: number,
  take: (posted: Posted) => Promise<void>,
  signal: AbortSignal,
): Promise<void> => {
  const reader = new PartitionReader(connection)
  const known = new Set<string>()
  try {
    await reader.open([{ topic, partition: 0 }], () => 0)
    while (!signal.aborted) {
      const posted: Posted[] = []
      await reader.poll(
        FOLLOW_MS,
        ({ partition }, messages) => {
          posted.push(...firstOf(messages, known, partition, from))
        },
        { prepare: (_, messages) => registry?.prepare(TOPIC, messages) },
      )
      for (const one of posted) await take(one)
    }
  } finally {
    await reader.close()
  }
}

/** Commands that are none of those known before, from a place on. */
export const firstOf = (
  messages: readonly FetchedMessage[],
  known: Set<string>,
  partition: number,
  from: number,
): Posted[] =>
  messages.flatMap((message) => {
    const id = message.key?.toString() ?? ''
    if (known.has(id)) return []
    known.add(id)
    const { record } = fromMessage(TOPIC, partition, message)
    return message.offset < from ? [] : [{ record, next: message.offset + 1 }]
  })
