/** Ways to stop a run at its source, one per kind. Each can say how the run is, so that none is stopped twice. */

import type { HttpClient } from '../../runtime/http.ts'
import type { Run } from '../../schemas/events.ts'

export type Reached =
  /** The source has taken it. */
  | { readonly kind: 'done' }
  /** It was over, or is about to be. */
  | { readonly kind: 'moot'; readonly why: string }
  /** Perhaps later. */
  | { readonly kind: 'again'; readonly why: string }
  /** Never. */
  | { readonly kind: 'failed'; readonly why: string }
export type RunState = 'running' | 'stopped' | 'over' | 'unknown'

export interface Target {
  readonly kind: 'prow-abort' | 'github-cancel'
  readonly source: string
  /** True where a stop ends all runs of the run's group. */
  readonly endsGroup: boolean
  /** What cannot be stopped for want of a name; null where it can. */
  readonly missing: (run: Run) => string | null
  readonly stateOf: (run: Run, signal: AbortSignal) => Promise<RunState>
  readonly stop: (run: Run, signal: AbortSignal) => Promise<Reached>
}
export interface TargetConfig {
  readonly source: string
  readonly address: string
  readonly token: string
}
export interface TargetPorts {
  readonly http: HttpClient
}

const TIMEOUT_MS = 15_000
const MAX_ANSWER_BYTES = 2 ** 20

/** Status and text of an answer; null where none came. */
export const asked = async (
  { http }: TargetPorts,
  { token }: TargetConfig,
  method: 'GET' | 'POST',
  url: string,
  signal: AbortSignal,
): Promise<{ readonly status: number; readonly text: string } | null> => {
  const headers = { authorization: `Bearer ${token}`, 'user-agent': 'stopline' }
  const limits = { timeoutMs: TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES, signal }
  try {
    const { status, body } = await http.send({ method, url, headers, ...limits })
    return { status, text: body.toString('utf8') }
  } catch (error) {
    if (signal.aborted) throw error
    return null
  }
}
/** What a request to stop comes to. */
export const reachedBy = (answer: { readonly status: number } | null): Reached => {
  if (answer === null) return { kind: 'again', why: 'the source gave no answer' }
  const { status } = answer
  const why = `the source answered ${status}`
  if (status >= 200 && status < 300) return { kind: 'done' }
  if (status === 409) return { kind: 'moot', why }
  return status >= 500 || status === 429 || status === 408
    ? { kind: 'again', why }
    : { kind: 'failed', why }
}
