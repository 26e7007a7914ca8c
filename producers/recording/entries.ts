/**
 * A recording of one source: what it was asked and answered, and the instants its rounds and turns had, a line of JSON each,
 * in the order they happened. Several requests may be under way at once; `id` tells their lines apart.
 */

export interface Failure {
  readonly reason: string
  readonly detail: string
}

/** Bodies are written piece by piece as they are read, as latin1 text, which any bytes survive. */
export type Entry =
  | { readonly t: 'start'; readonly version: 1; readonly source: string; readonly cursor: string }
  | { readonly t: 'round'; readonly at: number }
  | { readonly t: 'turn'; readonly at: number }
  /** With why it broke off, where it did. */
  | { readonly t: 'end'; readonly at: number; readonly failure?: Failure }
  | {
      readonly t: 'ask'
      readonly id: number
      readonly at: number
      readonly url: string
      /** Headers that change the answer. */
      readonly headers: Readonly<Record<string, string>>
    }
  | {
      readonly t: 'answer'
      readonly id: number
      readonly at: number
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
    }
  | { readonly t: 'body'; readonly id: number; readonly latin1: string }
  | { readonly t: 'done'; readonly id: number }
  /** No answer, or a body that broke off. */
  | {
      readonly t: 'failed'
      readonly id: number
      readonly at: number
      readonly reason: string
      readonly detail: string
    }

/** Headers of answers that say how to go on. Cookies, and whatever else a server sends, are not kept. */
const KEPT: ReadonlySet<string> = new Set([
  'content-type',
  'content-range',
  'date',
  'etag',
  'last-modified',
  'link',
  'location',
  'retry-after',
  'x-next-page',
])
export const keptHeaders = (
  headers: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).filter(([name]) => KEPT.has(name) || name.startsWith('x-ratelimit-')),
  )

const SECRET = /(?:token|secret|key|password|signature|auth|credential)/i

/** An address without what may be a secret in its query. */
export const withoutSecrets = (url: string): string => {
  if (!URL.canParse(url)) return ''
  const parsed = new URL(url)
  for (const name of [...parsed.searchParams.keys()])
    if (SECRET.test(name) && name !== 'pageToken') parsed.searchParams.set(name, 'left-out')
  return parsed.href
}
