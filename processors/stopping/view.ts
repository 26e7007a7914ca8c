/** What a look at a job's run rests on: the job's history, its pools, and what its record allows. */

import type { JobRef, Prior } from '../../schemas/events.ts'
import type { Cells, Tables } from '../processor.ts'
import { basisOf, type Basis } from './basis.ts'
import { isContradicted, isShown } from './bound.ts'
import type { History } from './history.ts'
import { poolsOf } from './pools.ts'
import type { Standing } from './rule.ts'
import { historyOf } from './state.ts'

export interface View {
  readonly history: History
  readonly basis: Basis
  readonly standing: Standing
  readonly now: number
}

/** History with its pools, prepared once for as long as both stay the same. */
const bases = new WeakMap<object, { priors: readonly (Prior | undefined)[]; basis: Basis }>()

export const viewOf = (
  cells: Cells,
  ref: JobRef,
  labels: Readonly<Record<string, string>>,
  now: number,
  tables: Tables,
): View => {
  const history = historyOf(cells)
  const priors = poolsOf(ref, labels).map((pool) => tables.get('ci.priors.v1', pool))
  const known = bases.get(history)
  const basis =
    known !== undefined && known.priors.every((prior, i) => prior === priors[i])
      ? known.basis
      : basisOf(history, priors)
  bases.set(history, { priors, basis })
  return {
    history,
    basis,
    now,
    standing: {
      ownRuns: history.recent.length,
      skillRuns: history.skillRuns,
      skillOurs: history.skillOurs,
      skillBase: history.skillBase,
      isBoundShown: [history, ...priors].some((record) => record !== undefined && isShown(record)),
      isContradicted: isContradicted(history),
    },
  }
}
