/** What messages of one failure have in common: their text without what differs from run to run. */

import { hashOf } from './names.ts'

/** What varies, in order: ids, addresses and hashes, random ends of names, times, durations, numbers. */
const VARYING: readonly (readonly [RegExp, string])[] = [
  [/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '#'],
  [/\b0x[0-9a-f]+\b/gi, '#'],
  [/\b(?=[a-f]*\d)[0-9a-f]{7,64}\b/gi, '#'],
  [/\b([a-z]+(?:-[a-z]+)*)-(?=[a-z]*\d)[a-z0-9]{5,10}\b/gi, '$1-#'],
  [/\b\d{4}-\d\d-\d\d(?:[T ][\d:.,]+Z?)?/g, '#'],
  [/\b(?:\d+(?:\.\d+)?(?:[mnuµ]s|[smhd]))+\b/g, '#'],
  [/\d+(?:[.:,]\d+)*/g, '#'],
  [/\s+/g, ' '],
]
const READ = 400
const SHOWN = 160

/** The part of a message that stays the same. Example: `timed out after 3m12s on pod web-7f9c4` is `timed out after # on pod web-#`. */
export const steadyText = (message: string): string => {
  let text = message.slice(0, READ)
  for (const [pattern, by] of VARYING) text = text.replace(pattern, by)
  return text.trim()
}

export interface Fingerprint {
  readonly hash: number
  readonly text: string
}

/** Fingerprint of a message; null where it says nothing. */
export const fingerprintOf = (message: string | null): Fingerprint | null => {
  if (message === null) return null
  const steady = steadyText(message)
  return steady === '' ? null : { hash: hashOf(steady), text: message.trim().slice(0, SHOWN) }
}

/** As it is written in records. Example: 255 is `0000000007v`, eleven digits in base 32. */
export const fingerprintText = (hash: number): string => hash.toString(32).padStart(11, '0')
