/** Pull requests of which a model can learn what a sum over features cannot: quick only where title and body are both long. */

import { HOUR, MINUTE, MONDAY } from './facts.ts'

export const PULLS_HEADER =
  'source,repo,number,author,created_at,merged_at,closed_at,state,title_words,body_words'

/** Rows of a pulls.csv, one merge an hour. One author, so that nobody's own history tells it either. */
export const trainablePulls = (count: number): string => {
  const iso = (at: number): string => new Date(at).toISOString()
  const rows = Array.from({ length: count }, (_, i) => {
    const [title, body] = [i % 2 === 0 ? 30 : 2, i % 4 < 2 ? 300 : 0]
    const hours = title > 2 && body > 0 ? 0.2 : 20
    const openedAt = MONDAY + i * HOUR
    const endedAt = openedAt + hours * HOUR * (0.7 + ((i * 7) % 13) / 20)
    const ended = iso(endedAt + MINUTE)
    return `test,acme/shop,${i + 1},ada,${iso(openedAt)},${ended},${ended},merged,${title},${body}`
  })
  return `${[PULLS_HEADER, ...rows].join('\n')}\n`
}
