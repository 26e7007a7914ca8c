/** How GitHub is told who asks: a token, an app's installation, or nobody. */

import { createSign } from 'node:crypto'
import { SourceError } from '../polling/source-error.ts'
import type { Source } from '../source.ts'

/** Asks for a token of an installation; anything but 201 is an error. */
export type PostJson = (
  url: string,
  headers: Readonly<Record<string, string>>,
) => Promise<{ readonly status: number; readonly body: unknown }>

export interface AppCredentials {
  readonly api: string
  readonly appId: string
  readonly installation: string
  /** PEM. */
  readonly privateKey: string
}
type Authorize = NonNullable<Source['authorize']>

const HEADERS = {
  accept: 'application/vnd.github+json',
  'user-agent': 'stopline',
  'x-github-api-version': '2022-11-28',
}
/** A token is renewed so long before it ends, in milliseconds. */
const MARGIN_MS = 300_000
const LIFE_SECONDS = 540

const encoded = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url')

/** The signed claim of an app to be itself (JWT, RS256), good for nine minutes; a minute back for clocks that differ. */
export const appClaim = (appId: string, privateKey: string, now: number): string => {
  const seconds = Math.floor(now / 1000)
  const head = encoded({ alg: 'RS256', typ: 'JWT' })
  const body = encoded({ iat: seconds - 60, exp: seconds + LIFE_SECONDS, iss: appId })
  const signature = createSign('RSA-SHA256').update(`${head}.${body}`).sign(privateKey)
  return `${head}.${body}.${signature.toString('base64url')}`
}

export const anonymous: Authorize = () => Promise.resolve(HEADERS)

export const withToken = (token: string): Authorize => {
  const headers = { ...HEADERS, authorization: `Bearer ${token}` }
  return () => Promise.resolve(headers)
}

const tokenOf = (body: unknown): { token: string; until: number } => {
  const { token, expires_at: until } = body as { token?: unknown; expires_at?: unknown }
  if (typeof token !== 'string' || typeof until !== 'string')
    throw new SourceError('unauthorised', 'no token of the installation was given')
  return { token, until: Date.parse(until) }
}

/** Asks for a token of the installation when there is none or it is about to end. */
export const asApp = (
  { api, appId, installation, privateKey }: AppCredentials,
  post: PostJson,
  now: () => number,
): Authorize => {
  let held: { token: string; until: number } | undefined
  return async () => {
    if (held === undefined || now() > held.until - MARGIN_MS) {
      const claim = appClaim(appId, privateKey, now())
      const url = `${api.replace(/\/+$/, '')}/app/installations/${encodeURIComponent(installation)}/access_tokens`
      const { status, body } = await post(url, { ...HEADERS, authorization: `Bearer ${claim}` })
      if (status !== 201) throw new SourceError('unauthorised', `the app was answered ${status}`)
      held = tokenOf(body)
    }
    return { ...HEADERS, authorization: `Bearer ${held.token}` }
  }
}
