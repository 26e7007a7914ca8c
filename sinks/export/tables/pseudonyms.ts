/** Logins as pseudonyms: the same person is the same one in every file made with the same key, and nobody without it. */

import { createHmac } from 'node:crypto'

/** Fields that hold a login, or a list of them. */
const LOGINS: ReadonlySet<string> = new Set(['author', 'actor', 'reviewers', 'assignees'])
/** Fields in which people write names: left out. */
const FREE_TEXT: ReadonlySet<string> = new Set(['title', 'branch'])

/** Example: `ada` with the key `k` is always the same `user-…`; a robot keeps its name, which is no person's. */
export const pseudonymOf = (login: string, key: string): string =>
  login.endsWith('[bot]')
    ? login
    : `user-${createHmac('sha256', key).update(login.toLowerCase()).digest('hex').slice(0, 12)}`

/** The record with every login replaced and free text left out. */
export const pseudonymous = <T extends object>(record: T, key: string): T => {
  const replaced = Object.entries(record).map(([name, value]: [string, unknown]) => {
    if (FREE_TEXT.has(name) && typeof value === 'string') return [name, null] as const
    if (!LOGINS.has(name)) return [name, value] as const
    if (typeof value === 'string') return [name, pseudonymOf(value, key)] as const
    return [
      name,
      Array.isArray(value) ? value.map((each) => pseudonymOf(String(each), key)) : value,
    ] as const
  })
  return Object.fromEntries(replaced) as T
}
