/** Takes deliveries of GitHub's webhooks: genuine ones, each once, answered when the log has them. */

import { createHmac, timingSafeEqual } from 'node:crypto'
import type { Clock } from '../../runtime/clock.ts'
import { CodedError } from '../../runtime/errors.ts'
import type { Offer } from '../../runtime/ports.ts'
import type { StartLabels } from '../config/job-policies.ts'
import { RefusedPayload, type Note } from '../payload/heard.ts'
import { turnOf, type Turn } from '../payload/turn.ts'
import type { HeardBefore } from '../polling/heard-before.ts'
import { offersOf } from '../polling/offers.ts'
import { openDeliveries, type DeliveryStore } from './deliveries.ts'
import { readDelivery, type Contexts } from './normalize-delivery.ts'
import type { RunContext } from './normalize-run.ts'

/** Workflow runs that are remembered. */
const REMEMBERED = 50_000

interface Delivery {
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>
  /** As it was sent: the signature is of these bytes. */
  readonly body: Buffer
}
interface Taken {
  /** `repeated`: its id or its body was taken before; `ignored`: an event that is not read. */
  readonly result: 'taken' | 'repeated' | 'ignored' | 'refused'
  /** Records it put on the log. */
  readonly records: number
}
export interface WebhookPorts {
  readonly source: string
  readonly secret: string
  readonly clock: Clock
  readonly heard: HeardBefore
  readonly startLabels: StartLabels
  /** Resolves when the offers are on the log. */
  readonly offer: (offers: readonly Offer[]) => Promise<void>
  readonly onNotes: (notes: readonly Note[]) => void
  /** Where what was taken is kept over restarts. */
  readonly store: DeliveryStore
}
export interface Webhook {
  /** Throws a CodedError for what is not genuine or no delivery. */
  readonly take: (delivery: Delivery) => Promise<Taken>
}

/** `sha256=` and the HMAC of the body in hex, compared in constant time. */
const isGenuine = (secret: string, body: Buffer, signature: string): boolean => {
  const expected = Buffer.from(`sha256=${createHmac('sha256', secret).update(body).digest('hex')}`)
  const given = Buffer.from(signature)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

/** The last so many entries; the first ones go first. */
const createRecent = <V>(most: number) => {
  const entries = new Map<string, V>()
  return {
    get: (name: string) => entries.get(name),
    set: (name: string, value: V): void => {
      entries.set(name, value)
      const [oldest] = entries.size > most ? entries.keys() : []
      if (oldest !== undefined) entries.delete(oldest)
    },
  }
}

const parsed = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    throw new CodedError(
      'bad-delivery',
      'the body is no JSON: set the content type application/json',
    )
  }
}

const refusedTurn = (error: unknown, body: Buffer): Turn => {
  if (!(error instanceof RefusedPayload)) throw error
  const { reason, message } = error
  return turnOf({ refused: [{ reason, detail: message, payload: body.toString('utf8') }] })
}

export const createGithubWebhook = (ports: WebhookPorts): Webhook => {
  const { source, secret, clock, heard } = ports
  const contexts: Contexts = createRecent<RunContext>(REMEMBERED)
  const deliveries = openDeliveries(ports.store, clock.now())
  /** What is on its way to the log: a copy of it waits, and is taken where the first was not. */
  const underWay = new Map<string, Promise<unknown>>()

  const read = (event: string, body: Buffer, now: number): Turn | null => {
    try {
      return readDelivery(event, parsed(body), { source, now }, contexts)
    } catch (error) {
      return refusedTurn(error, body)
    }
  }
  const put = async (turn: Turn, now: number): Promise<Taken> => {
    ports.onNotes(turn.notes)
    const offers = offersOf(source, turn, now, heard, ports.startLabels)
    if (offers.length > 0) await ports.offer(offers)
    return { result: turn.refused.length > 0 ? 'refused' : 'taken', records: offers.length }
  }

  const takeNew = async (event: string, id: string, signature: string, body: Buffer) => {
    const now = clock.now()
    const turn = read(event, body, now)
    const taken: Taken = turn === null ? { result: 'ignored', records: 0 } : await put(turn, now)
    await deliveries.add(id, signature, now)
    return taken
  }

  return {
    take: async ({ headers, body }) => {
      const signature = headers['x-hub-signature-256'] ?? ''
      if (!isGenuine(secret, body, signature))
        throw new CodedError('bad-signature', 'x-hub-signature-256 is not of this body')
      const { 'x-github-event': event = '', 'x-github-delivery': id = '' } = headers
      if (event === '' || id === '' || id.length > 100)
        throw new CodedError('bad-delivery', 'x-github-event or x-github-delivery is missing')
      while (underWay.has(signature)) await underWay.get(signature)?.catch(() => undefined)
      if (deliveries.has(id, signature)) return { result: 'repeated', records: 0 }
      const taking = takeNew(event, id, signature, body)
      underWay.set(signature, taking)
      try {
        return await taking
      } finally {
        underWay.delete(signature)
      }
    },
  }
}
