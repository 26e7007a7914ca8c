/** Which addresses may be asked: those of the configured hosts, and where a host was configured with TLS, with TLS. */

import { SourceError } from './source-error.ts'

/** Throws a SourceError for an address that is not of these. */
export type HostCheck = (url: string) => void

export const originOf = (address: string): string => new URL(address).origin

export const hostCheck = (addresses: readonly string[]): HostCheck => {
  const origins = new Set(addresses.map(originOf))
  return (url) => {
    const parsed = URL.canParse(url) ? new URL(url) : null
    const isClean = parsed?.username === '' && parsed.password === ''
    if (parsed === null || !isClean || !origins.has(parsed.origin))
      throw new SourceError('forbidden-host', `${parsed?.host ?? 'no address'} is not configured`)
  }
}
