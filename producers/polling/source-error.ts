/** Why a source could not be heard. Each ends a round; the next one tries again. */

/** THE table of what can keep a source from being heard. */
export const SOURCE_FAILURES = {
  unreachable: 'It cannot be reached, or broke off: check address and network.',
  timeout: 'It fell silent or sends too slowly.',
  'too-large': 'An answer is over its limit.',
  unexpected: 'It answers, but not with what was asked for: check the address.',
  unauthorised: 'It does not accept the credentials: check the token and its rights.',
  throttled: 'It asked for fewer requests: it is asked again when it said so.',
  'quota-spent': 'The quota of requests is spent: it is asked again when that is renewed.',
  'circuit-open': 'It failed several times in a row and is left alone for a while.',
  'forbidden-host': 'An address outside the configured hosts was to be asked; it was not.',
  'not-recorded': 'The recording holds no answer to this request.',
  internal: 'What it said could not be worked on: this is a fault of Stopline; please report it.',
} as const

export type SourceFailure = keyof typeof SOURCE_FAILURES

/** Reasons that concern one host: where a source has another one, that may be well. */
const OF_ONE_HOST: ReadonlySet<SourceFailure> = new Set([
  'unreachable',
  'timeout',
  'throttled',
  'circuit-open',
])

/** True for what keeps one host of a source from being heard, and says nothing of its others. */
export const isOfOneHost = (error: unknown): error is SourceError =>
  error instanceof SourceError && OF_ONE_HOST.has(error.reason)

export class SourceError extends Error {
  override name = 'SourceError'
  readonly reason: SourceFailure
  /** Not to be asked before this instant, in milliseconds since the epoch; null where nothing is known. */
  readonly retryAt: number | null
  constructor(reason: SourceFailure, detail: string, retryAt: number | null = null) {
    super(detail)
    this.reason = reason
    this.retryAt = retryAt
  }
}
