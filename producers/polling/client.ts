/** What a source asks with: only configured hosts, within its quota, again after a while where that helps, changes only. */

import type { Asking, Get } from '../payload/reach.ts'
import { createAttempts } from './attempts.ts'
import { hostCheck } from './hosts.ts'
import { createKeptAnswers } from './kept-answers.ts'
import { createQuota, type QuotaUse, type Sent } from './quota.ts'
import { SourceError } from './source-error.ts'
import type { Pace, Wire, WireAnswer } from './wire.ts'

const MAX_REDIRECTS = 3
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 307, 308])

export interface ClientOptions {
  readonly addresses: readonly string[]
  /** Requests of an hour at most; null leaves it to what the source says. */
  readonly requestsPerHour: number | null
  /** What an earlier process sent, to be counted with it. */
  readonly sentBefore?: Sent
  readonly wire: Wire
  readonly pace: Pace
  readonly signal: AbortSignal
}
export interface Client {
  readonly get: Get
  /** Lets go of what was asked for and not read to its end. */
  readonly rest: () => void
  readonly quota: () => QuotaUse
  readonly sent: () => Sent
}

/** `range: bytes=5-14` for 10 bytes from 5 on; null where all is wanted. */
const rangeOf = ({ from, length }: Asking): Record<string, string> | null => {
  if (from === undefined && length === undefined) return null
  const first = from ?? 0
  const last = length === undefined ? '' : first + length - 1
  // A part of a packed body is no packed body.
  return { range: `bytes=${first}-${last}`, 'accept-encoding': 'identity' }
}

/** Bodies that are not read to their end yet. */
const createUnread = () => {
  const unread = new Set<WireAnswer>()
  async function* passed(answer: WireAnswer): AsyncGenerator<Uint8Array> {
    try {
      yield* answer.body
    } finally {
      unread.delete(answer)
    }
  }
  return {
    watched: (answer: WireAnswer): WireAnswer => {
      unread.add(answer)
      return { ...answer, body: passed(answer) }
    },
    dropAll: (): void => {
      for (const { discard } of unread) discard()
      unread.clear()
    },
  }
}

export const createClient = (options: ClientOptions): Client => {
  const { addresses, requestsPerHour, sentBefore, ...ports } = options
  const check = hostCheck(addresses)
  const quota = createQuota(requestsPerHour, sentBefore)
  const attempts = createAttempts({ ...ports, quota })
  const kept = createKeptAnswers()
  const unread = createUnread()

  const follow = async (url: string, asking: Asking, redirects: number): ReturnType<Get> => {
    check(url)
    const range = rangeOf(asking)
    const isKept = range === null && asking.isOnce !== true
    const conditions = isKept ? kept.conditions(url) : {}
    const headers = range ?? { 'accept-encoding': 'gzip', ...conditions }
    const answer = await attempts(url, headers, asking)
    const to = REDIRECTS.has(answer.status) ? answer.headers['location'] : undefined
    if (to === undefined && answer.status !== 401) {
      const watched = unread.watched(answer)
      return isKept ? kept.resolve(url, watched) : watched
    }
    answer.discard()
    if (to === undefined) throw new SourceError('unauthorised', 'it answered 401')
    if (redirects === MAX_REDIRECTS)
      throw new SourceError('unexpected', `more than ${MAX_REDIRECTS} redirects`)
    return follow(URL.canParse(to, url) ? new URL(to, url).href : '', asking, redirects + 1)
  }
  return {
    get: (url, asking = {}) => follow(url, asking, 0),
    rest: unread.dropAll,
    quota: quota.use,
    sent: quota.sent,
  }
}
