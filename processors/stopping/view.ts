/** What a look at a job's run rests on: the job's history, its pools, and what their records allow. */

import type { JobRef, Prior } from '../../schemas/events.ts'
import type { Cells, Model, Tables } from '../processor.ts'
import { basisOf, pooledRate, type Basis } from './basis.ts'
import type { History } from './history.ts'
import { GROUNDS, isAgainst, stopLevel, stopsAtOnce } from './permit.ts'
import { poolsOf } from './pools.ts'
import { NOTHING_LEARNED, type Learned } from './refine.ts'
import { NO_LEAD, type Lead } from './lead.ts'
import type { Standing } from './rule.ts'
import { harmlessShare } from './signs.ts'
import { slopesOf, type Slopes } from './slopes.ts'
import { historyOf } from './state.ts'

export interface View {
  readonly history: History
  readonly basis: Basis
  readonly standing: Omit<Standing, 'isWaiting' | 'isStopped' | 'isClosing' | 'policy'>
  /** How far the job's forecasts are to be believed. */
  readonly slopes: Slopes
  /** What the community has learned of the terms beside the formula. */
  readonly learned: Learned
  /** The model that refines forecasts, where one is loaded, and how right it was in the community. */
  readonly model: Model | undefined
  readonly pooledLead: Lead
  /** Share of the job's runs with a bad sign that pass all the same. */
  readonly harmless: number
  readonly now: number
}

/** What follows from a history alone, or from it and its pools: prepared once for as long as they stay the same. */
interface Prepared {
  readonly labels: Readonly<Record<string, string>>
  readonly pools: readonly string[]
  readonly priors: readonly (Prior | undefined)[]
  readonly view: Omit<View, 'now'>
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
  const priorOf = (pool: string): Prior | undefined => tables.get('ci.priors.v1', pool)
  if (known?.pools === pools && pools.every((pool, i) => priorOf(pool) === known.priors[i]))
    return { ...known.view, now }
  const priors = pools.map(priorOf)
  const view = {
    history,
    basis: basisOf(history, priors),
    standing: standingOf(history, priors),
    slopes: slopesOf(history.slopes),
    learned: priors.at(-1) ?? NOTHING_LEARNED,
    model: tables.models?.['stopping'],
    pooledLead: pooledLead(priors.at(-1)),
    harmless: harmlessShare(
      { runs: history.pass.withSign + history.fail.withSign, passes: history.pass.withSign },
      priors,
    ),
  }
  prepared.set(history, { labels, pools, priors, view })
  return { ...view, now }
}

const pooledLead = (community: Prior | undefined): Lead =>
  community === undefined
    ? NO_LEAD
    : { model: community.leadModel, runs: community.leadRuns, nats: community.leadNats }

const NO_RECORD = {
  ...{ falseStops: [], trueStops: [], unseenFalseStops: [] },
  ...{ watchedPasses: 0, unseenPasses: 0 },
}
const permitFrom = (community: Prior | undefined): Permit => {
  const known = {
    ...(community ?? NO_RECORD),
    failureRate: community === undefined ? 0.5 : pooledRate(community),
  }
  const stopAt = GROUNDS.map((ground) => stopLevel(known, ground))
  const atOnce = stopsAtOnce(known, stopAt[GROUNDS.indexOf('history')] ?? Infinity)
  return { stopAt, stopsAtOnce: atOnce }
}
/** What the record of a community allows: worked out once for all of its jobs. */
type Permit = Pick<Standing, 'stopAt' | 'stopsAtOnce'>
const UNKNOWN_PERMIT = permitFrom(undefined)
const permits = new WeakMap<Prior, Permit>()
const permitOf = (community: Prior | undefined): Permit => {
  if (community === undefined) return UNKNOWN_PERMIT
  let permit = permits.get(community)
  if (permit === undefined) permits.set(community, (permit = permitFrom(community)))
  return permit
}

const standingOf = (history: History, priors: readonly (Prior | undefined)[]): View['standing'] => {
  const [family] = priors
  const permit = permitOf(priors.at(-1))
  return {
    ownRuns: history.recent.length,
    skillRuns: history.skillRuns,
    skillOurs: history.skillOurs,
    skillBase: history.skillBase,
    skillSquares: history.skillSquares,
    ...permit,
    isAdrift: history.guard.isAdrift,
    isContradicted: GROUNDS.map(
      (ground, i) =>
        history.guard.held[i] === true ||
        (family !== undefined && isAgainst(family, ground, permit.stopAt[i] ?? 1)),
    ),
  }
}
