/**
 * In which order incidents hear what is told at one instant: records of one key and time come by their ids. What says only
 * whether it was right comes first; then what is over, before what it is part of, so that nothing is let go only to end; then
 * what is found, after what it is part of, so that nothing is told only to be swallowed.
 */

import type { Symptom } from '../../schemas/events.ts'
import { ALERT_RULES } from './rules/index.ts'

/** How many rules lie above one, each of which swallows the next. Example: 0 for a mass failure, 3 for a run likely to fail. */
const depthOf = (name: string): number =>
  Math.max(
    0,
    ...ALERT_RULES.filter(({ swallows = [] }) => swallows.includes(name)).map(
      (above) => 1 + depthOf(above.name),
    ),
  )
/** By what a rule looks at, which an own rule shares with the row that it is made of. */
const DEPTHS: ReadonlyMap<string, number> = new Map(
  [...Map.groupBy(ALERT_RULES, ({ of }) => of)].map(([of, rows]) => [
    of,
    Math.max(...rows.map(({ name }) => depthOf(name))),
  ]),
)

/** What the id of a finding begins with. Example: a clear of depth 3 `16`, one of depth 2 `17`, a raise of depth 2 `22`. */
export const orderOf = (
  kind: string,
  { state, right }: Pick<Symptom, 'state' | 'right'>,
): string => {
  const depth = DEPTHS.get(kind) ?? 0
  if (state === 'cleared') return `1${9 - depth}`
  return right === null ? `2${depth}` : '0'
}
