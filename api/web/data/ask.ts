/** Asking the API. */

import { noteStatus } from './status.ts'

/** Every answer of the API. Times are epoch milliseconds. */
export interface Answer<T> {
  readonly asOf: number
  readonly lagMs: number
  readonly simulated: boolean
  readonly data: T
  readonly next?: string | null
}

/** An answer that is none, with what the API says to do about it (problem+json). */
export class AskError extends Error {
  readonly status: number
  constructor(status: number, message: string) {
    super(message)
    this.status = status
  }
}

/** Gets one answer; with a body it is posted. Throws AskError where the API refuses or cannot be reached. */
export const ask = async <T>(
  path: string,
  signal?: AbortSignal,
  body?: object,
): Promise<Answer<T>> => {
  const posted =
    body === undefined
      ? { headers: { accept: 'application/json' } }
      : {
          method: 'POST',
          headers: { accept: 'application/json', 'content-type': 'application/json' },
          body: JSON.stringify(body),
        }
  const response = await fetch(path, { ...posted, ...(signal ? { signal } : {}) }).catch(
    (cause: unknown) => {
      if (signal?.aborted === true) throw cause
      throw new AskError(0, 'The API cannot be reached. Is stopline still running?')
    },
  )
  if (!response.ok) throw new AskError(response.status, await problemOf(response))
  const answer = { ...((await response.json()) as Answer<T>), ...statusOf(response.headers) }
  noteStatus(answer)
  return answer
}

/** The headers are newer than the body where the browser took the body from its cache (304). */
const statusOf = (headers: Headers): { asOf: number; lagMs: number; simulated: boolean } => ({
  asOf: Number(headers.get('stopline-as-of')),
  lagMs: Number(headers.get('stopline-lag-ms')),
  simulated: headers.get('stopline-simulated') === 'true',
})

/** Every page of a list, up to `limit` rows. */
export const askAll = async <T>(
  path: string,
  limit: number,
  signal?: AbortSignal,
): Promise<Answer<readonly T[]>> => {
  let answer = await ask<readonly T[]>(path, signal)
  const rows = [...answer.data]
  while (typeof answer.next === 'string' && rows.length < limit) {
    const join = path.includes('?') ? '&' : '?'
    answer = await ask<readonly T[]>(
      `${path}${join}cursor=${encodeURIComponent(answer.next)}`,
      signal,
    )
    rows.push(...answer.data)
  }
  return { ...answer, data: rows }
}

const problemOf = async (response: Response): Promise<string> => {
  try {
    const problem = (await response.json()) as { title?: string; detail?: string }
    return problem.detail ?? problem.title ?? response.statusText
  } catch {
    return `${response.status} ${response.statusText}`
  }
}
