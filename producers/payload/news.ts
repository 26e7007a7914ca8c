/** Keeps apart what was told before: a source says the same of a run at each look, and the log should hear it once. */

import type { RunEvent } from '../../schemas/events.ts'
import { derivedId } from '../../schemas/ids.ts'

const MAX_TOLD = 1000

/** Short names of the facts told of one run; plain data. */
export type Told = readonly string[]

export interface News {
  readonly facts: readonly RunEvent[]
  readonly told: Told
}

/** Eight characters tell the facts of one run apart; the run itself is known where they are kept. */
const nameOf = ({ eventId }: RunEvent): string => derivedId(eventId, 'told').slice(0, 8)

/** The facts that were not told yet, and what has been told then. */
export const newsOf = (facts: readonly RunEvent[], told: Told): News => {
  const known = new Set(told)
  const news = facts.filter((fact) => !known.has(nameOf(fact)))
  return { facts: news, told: [...told, ...news.map(nameOf)].slice(-MAX_TOLD) }
}
