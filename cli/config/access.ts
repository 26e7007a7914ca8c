/** The section `access` of the configuration: tokens and their roles, how often may be asked, and from which pages. */

import { createHash } from 'node:crypto'
import type { Access, AccessToken } from '../../api/deps.ts'
import type { FieldTable } from '../../producers/config/fields.ts'
import { isTable, readFields, type Reading } from '../../producers/config/read-fields.ts'

export const ACCESS_FIELDS = {
  per_minute: {
    type: 'number',
    unit: 'requests',
    doc: 'Requests a minute that one token, or one address without tokens, may ask.',
    range: [1, 1_000_000],
    otherwise: 6_000,
  },
  origins: {
    type: 'list',
    doc: 'Other pages that may read answers, as in `https://dash.example.org`. Without any, no other page may.',
    pattern: /^https?:\/\/[^/\s*]+$/,
  },
} as const satisfies FieldTable

export const TOKEN_FIELDS = {
  name: {
    type: 'text',
    doc: 'Whose it is; commands carry it.',
    pattern: /^[a-z][a-z0-9-]{0,40}$/,
  },
  role: {
    type: 'text',
    doc: '`read`, or `operate`: may also take and mute incidents.',
    pattern: /^(?:read|operate)$/,
    otherwise: 'read',
  },
  token: {
    type: 'secret',
    doc: 'The token, at least 24 characters, as from `openssl rand -hex 32`.',
  },
  until: {
    type: 'text',
    doc: 'Day on which it ends, UTC, as in `2027-01-31`. Without it, never.',
    pattern: /^\d{4}-\d{2}-\d{2}$/,
  },
} as const satisfies FieldTable

const LEAST_TOKEN = 24

const readToken = (given: unknown, place: string, outer: Reading): AccessToken[] => {
  if (!isTable(given)) {
    outer.problems.push(`${place} takes a table of keys`)
    return []
  }
  const before = outer.problems.length
  const values = readFields(TOKEN_FIELDS, given, { ...outer, where: `${place}.` })
  const { name, token, until } = values as Record<string, string | null>
  for (const key of ['name', 'token'])
    if (values[key] === null && (given[key] ?? null) === null)
      outer.problems.push(`${place}.${key} is missing`)
  if (typeof token === 'string' && !new RegExp(`^[\\w.~+/=-]{${LEAST_TOKEN},512}$`).test(token))
    outer.problems.push(
      `${place}.token has less than ${LEAST_TOKEN} characters, or others than those of a token`,
    )
  const end = until == null ? null : Date.parse(`${until}T00:00:00Z`)
  if (Number.isNaN(end)) outer.problems.push(`${place}.until is no day`)
  if (outer.problems.length > before) return []
  const sha256 = createHash('sha256')
    .update(token ?? '')
    .digest('hex')
  const role = values['role'] === 'operate' ? 'operate' : 'read'
  return [{ name: name ?? '', role, sha256, until: end }]
}

/** Who may ask what; without tokens everybody may read, and only who sits at the machine may operate. */
export const readAccess = (given: unknown, reading: Reading, now: () => number): Access => {
  const section = given ?? {}
  if (!isTable(section)) {
    reading.problems.push('access takes a table of keys')
    return { tokens: [], perMinute: 1, origins: [], now }
  }
  const { tokens: listed = [], ...rest } = section
  const values = readFields(ACCESS_FIELDS, rest, { ...reading, where: 'access.' })
  if (!Array.isArray(listed)) reading.problems.push('access.tokens takes a list')
  const tokens = (Array.isArray(listed) ? listed : []).flatMap((item: unknown, index) =>
    readToken(item, `access.tokens[${index}]`, reading),
  )
  const names = tokens.map(({ name }) => name)
  for (const [index, name] of names.entries())
    if (names.indexOf(name) < index) reading.problems.push(`access.tokens: two are named ${name}`)
  return {
    tokens,
    perMinute: values['per_minute'] as number,
    origins: values['origins'] as readonly string[],
    now,
  }
}
