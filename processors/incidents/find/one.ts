/** Finders whose key is what they look at: nothing but what is held has to be kept. */

import type { Effect, Cells, CellSchemas } from '../../processor.ts'
import {
  clear,
  clearLapsed,
  findHeld,
  HELD_LIST,
  raise,
  type Held,
  type Occasion,
  type Place,
} from '../held.ts'
import type { Words } from '../rule.ts'
import type { Rule, Settings } from '../settings.ts'

export const HELD_CELLS: CellSchemas = { held: HELD_LIST }

const NO_EFFECTS: readonly Effect[] = []
const NOTHING_HELD: readonly Held[] = []
export const heldOf = (cells: Cells): readonly Held[] =>
  (cells.get('held') as Held[] | undefined) ?? NOTHING_HELD

/** What one rule makes of what it looks at. */
export interface Finding {
  readonly rule: Rule
  readonly isRaised: boolean
  readonly place: Place
  readonly words: () => Words
  readonly verdict: string
}

/** Raises and clears, also what rules hold that are switched off; keeps nothing where nothing is held. */
export const settle = (
  cells: Cells,
  findings: readonly Finding[],
  occasion: Occasion,
  { byName }: Settings,
): readonly Effect[] => {
  const before = heldOf(cells)
  if (findings.length === 0 && before.length === 0) return NO_EFFECTS
  const held = [...before]
  const effects = clearLapsed(held, byName, occasion)
  for (const { rule, isRaised, place, words, verdict } of findings) {
    const one = findHeld(held, rule.name, place)
    if (isRaised) effects.push(...raise(held, occasion, rule, place, words()))
    else if (one !== undefined) effects.push(...clear(held, one, occasion, verdict))
  }
  if (effects.length === 0) return NO_EFFECTS
  if (held.length === 0) cells.delete('held')
  else cells.put('held', held)
  return effects
}
