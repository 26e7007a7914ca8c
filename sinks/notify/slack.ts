/**
 * Slack: one message per incident, changed as it changes; that it is over is also said below it, so that whoever follows
 * the thread hears of it. Slack takes no idempotency key: a crash between its answer and our saving it posts a second one.
 */

import type { HttpClient } from '../../runtime/http.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Incident } from '../../schemas/events.ts'
import { deliveryOf, unanswered, type Delivery, type Notice, type Receiver } from './receiver.ts'
import { facts, headline, stateWord } from './words.ts'

const TIMEOUT_MS = 10_000
const MAX_ANSWER_BYTES = 256 * 1024
const MOST_TEXT = 2_900
/** Errors that somebody mends: what waits is kept. */
const FOR_PEOPLE: ReadonlySet<string> = new Set([
  ...['invalid_auth', 'not_authed', 'token_expired', 'token_revoked', 'account_inactive'],
  ...['ratelimited', 'internal_error', 'service_unavailable', 'fatal_error', 'request_timeout'],
])

export interface SlackConfig extends Pick<Receiver, 'name' | 'filter' | 'pace'> {
  readonly api: string
  readonly token: string
  readonly channel: string
  readonly timeoutMs?: number
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')

/** Blocks of a message: what is wrong, its state, what is known of it. */
const blocksOf = (incident: Incident): readonly object[] => [
  {
    type: 'section',
    text: { type: 'mrkdwn', text: `*${escaped(headline(incident)).slice(0, MOST_TEXT)}*` },
  },
  {
    type: 'section',
    text: {
      type: 'mrkdwn',
      text: facts(incident)
        .map(([name, text]) => `*${name}* ${escaped(text)}`)
        .join('\n')
        .slice(0, MOST_TEXT),
    },
  },
  { type: 'context', elements: [{ type: 'plain_text', text: stateWord(incident).slice(0, 200) }] },
]

interface Answer {
  readonly ok?: boolean
  readonly error?: string
  readonly ts?: string
  readonly channel?: string
}
type Call = (method: string, body: object) => Promise<Delivery & { readonly answer?: Answer }>

const answerOf = (body: Buffer): Answer => {
  try {
    return JSON.parse(body.toString('utf8')) as Answer
  } catch {
    return { ok: false, error: 'an answer that is no JSON' }
  }
}

const callerOf =
  (
    { api, token, timeoutMs = TIMEOUT_MS }: SlackConfig,
    http: HttpClient,
    clock: Clock,
    signal: AbortSignal,
  ): Call =>
  async (method, body) => {
    try {
      const response = await http.send({
        method: 'POST',
        url: `${api.replace(/\/+$/, '')}/${method}`,
        headers: {
          authorization: `Bearer ${token}`,
          'content-type': 'application/json; charset=utf-8',
        },
        body: JSON.stringify(body),
        ...{ timeoutMs, maxBytes: MAX_ANSWER_BYTES, signal },
      })
      const delivery = deliveryOf(response, clock.now())
      if (delivery.kind !== 'delivered') return delivery
      const answer = answerOf(response.body)
      if (answer.ok === true) return { ...delivery, answer }
      const error = answer.error ?? 'unknown'
      const why = `Slack answered ${error}`
      return FOR_PEOPLE.has(error)
        ? { kind: 'again', why, answer }
        : { kind: 'refused', why, answer }
    } catch (error) {
      return unanswered(error)
    }
  }

/** The message of an incident, new or changed; the thread is `channel ts`. */
const tell = async (config: SlackConfig, call: Call, notice: Notice): Promise<Delivery> => {
  const { incident, thread } = notice
  const message = {
    text: escaped(headline(incident)),
    blocks: blocksOf(incident),
    unfurl_links: false,
  }
  const [channel = config.channel, ts] = thread?.split(' ') ?? []
  if (ts !== undefined) {
    const changed = await call('chat.update', { ...message, channel, ts })
    if (changed.answer?.error !== 'message_not_found')
      return changed.kind === 'delivered'
        ? { kind: 'delivered', thread: `${channel} ${ts}` }
        : changed
  }
  const posted = await call('chat.postMessage', { ...message, channel: config.channel })
  const { answer } = posted
  return posted.kind !== 'delivered' || answer?.ts === undefined
    ? posted
    : { kind: 'delivered', thread: `${answer.channel ?? config.channel} ${answer.ts}` }
}

export const createSlack = (
  config: SlackConfig,
  { http, clock }: { readonly http: HttpClient; readonly clock: Clock },
): Receiver => ({
  ...{ name: config.name, filter: config.filter, pace: { ...config.pace, digestMs: 0 } },
  isPlain: false,
  send: async (notices, signal) => {
    const call = callerOf(config, http, clock, signal)
    let last: Delivery = { kind: 'delivered' }
    for (const notice of notices) {
      last = await tell(config, call, notice)
      if (last.kind !== 'delivered') return last
      // Below a message that was there before: whoever reads it saw it open.
      if (notice.incident.state === 'closed' && notice.thread !== null) {
        const [channel, ts] = notice.thread.split(' ')
        const text = `Closed: ${escaped(notice.incident.verdict ?? 'it is over')}`
        const said = await call('chat.postMessage', { channel, thread_ts: ts, text })
        if (said.kind === 'again') return said
      }
    }
    return last
  },
})
