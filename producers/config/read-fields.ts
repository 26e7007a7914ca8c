/** Reads values against a table of fields: types, limits, unknown keys. What is wrong is said with its place, all of it at once. */

import type { Field, FieldTable } from './fields.ts'

/** Where secrets are read from; a test has its own. */
export interface SecretPorts {
  readonly env: (name: string) => string | undefined
  /** Throws where it cannot be read. */
  readonly file: (path: string) => string
  /** What the environment says of a setting; missing where it is not asked. */
  readonly setting?: (name: string) => string | undefined
}
export interface Reading {
  readonly where: string
  readonly ports: SecretPorts
  readonly problems: string[]
}
export type Values = Readonly<Record<string, unknown>>

const UNITS: Readonly<Record<string, number>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
}

/** Milliseconds of `15s`, `5m`, `2h`, `14d`; null for other text. Example: `durationMs('1.5h')` is 5,400,000. */
export const durationMs = (text: string): number | null => {
  const [, amount, unit = ''] = /^(\d{1,9}(?:\.\d{1,3})?)(ms|s|m|h|d)$/.exec(text.trim()) ?? []
  return amount === undefined ? null : Number(amount) * (UNITS[unit] ?? 0)
}

export const isTable = (value: unknown): value is Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** What is wrong with a value, as the end of a sentence; null where nothing is. */
type Check<F extends Field = Field> = (field: F, value: unknown) => string | null

const isHttp = (value: unknown): boolean =>
  typeof value === 'string' && URL.canParse(value) && /^https?:$/.test(new URL(value).protocol)

const text: Check<Extract<Field, { type: 'text' }>> = ({ pattern }, value) => {
  if (typeof value !== 'string' && typeof value !== 'number') return 'takes a text'
  return pattern?.test(String(value)) === false ? `does not look like ${pattern.source}` : null
}
const url: Check = (_field, value) =>
  !isHttp(value)
    ? 'takes an http or https address'
    : new URL(String(value)).username === ''
      ? null
      : 'must not hold credentials: name them as a secret'

const number: Check<Extract<Field, { type: 'number' }>> = ({ range: [low, high], unit }, value) =>
  typeof value === 'number' && value >= low && value <= high
    ? null
    : `takes a number from ${low} to ${high} (${unit})`

const duration: Check<Extract<Field, { type: 'duration' }>> = ({ range: [low, high] }, value) => {
  const ms = typeof value === 'string' ? durationMs(value) : null
  const isInside = ms !== null && ms >= (durationMs(low) ?? 0) && ms <= (durationMs(high) ?? 0)
  return isInside ? null : `takes a duration from ${low} to ${high}, as in 30s or 5m`
}
const list: Check<Extract<Field, { type: 'list' }>> = ({ pattern, least = 0 }, value) => {
  if (!Array.isArray(value) || !value.every((item) => typeof item === 'string'))
    return 'takes a list of texts'
  if (value.length < least) return `takes at least ${least}`
  const odd = value.find((item) => pattern?.test(item) === false)
  return odd === undefined
    ? null
    : `holds '${odd}', which does not look like ${pattern?.source ?? ''}`
}
const secret: Check = (_field, value) => {
  const keys = isTable(value) ? Object.keys(value) : []
  const [key = ''] = keys
  const isPlace = keys.length === 1 && /^(?:env|file)$/.test(key)
  return isPlace && isTable(value) && typeof value[key] === 'string'
    ? null
    : 'names where the secret lies, as in { env: NAME } or { file: PATH }; it is never written here'
}
const flag: Check = (_field, value) => (typeof value === 'boolean' ? null : 'takes true or false')

const CHECKS = { text, url, number, duration, list, secret, flag } as Readonly<
  Record<Field['type'], Check>
>

const readSecret = (
  value: Values,
  { where, ports, problems }: Reading,
  name: string,
): string | null => {
  const { env, file } = value as { env?: string; file?: string }
  try {
    const found = env === undefined ? ports.file(file ?? '') : ports.env(env)
    if (found !== undefined && found.trim() !== '') return found.trim()
    problems.push(`${where}${name}: ${env ?? file ?? ''} is empty or not set`)
  } catch {
    problems.push(`${where}${name}: ${file ?? ''} cannot be read`)
  }
  return null
}

const readField = (field: Field, name: string, given: unknown, reading: Reading): unknown => {
  const otherwise = 'otherwise' in field ? field.otherwise : field.type === 'list' ? [] : null
  const value = given ?? otherwise
  if (value === null) return null
  const wrong = CHECKS[field.type](field, value)
  if (wrong !== null) {
    reading.problems.push(`${reading.where}${name} ${wrong}`)
    return null
  }
  if (field.type === 'duration') return durationMs(value as string)
  if (field.type === 'secret') return readSecret(value as Values, reading, name)
  return field.type === 'text' && typeof value === 'number' ? String(value) : value
}

/** Values of a table of fields, with what is missing put in. What is wrong is added to the problems. */
export const readFields = (fields: FieldTable, given: Values, reading: Reading): Values => {
  for (const key of Object.keys(given))
    if (!Object.hasOwn(fields, key))
      reading.problems.push(
        `${reading.where}${key} is not known; known are ${Object.keys(fields).join(', ')}`,
      )
  return Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      readField(field, name, Object.hasOwn(given, name) ? given[name] : undefined, reading),
    ]),
  )
}
