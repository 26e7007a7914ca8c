/** What a look at a job's run rests on: the job's history, its pools, and what its record allows. */

import type { JobRef, Prior } from '../../schemas/events.ts'
import type { Cells, Tables } from '../processor.ts'
import { basisOf, type Basis } from './basis.ts'
import { allowedBy, isContradicted } from './bound.ts'
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

/** What follows from a history alone, or from it and its pools: prepared once for as long as they stay the same. */
interface Prepared {
  readonly labels: Readonly<Record<string, string>>
  readonly pools: readonly string[]
  readonly priors: readonly (Prior | undefined)[]
  readonly basis: Basis
  readonly standing: Standing
}
const prepared = new WeakMap<History, Prepared>()

export const viewOf = (
  cells: Cells,
  ref: JobRef,
  labels: Readonly<Record<string, string>>,
  now: number,
  tables: Tables,
): View => {
  const history = historyOf(cells)
  const known = prepared.get(history)
  const pools =
    known !== undefined && known.labels['family'] === labels['family']
      ? known.pools
      : poolsOf(ref, labels)
  const priors = pools.map((pool) => tables.get('ci.priors.v1', pool))
  if (known?.pools === pools && known.priors.every((prior, i) => prior === priors[i]))
    return { history, basis: known.basis, standing: known.standing, now }
  const basis = basisOf(history, priors)
  const standing = standingOf(history, priors)
  prepared.set(history, { labels, pools, priors, basis, standing })
  return { history, basis, standing, now }
}

const standingOf = (history: History, priors: readonly (Prior | undefined)[]): Standing => {
  const allowed = [history, ...priors].flatMap((record) =>
    record === undefined ? [] : [allowedBy(record)],
  )
  return {
    ownRuns: history.recent.length,
    skillRuns: history.skillRuns,
    skillOurs: history.skillOurs,
    skillBase: history.skillBase,
    mayStop: allowed.some(({ any }) => any),
    mayStopOnSign: allowed.some(({ onSign }) => onSign),
    isContradicted: isContradicted(history),
    isSignContradicted: isContradicted({
      shadowFalseStops: history.shadowSignFalseStops,
      shadowTrueStops: history.shadowSignTrueStops,
    }),
  }
}
