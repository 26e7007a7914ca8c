/** Times in payloads, each in the unit its source uses. One that cannot be is noted and counts as not told. */

import { parseInstant } from '../archive/instant.ts'
import type { Note } from './heard.ts'
import { numberAt, textAt, type Json } from './json.ts'

const FIRST = Date.UTC(2000, 0, 1)
const DAY_MS = 86_400_000

const MAX_LENGTH_MS = 60 * DAY_MS

/** A length of time in milliseconds, of a value in a unit; null where it is none, or longer than 60 days. */
export const lengthMs = (value: number | null, unitMs: number): number | null => {
  const ms = value === null ? -1 : value * unitMs
  return ms >= 0 && ms <= MAX_LENGTH_MS ? Math.round(ms) : null
}

/** Reads the times of one payload, heard at `now`; more than a day after that is absurd. */
export interface Times {
  readonly iso: (json: Json, ...path: readonly string[]) => number | null
  readonly seconds: (json: Json, ...path: readonly string[]) => number | null
  readonly millis: (json: Json, ...path: readonly string[]) => number | null
}

export const timesOf = (now: number, notes: Note[]): Times => {
  const absurd = (detail: string): null => {
    notes.push({ oddity: 'absurd-time', detail })
    return null
  }
  const checked = (at: number, field: string): number | null =>
    at >= FIRST && at <= now + DAY_MS ? Math.round(at) : absurd(`${field} is ${at} ms`)
  const scaled =
    (unitMs: number) =>
    (json: Json, ...path: readonly string[]): number | null => {
      const value = numberAt(json, ...path)
      return value === null || value === 0 ? null : checked(value * unitMs, path.join('.'))
    }
  return {
    iso: (json, ...path) => {
      const text = textAt(json, ...path)
      // Go writes a time that was never set as its year one.
      if (text === null || text.startsWith('0001-01-01T')) return null
      try {
        return checked(parseInstant(text, path.join('.')) ?? 0, path.join('.'))
      } catch (error) {
        return absurd(error instanceof Error ? error.message : path.join('.'))
      }
    },
    seconds: scaled(1000),
    millis: scaled(1),
  }
}
