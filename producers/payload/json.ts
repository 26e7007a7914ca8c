/** Reading parsed JSON that others wrote: nothing is believed to be there, or of its type. */

import { RefusedPayload } from './heard.ts'

export type Json = Readonly<Record<string, unknown>>

const NOTHING: Json = {}

export const isJson = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const valueAt = (json: Json, path: readonly string[]): unknown => {
  let value: unknown = json
  for (const name of path) {
    if (!isJson(value) || !Object.hasOwn(value, name)) return undefined
    value = value[name]
  }
  return value
}

/** The object at a path; an empty one where there is none. */
export const jsonAt = (json: Json, ...path: readonly string[]): Json => {
  const value = valueAt(json, path)
  return isJson(value) ? value : NOTHING
}

/** No text that is read is longer; what is beyond is cut off. */
const MAX_TEXT = 4000

/** The text at a path; null where it is absent, empty or no text. */
export const textAt = (json: Json, ...path: readonly string[]): string | null => {
  const value = valueAt(json, path)
  return typeof value === 'string' && value !== '' ? value.slice(0, MAX_TEXT) : null
}

/** The finite number at a path, also where it is written as text (64-bit numbers are); null where there is none. */
export const numberAt = (json: Json, ...path: readonly string[]): number | null => {
  const value = valueAt(json, path)
  if (typeof value === 'number') return Number.isFinite(value) ? value : null
  return typeof value === 'string' && /^-?\d{1,16}(\.\d+)?$/.test(value) ? Number(value) : null
}

/** True or false at a path; null where it is neither. */
export const flagAt = (json: Json, ...path: readonly string[]): boolean | null => {
  const value = valueAt(json, path)
  return typeof value === 'boolean' ? value : null
}

/** The items at a path; none where it is no list. */
export const listAt = (json: Json, ...path: readonly string[]): readonly unknown[] => {
  const value = valueAt(json, path)
  return Array.isArray(value) ? value : []
}

/** The objects in the list at a path; other items are left out. */
export const jsonsAt = (json: Json, ...path: readonly string[]): Json[] =>
  listAt(json, ...path).filter(isJson)

/** A name or id: a text or whole number of at most 1,000 characters. Throws {@link RefusedPayload} where it is missing. */
export const nameAt = (json: Json, ...path: readonly string[]): string => {
  const value = valueAt(json, path)
  const name = typeof value === 'number' && Number.isSafeInteger(value) ? String(value) : value
  if (typeof name !== 'string' || name === '')
    throw new RefusedPayload('missing-field', `${path.join('.')} is missing`)
  if (name.length > 1000)
    throw new RefusedPayload('bad-field', `${path.join('.')} is over 1,000 characters`)
  return name
}

/** A name as a key of plain data: names that every object has, such as `constructor`, are set apart. */
export const keyOf = (name: string): string => (name in Object.prototype ? `.${name}` : name)

/** A payload that must be an object. Throws {@link RefusedPayload}. */
export const jsonOf = (value: unknown): Json => {
  if (isJson(value)) return value
  throw new RefusedPayload('not-an-object', `a ${value === null ? 'null' : typeof value} was sent`)
}
