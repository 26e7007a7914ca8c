/** Cursor paging over a view: the cursor names the last row seen, so rows that come or go do not shift a page. */

import { CodedError } from '../runtime/errors.ts'
import type { ViewCursor, ViewRow, ViewStore } from '../runtime/ports.ts'

const DEFAULT_LIMIT = 50
export const MAX_LIMIT = 500
/** A filter looks at so many rows per request; the page then ends early, with a cursor to go on from. */
const MAX_SCANNED = 10_000
const SCAN_CHUNK = 500

export interface PageQuery {
  readonly limit: number
  readonly cursor?: string
}
export const PAGE_QUERY = {
  limit: {
    type: 'integer',
    minimum: 1,
    maximum: MAX_LIMIT,
    default: DEFAULT_LIMIT,
    description: 'Rows at most.',
  },
  cursor: {
    type: 'string',
    maxLength: 1_000,
    description:
      '`next` of the answer before. A page may hold fewer rows than asked for and still have a next.',
  },
}

/** An opaque cursor. */
export const encodeCursor = (value: unknown): string =>
  Buffer.from(JSON.stringify(value)).toString('base64url')
/** The value of a cursor. Throws `invalid-cursor`. */
export const decodeCursor = (cursor: string): unknown => {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'))
  } catch (error) {
    throw new CodedError('invalid-cursor', 'the cursor cannot be read', error)
  }
}

const viewCursor = (cursor: string): ViewCursor => {
  const value = decodeCursor(cursor)
  if (Array.isArray(value) && typeof value[0] === 'number' && typeof value[1] === 'string')
    return { sort: value[0], key: value[1] }
  throw new CodedError('invalid-cursor', 'the cursor is one of another list')
}

export interface Page {
  readonly rows: readonly ViewRow[]
  readonly next: string | null
}
export interface Filter {
  /** Rows to show; all where it is missing. */
  readonly keep?: ((row: ViewRow) => boolean) | undefined
  /** True at the first row that ends the list. */
  readonly isPast?: ((row: ViewRow) => boolean) | undefined
}

/** One page of a view, by falling sort. */
export const pageOf = async (
  views: ViewStore,
  view: string,
  query: PageQuery,
  { keep, isPast }: Filter = {},
): Promise<Page> => {
  const chunk = keep === undefined ? query.limit + 1 : SCAN_CHUNK
  const rows: ViewRow[] = []
  let after = query.cursor === undefined ? undefined : viewCursor(query.cursor)
  const next = (): string => encodeCursor([after?.sort, after?.key])
  for (let scanned = 0; scanned < MAX_SCANNED; scanned += chunk) {
    const found = await views.list(
      view,
      after === undefined ? { limit: chunk } : { limit: chunk, after },
    )
    for (const row of found) {
      if (isPast?.(row) === true) return { rows, next: null }
      if (rows.length === query.limit) return { rows, next: next() }
      after = { sort: row.sort, key: row.key }
      if (keep === undefined || keep(row)) rows.push(row)
    }
    if (found.length < chunk) return { rows, next: null }
  }
  return { rows, next: next() }
}

/** Rows of a view that one answer is made of, at most. */
export const MOST_ROWS = 10_000

/** Every row of a view that is to be kept, by falling sort, up to {@link MOST_ROWS}. */
export const allOf = async (
  views: ViewStore,
  view: string,
  keep?: Filter['keep'],
  isPast?: Filter['isPast'],
): Promise<ViewRow[]> => {
  const found: ViewRow[] = []
  let cursor: string | null | undefined
  while (cursor !== null && found.length < MOST_ROWS) {
    const query = cursor === undefined ? { limit: MAX_LIMIT } : { limit: MAX_LIMIT, cursor }
    const { rows, next } = await pageOf(views, view, query, { keep, isPast })
    found.push(...rows)
    cursor = next
  }
  return found
}
