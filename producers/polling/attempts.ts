/** Asks again, after a while, where that may help: no answer, one that says the fault is theirs, or one that asks for patience. */

import type { Answer, Asking } from '../payload/reach.ts'
import { createBreaker, type Breaker } from './breaker.ts'
import type { Quota } from './quota.ts'
import { rateLimit, retryAfter } from './retry-after.ts'
import { SourceError } from './source-error.ts'
import type { Pace, Wire, WireAnswer } from './wire.ts'

const ATTEMPTS = 4
const FIRST_WAIT_MS = 1_000
/** Longer waits end the round; the source is asked again when they are over. */
const LONGEST_WAIT_MS = 30_000

export interface AttemptPorts {
  readonly wire: Wire
  readonly pace: Pace
  readonly quota: Quota
  readonly signal: AbortSignal
}
export type Attempts = (
  url: string,
  headers: Readonly<Record<string, string>>,
  asking: Asking,
) => Promise<WireAnswer>

/** What one attempt came to: an answer to hand on, or why not and when to ask again (null: when we like). */
type Came =
  | { readonly answer: WireAnswer }
  | { readonly error: SourceError; readonly at: number | null; readonly isTheirs: boolean }

/** Instant until which the source asked for patience; null where it did not. */
const patience = ({ status, headers }: Answer, now: number): number | null => {
  const told = retryAfter(headers, now)
  const limit = rateLimit(headers, now)
  const spent = limit?.remaining === 0 ? limit.resetAt : null
  if (status === 429) return told ?? spent ?? now + FIRST_WAIT_MS
  return status === 403 ? (told ?? spent) : null
}

const cameOf = (answer: WireAnswer, now: number, isLast: boolean): Came => {
  const at = patience(answer, now)
  const error = new SourceError(
    at === null ? 'unexpected' : 'throttled',
    `it answered ${answer.status}`,
    at,
  )
  if (at !== null) return { error, at, isTheirs: false }
  // After the last attempt a failure is an answer: it may concern one file alone.
  if (answer.status < 500 || isLast) return { answer }
  return { error, at: retryAfter(answer.headers, now), isTheirs: true }
}

const canHelp = ({ reason }: SourceError): boolean =>
  reason === 'unreachable' || reason === 'timeout'

/** Doubles with each attempt, and differs from process to process. */
const backoffMs = (attempt: number, random: number): number =>
  Math.min(FIRST_WAIT_MS * 2 ** attempt, LONGEST_WAIT_MS) * (0.5 + random / 2)

/** What is known of one host of a source: another one may be well while it is not. */
interface Host {
  readonly breaker: Breaker
  blockedUntil: number
}

export const createAttempts = (ports: AttemptPorts): Attempts => {
  const { wire, pace, quota, signal } = ports
  const hosts = new Map<string, Host>()
  const hostOf = (url: string): Host => {
    const { origin } = new URL(url)
    const known = hosts.get(origin) ?? { breaker: createBreaker(), blockedUntil: 0 }
    hosts.set(origin, known)
    return known
  }

  const once = async (
    url: string,
    headers: Readonly<Record<string, string>>,
    { blockedUntil }: Host,
    { isUrgent = false }: Asking,
    isLast: boolean,
  ): Promise<Came> => {
    const now = pace.now()
    if (now < blockedUntil)
      throw new SourceError('throttled', 'it asked for patience', blockedUntil)
    quota.take(isUrgent, now)
    let told: Answer['headers'] | null = null
    try {
      const answer = await wire({ url, headers })
      told = answer.headers
      const came = cameOf(answer, pace.now(), isLast)
      if ('error' in came) answer.discard()
      return came
    } catch (error) {
      if (!(error instanceof SourceError) || !canHelp(error)) throw error
      return { error, at: null, isTheirs: true }
    } finally {
      quota.answered(told, pace.now())
    }
  }

  return async (url, headers, asking) => {
    const host = hostOf(url)
    const { breaker } = host
    breaker.check(pace.now())
    for (let count = 0; ; count += 1) {
      const isLast = count === ATTEMPTS - 1
      const came = await once(url, headers, host, asking, isLast)
      const now = pace.now()
      if ('answer' in came) {
        if (came.answer.status >= 500) breaker.failed(now)
        else breaker.succeeded()
        return came.answer
      }
      if (!came.isTheirs) host.blockedUntil = came.at ?? 0
      const at = came.at ?? now + backoffMs(count, pace.random())
      if (isLast || at - now > LONGEST_WAIT_MS) {
        if (came.isTheirs) breaker.failed(now)
        throw came.error
      }
      await pace.sleep(at - now, signal)
      if (signal.aborted) throw new DOMException('told to stop', 'AbortError')
    }
  }
}
