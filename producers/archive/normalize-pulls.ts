/** Rows of pulls.csv to facts. Sizes and labels are those of the end, so that only the end may tell them. */

import type { PullEvent } from '../../schemas/events.ts'
import { pullFact, type PullRef } from '../payload/pulls.ts'
import type { Row } from './columns.ts'
import { parseInstant } from './instant.ts'
import type { Reading } from './normalize.ts'
import { RefusedRow, type Problem } from './problems.ts'
import { nameOf, ordinalOf, textOf } from './row-values.ts'

const MAX_COUNT = 2 ** 31 - 1

const countOf = (row: Row, column: string): number | null => {
  const text = textOf(row, column)
  if (text === null || !/^\d{1,10}$/.test(text)) return null
  const count = Number(text)
  return count <= MAX_COUNT ? count : null
}
const flagOf = (row: Row, column: string): boolean | null => {
  const text = textOf(row, column)?.toLowerCase()
  return text === 'true' ? true : text === 'false' ? false : null
}
const listOf = (row: Row, column: string): string[] =>
  (textOf(row, column) ?? '').split('|').filter((name) => name !== '')

const pullOf = (row: Row): PullRef => {
  const pull = ordinalOf(row, 'number')
  if (pull === null) throw new RefusedRow('missing-value', 'number is empty')
  if (Number.isNaN(pull))
    throw new RefusedRow('missing-value', `number ${JSON.stringify(row['number']?.slice(0, 40))}`)
  return { source: nameOf(row, 'source'), repo: nameOf(row, 'repo'), pull }
}

/** Known when it is opened. The association is as of the crawl, but hardly ever changes. */
const knownOf = (row: Row, openedAt: number): Partial<PullEvent> => ({
  author: textOf(row, 'author'),
  openedAt,
  base: textOf(row, 'base'),
  authorAssociation: textOf(row, 'author_association'),
  draft: flagOf(row, 'draft'),
  titleWords: countOf(row, 'title_words'),
  bodyWords: countOf(row, 'body_words'),
})
const sizesOf = (row: Row): Partial<PullEvent> => ({
  additions: countOf(row, 'additions'),
  deletions: countOf(row, 'deletions'),
  changedFiles: countOf(row, 'changed_files'),
})
const finalOf = (row: Row): Partial<PullEvent> => ({
  ...sizesOf(row),
  commits: countOf(row, 'commits'),
  comments: countOf(row, 'comments'),
  reviewComments: countOf(row, 'review_comments'),
  labels: listOf(row, 'labels'),
})

/**
 * Facts of a row of pulls.csv: opened, and merged or closed. `hasFinalSizes` lets the opening tell the sizes of the end, which
 * is a leak, to see what they would be worth. Throws {@link RefusedRow}.
 */
export const readPullRow = (row: Row, hasFinalSizes: boolean): Reading<PullEvent> => {
  const ref = pullOf(row)
  const notes: Problem[] = []
  const openedAt = parseInstant(row['created_at'] ?? '', 'created_at')
  const mergedAt = parseInstant(row['merged_at'] ?? '', 'merged_at')
  const endedAt = mergedAt ?? parseInstant(row['closed_at'] ?? '', 'closed_at')
  if (openedAt === null) throw new RefusedRow('no-time', 'created_at is empty')
  if (endedAt !== null && endedAt < openedAt)
    throw new RefusedRow('finish-before-start', 'merged_at or closed_at is before created_at')
  const known = knownOf(row, openedAt)
  const heard = (at: number) => ({ eventAt: at, observedAt: at })
  const opening = hasFinalSizes ? { ...known, ...sizesOf(row) } : known
  const facts = [pullFact(ref, 'opened', heard(openedAt), opening)]
  const kind = mergedAt === null ? 'closed' : 'merged'
  if (endedAt !== null)
    facts.push(pullFact(ref, kind, heard(endedAt), { ...known, ...finalOf(row) }, String(endedAt)))
  return { facts, notes }
}
