/** Times of an archive: ISO 8601 with a zone, to milliseconds since the epoch. */

import { RefusedRow } from './problems.ts'

const ISO =
  /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?(Z|[+-]\d\d:?\d\d)$/i
const FIRST_YEAR = 2000
const LAST_YEAR = 2100
const MINUTE_MS = 60_000

const zoneMs = (zone: string): number => {
  if (zone.toUpperCase() === 'Z') return 0
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2))
  return (zone.startsWith('-') ? -minutes : minutes) * MINUTE_MS
}

/** Why a text is no time: numbers and years far away are named for what they probably are. */
const refusalOf = (text: string, column: string): RefusedRow => {
  if (/^[+-]?\d+([.,]\d+)?$/.test(text)) {
    const unit = Math.abs(Number(text.replace(',', '.'))) >= 1e11 ? 'milliseconds' : 'seconds'
    return new RefusedRow(
      'number-for-time',
      `${column} is the number ${text.slice(0, 40)}, probably ${unit} since 1970`,
    )
  }
  if (/^[+-]?\d{5,}-\d\d-\d\d/.test(text))
    return new RefusedRow(
      'absurd-time',
      `${column} ${text.slice(0, 40)} has an absurd year: milliseconds were probably read as seconds`,
    )
  const hint = /^\d{4}-\d\d-\d\d[T ]\d\d:\d\d[:.\d]*$/.test(text) ? '; its zone is missing' : ''
  return new RefusedRow(
    'bad-time',
    `${column} ${JSON.stringify(text.slice(0, 40))} is not a time${hint}`,
  )
}

/**
 * Milliseconds since the epoch of an ISO 8601 time, null where the text is empty. Throws {@link RefusedRow} that names
 * the column. Example: `parseInstant('2026-07-16T06:00:53Z', 'started_at')` is 1784181653000.
 */
export const parseInstant = (text: string, column: string): number | null => {
  if (text === '') return null
  const match = ISO.exec(text)
  if (match === null) throw refusalOf(text, column)
  const [, year, month, day, hour, minute, second = '0', fraction = '0', zone = 'Z'] = match
  const ms = Math.floor(Number(`0.${fraction}`) * 1000 + 1e-6)
  const local = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    ms,
  )
  if (new Date(local).getUTCDate() !== Number(day) || Number(minute) > 59 || Number(second) > 60)
    throw new RefusedRow('bad-time', `${column} ${text} is not in the calendar`)
  if (Number(year) < FIRST_YEAR || Number(year) > LAST_YEAR)
    throw new RefusedRow(
      'absurd-time',
      `${column} ${text} lies outside ${FIRST_YEAR} to ${LAST_YEAR}: seconds and milliseconds were probably mixed up`,
    )
  return local - zoneMs(zone)
}
