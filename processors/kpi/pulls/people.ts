/**
 * Who was active on which days, by the hash of the name: for each person the first day, the last, and the days of the 60
 * before the last as bits. Kept in shards, so that no cell grows with the number of people.
 */

import type { Cells } from '../../processor.ts'
import { hashOf } from '../../tests/names.ts'
import type { Repo } from './cells.ts'

const SHARDS = 64
/** `[hash, first day, last day, days 0..30 before the last as bits, days 31..61]` of each person. */
const FIELDS = 5
const WORD_DAYS = 31
/** People who were silent for so many days are forgotten, and new when they come back. */
const FORGOTTEN_DAYS = 400
const DAY_MS = 86_400_000
/** Days of a month of people. */
const MONTH_DAYS = 30

export type Role = 'authors' | 'reviewers'
export const dayOf = (at: number): number => Math.floor(at / DAY_MS)

/** Accounts that act by themselves, by how they are usually named. Example: `dependabot[bot]` and `k8s-ci-robot`. */
export const isBot = (name: string): boolean => /\[bot\]$|[-_]?(?:bot|robot)$/i.test(name)

/** Notes that somebody was active at an instant; false where that day of theirs was known, and of bots. */
export const notePerson = (
  cells: Cells,
  repo: Repo,
  role: Role,
  name: string | null,
  at: number,
): boolean => {
  if (name === null || isBot(name)) return false
  const hash = hashOf(name)
  const shard = hash % SHARDS
  const cell = `${role}/${shard}`
  const people = (cells.get(cell) as number[] | undefined) ?? []
  if (people.length === 0) repo[role].push(shard)
  const day = dayOf(at)
  let from = 0
  while (from < people.length && people[from] !== hash) from += FIELDS
  if (from === people.length) people.push(hash, day, day, 1, 0)
  else if (!note(people, from, day)) return false
  cells.put(cell, people)
  return true
}

/** Notes a day of the person at a place; false where it was known. */
const note = (people: number[], from: number, day: number): boolean => {
  const first = people[from + 1] ?? day
  const last = people[from + 2] ?? day
  const days = [people[from + 3] ?? 0, people[from + 4] ?? 0]
  const back = Math.max(0, last - day)
  if (day === last || (back > 0 && first <= day && isSet(days, back))) return false
  const moved = day > last ? shifted(days, day - last) : days
  const place = day > last ? 0 : back
  if (place < 2 * WORD_DAYS) set(moved, place)
  people.splice(from + 1, 4, Math.min(first, day), Math.max(last, day), ...moved)
  return true
}

const isSet = (days: readonly number[], back: number): boolean =>
  back < 2 * WORD_DAYS &&
  ((days[Math.floor(back / WORD_DAYS)] ?? 0) & (1 << (back % WORD_DAYS))) !== 0
const set = (days: number[], back: number): void => {
  const word = Math.floor(back / WORD_DAYS)
  days[word] = (days[word] ?? 0) | (1 << (back % WORD_DAYS))
}
/** The days seen from some days later. */
const shifted = (days: readonly number[], by: number): number[] => {
  const moved = [0, 0]
  for (let back = 0; back + by < 2 * WORD_DAYS; back += 1)
    if (isSet(days, back)) set(moved, back + by)
  return moved
}

/** People of the 7 and of the 30 days up to a day, and how they came and went. */
export interface People {
  week: number
  month: number
  newInMonth: number
  monthBefore: number
  /** Of those of the month before, who came again in this one. */
  retained: number
}

/** Counts the people of a role as of a day, which is the last of the windows. */
export const countPeople = (cells: Cells, repo: Repo, role: Role, today: number): People => {
  const counts: People = { week: 0, month: 0, newInMonth: 0, monthBefore: 0, retained: 0 }
  for (const shard of repo[role]) {
    const people = (cells.get(`${role}/${shard}`) as number[] | undefined) ?? []
    for (let from = 0; from < people.length; from += FIELDS) count(people, from, today, counts)
  }
  return counts
}
const count = (people: readonly number[], from: number, today: number, counts: People): void => {
  const [first = 0, last = 0, ...days] = people.slice(from + 1, from + FIELDS)
  const isIn = (newest: number, oldest: number): boolean => {
    for (let back = Math.max(newest, today - last); back <= oldest; back += 1)
      if (isSet(days, back - (today - last))) return true
    return false
  }
  const isNow = isIn(0, MONTH_DAYS - 1)
  const wasBefore = isIn(MONTH_DAYS, 2 * MONTH_DAYS - 1)
  if (isIn(0, 6)) counts.week += 1
  if (isNow) counts.month += 1
  if (isNow && first > today - MONTH_DAYS) counts.newInMonth += 1
  if (wasBefore) counts.monthBefore += 1
  if (isNow && wasBefore) counts.retained += 1
}

/** Forgets those who were silent for long. */
export const forgetPeople = (cells: Cells, repo: Repo, today: number): void => {
  for (const role of ['authors', 'reviewers'] as const)
    repo[role] = repo[role].filter((shard) => {
      const cell = `${role}/${shard}`
      const people = (cells.get(cell) as number[] | undefined) ?? []
      const kept: number[] = []
      for (let from = 0; from < people.length; from += FIELDS)
        if ((people[from + 2] ?? 0) > today - FORGOTTEN_DAYS)
          kept.push(...people.slice(from, from + FIELDS))
      if (kept.length === people.length) return true
      if (kept.length === 0) cells.delete(cell)
      else cells.put(cell, kept)
      return kept.length > 0
    })
}
