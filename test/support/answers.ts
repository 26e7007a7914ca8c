/** Answers of sources from memory, in place of HTTP. */

import type { Answer, Get } from '../../producers/payload/reach.ts'

/** An answer with a text or, of anything else, its JSON. */
export const answer = (
  status: number,
  page: unknown,
  headers: Readonly<Record<string, string>> = {},
): Answer => ({
  status,
  headers,
  body: (async function* () {
    const body = typeof page === 'string' ? page : JSON.stringify(page)
    // In small pieces, as they come from a network.
    for (let at = 0; at < body.length; at += 700) yield Buffer.from(body.slice(at, at + 700))
    await Promise.resolve()
  })(),
})

/** Answers by path, with or without its query; what is not there is answered with 404. */
export const serve =
  (pages: Readonly<Record<string, unknown>>, asked: string[] = []): Get =>
  (url) => {
    const { host, pathname, search } = new URL(url)
    asked.push(`${host}${pathname}`)
    const page = pages[pathname + search] ?? pages[pathname]
    return Promise.resolve(page === undefined ? answer(404, 'no') : answer(200, page))
  }
