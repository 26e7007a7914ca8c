/** Lists of GitLab over their pages. Pages are asked for by number; an address in an answer is never followed. */

import { RefusedPayload } from '../payload/heard.ts'
import { isJson, type Json } from '../payload/json.ts'
import { getPage, type Get } from '../payload/reach.ts'

export const MAX_BYTES = 32 * 2 ** 20
const PAGE_ITEMS = 100
const MAX_PAGES = 100
/** A list shows no more than this in one round. */
export const MAX_LISTED = MAX_PAGES * PAGE_ITEMS

/** Address of a project in the API. */
export const projectUrl = (server: string, project: string): string =>
  `${server.replace(/\/+$/, '')}/api/v4/projects/${encodeURIComponent(project)}`

/** Items of a list over all its pages. */
export async function* items(
  get: Get,
  url: string,
  query: Readonly<Record<string, string>>,
): AsyncGenerator<Json> {
  let page = '1'
  for (let pages = 0; pages < MAX_PAGES && /^\d{1,6}$/.test(page); pages += 1) {
    const search = new URLSearchParams({ ...query, per_page: String(PAGE_ITEMS), page })
    const { json, headers } = await getPage(get, `${url}?${search.toString()}`, MAX_BYTES)
    if (!Array.isArray(json))
      throw new RefusedPayload('bad-field', `${new URL(url).pathname} is no list`)
    for (const item of json) if (isJson(item)) yield item
    page = headers['x-next-page'] ?? (json.length === PAGE_ITEMS ? String(Number(page) + 1) : '')
  }
}
