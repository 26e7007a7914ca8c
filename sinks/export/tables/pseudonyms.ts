/** Logins as pseudonyms: the same person is the same one in every file made with the same key, and nobody without it. */

import { createHmac } from 'node:crypto'
import type { RecordOf, TopicName } from '../../../schemas/topics.ts'
import { columnsOf } from './columns.ts'

/** Fields that name people, or a list of them, however deep they lie. Owners of jobs and tests are teams: they stay. */
export const PEOPLE: ReadonlySet<string> = new Set([
  ...['author', 'actor', 'reviewers', 'assignees'],
  ...['by', 'ackedBy', 'mutedBy'],
])
/** What people write, and so may name others: left out where it need not be there. A title that must be there is ours. */
const FREE_TEXT: ReadonlySet<string> = new Set(['title', 'branch'])

/** Topics in whose sentences, or raw bytes, people and branches are named: nothing can be replaced there. */
const TELLING: ReadonlySet<TopicName> = new Set([
  ...(['ci.incidents.v1', 'ci.incident-steps.v1', 'ci.incident-commands.v1'] as const),
  ...(['ci.symptoms.v1', 'ci.dead-letters.v1'] as const),
])
/** The first of the topics that cannot be told with pseudonyms. */
export const tellingTopic = (topics: readonly TopicName[]): TopicName | undefined =>
  topics.find((topic) => TELLING.has(topic))

/** True of the KPIs of a branch: its name is what they are about. */
export const isOfBranch = (record: object): boolean =>
  (record as { dimension?: unknown }).dimension === 'branch'

/** Example: `ada` with the key `k` is always the same `user-…`; a robot keeps its name, which is no person's. */
export const pseudonymOf = (login: string, key: string): string =>
  login.endsWith('[bot]')
    ? login
    : `user-${createHmac('sha256', key).update(login.toLowerCase()).digest('hex').slice(0, 12)}`

/** By this a key is known again, and not told. */
export const keyMarkOf = (key: string): string =>
  createHmac('sha256', key).update('stopline export').digest('hex').slice(0, 12)

/** The record with everybody replaced and free text left out. */
export const pseudonymous = <T extends TopicName>(
  topic: T,
  record: RecordOf<T>,
  key: string,
): RecordOf<T> => {
  const replaced = { ...(within(record, key) as Record<string, unknown>) }
  for (const name of leftOutOf(topic)) replaced[name] = null
  return replaced as unknown as RecordOf<T>
}

const leftOut = new Map<TopicName, readonly string[]>()
const leftOutOf = (topic: TopicName): readonly string[] => {
  const known = leftOut.get(topic)
  if (known !== undefined) return known
  const free = columnsOf(topic).filter(({ name, isNullable }) => isNullable && FREE_TEXT.has(name))
  const names = free.map(({ name }) => name)
  leftOut.set(topic, names)
  return names
}

/** Labels and slices may tell a branch: there nothing else needs it to be. */
const within = (value: unknown, key: string, depth = 0): unknown => {
  if (Array.isArray(value)) return value.map((each) => within(each, key, depth + 1))
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => depth === 0 || name !== 'branch')
      .map(([name, inside]: [string, unknown]) => [
        name,
        PEOPLE.has(name) ? named(inside, key) : within(inside, key, depth + 1),
      ]),
  )
}
const named = (value: unknown, key: string): unknown => {
  if (typeof value === 'string') return pseudonymOf(value, key)
  return Array.isArray(value) ? value.map((each) => named(each, key)) : within(value, key)
}
