/** Lists of GitHub over their pages. Pages are asked for by number; an address in an answer is never followed. */

import { isJson, jsonOf, jsonsAt, numberAt, type Json } from '../payload/json.ts'
import { RefusedPayload } from '../payload/heard.ts'
import { getPage, type Get } from '../payload/reach.ts'

const PAGE_ITEMS = 100
const MAX_BYTES = 64 * 2 ** 20
/** GitHub lists no more than this of a filtered list; others end with their items. */
export const MAX_LISTED = 1000
const MAX_PAGES = 100
/** How often a list that lost items while it was read is read again. */
const MAX_READINGS = 3

export interface ListAsking {
  readonly url: string
  readonly query: Readonly<Record<string, string>>
  readonly isUrgent: boolean
}
interface Page {
  readonly items: readonly Json[]
  /** Items of all pages, where the list tells it. */
  readonly total: number | null
  readonly isLast: boolean
}

/** One page of a list, or of the one list that an object holds. */
const pageOf = (payload: unknown, field: string | null): Omit<Page, 'isLast'> => {
  if (field === null) {
    if (!Array.isArray(payload)) throw new RefusedPayload('bad-field', 'a list was expected')
    return { items: payload.filter(isJson), total: null }
  }
  const json = jsonOf(payload)
  if (!Array.isArray(json[field])) throw new RefusedPayload('missing-field', `${field} is missing`)
  return { items: jsonsAt(json, field), total: numberAt(json, 'total_count') }
}

/** Page by page, each as it is when it is asked for; what moves while they are read comes twice or later. */
export async function* pagesOf(
  get: Get,
  { url, query, isUrgent }: ListAsking,
  field: string | null,
): AsyncGenerator<Page> {
  for (let page = 1; page <= MAX_PAGES; page += 1) {
    const search = new URLSearchParams({
      ...query,
      per_page: String(PAGE_ITEMS),
      page: String(page),
    })
    const { json } = await getPage(get, `${url}?${search.toString()}`, MAX_BYTES, { isUrgent })
    const { items, total } = pageOf(json, field)
    const isLast = items.length < PAGE_ITEMS || page * PAGE_ITEMS >= (total ?? Infinity)
    yield { items, total, isLast }
    if (isLast) return
  }
}

const idOf = (item: Json): string => String(numberAt(item, 'id'))

/**
 * All items of a list that tells its length, each once. Where it grew shorter while it was read, as when an item was deleted
 * and the rest moved up past the page that came next, it is read again. Null where it has more than `most` items.
 */
export const wholeList = async (
  get: Get,
  asking: ListAsking,
  field: string,
  most: number,
): Promise<readonly Json[] | null> => {
  const found = new Map<string, Json>()
  for (let reading = 0; reading < MAX_READINGS; reading += 1) {
    let total = 0
    let hasShrunk = false
    for await (const page of pagesOf(get, asking, field)) {
      if ((page.total ?? 0) > most) return null
      hasShrunk ||= (page.total ?? 0) < total
      total = page.total ?? 0
      for (const item of page.items) found.set(idOf(item), item)
    }
    if (!hasShrunk) break
  }
  return [...found.values()]
}
