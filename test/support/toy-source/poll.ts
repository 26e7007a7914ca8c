/** One round of polling a Toy: one list of builds, each fact of them once. */

import { RefusedPayload } from '../../../producers/payload/heard.ts'
import { isJson, jsonOf, keyOf, listAt, nameAt } from '../../../producers/payload/json.ts'
import { newsOf, type Told } from '../../../producers/payload/news.ts'
import { getJson, type Get } from '../../../producers/payload/reach.ts'
import { turnOf, type Turn } from '../../../producers/payload/turn.ts'
import { readBuild } from './normalize.ts'

const MAX_BYTES = 4 * 2 ** 20

/** Facts told, by build. */
export type ToyCursor = Record<string, Told>

export async function* pollToy(
  get: Get,
  cursor: ToyCursor,
  { source, url }: { source: string; url: string },
  now: number,
): AsyncGenerator<Turn> {
  const list = jsonOf(await getJson(get, `${url}/builds`, MAX_BYTES, { isUrgent: true }))
  if (!Array.isArray(list['builds'])) throw new RefusedPayload('missing-field', 'builds is missing')
  for (const build of listAt(list, 'builds').filter(isJson)) {
    const { facts, notes } = readBuild(build, source, now)
    const name = keyOf(nameAt(build, 'number'))
    const news = newsOf(facts, cursor[name] ?? [])
    cursor[name] = news.told
    if (news.facts.length > 0) yield turnOf({ facts: news.facts, notes })
  }
}
