/** Scores of one set by every way of looking at a log. */

import type { Model } from '../../processors/processor.ts'
import type { LabelledLog } from './labelled-log.ts'
import type { LabelledSet } from './logs.ts'
import { confidenceError, isHit, macroF1, toldOf, WAYS, type Told, type Way } from './measures.ts'

export interface WayScore {
  readonly way: Way
  /** Null where the set tells no kinds, or the way tells none. Unit: ratio 0..1. */
  readonly macroF1: number | null
  /** Share of logs whose kind is right. Unit: ratio 0..1. */
  readonly right: number | null
  /** Share of logs whose decisive line is the first shown, among the first 3, among the first 20. Unit: ratio 0..1. */
  readonly top1: number | null
  readonly top3: number | null
  readonly top20: number | null
  /** Mean of |confidence − right| over tenths of confidence. Unit: ratio 0..1. */
  readonly calibrationError: number | null
}
export interface SetScore {
  readonly set: string
  readonly labels: string
  readonly logs: number
  readonly withKind: number
  readonly withLine: number
  readonly ways: readonly WayScore[]
}

const KINDLESS: ReadonlySet<Way> = new Set(['grep'])

/** Without a model the way that asks it is left out. */
export const scoreSet = (set: LabelledSet, model: Model | undefined): SetScore => {
  const logs = [...set.logs()]
  const ways = WAYS.filter((way) => way !== 'rules and model' || model !== undefined)
  return {
    ...{ set: set.name, labels: set.labels, logs: logs.length },
    withKind: logs.filter(hasKind).length,
    withLine: logs.filter(({ decisive }) => decisive !== null).length,
    ways: ways.map((way) => scoreWay(way, logs, set.name, model)),
  }
}
const hasKind = ({ kinds }: LabelledLog): boolean => kinds !== null && kinds.length > 0

const scoreWay = (
  way: Way,
  logs: readonly LabelledLog[],
  set: string,
  model: Model | undefined,
): WayScore => {
  const all = logs.map((log) => ({ log, told: toldOf(way, log, set, model) }))
  const kinds = KINDLESS.has(way) ? [] : all.filter(({ log }) => hasKind(log))
  const cases = kinds.map(({ log, told }) => ({ truth: log.kinds ?? [], told: told.kind }))
  const lines = all.filter(({ log }) => log.decisive !== null)
  const share = (of: readonly unknown[], n: number): number | null =>
    n === 0 ? null : of.length / n
  const top = (most: number): number | null =>
    share(
      lines.filter(({ log, told }) => isHit(log, told.lines.slice(0, most))),
      lines.length,
    )
  return {
    way,
    macroF1: cases.length === 0 ? null : macroF1(cases),
    right: share(cases.filter(isRight), cases.length),
    ...{ top1: top(1), top3: top(3), top20: top(20) },
    calibrationError:
      cases.length === 0
        ? null
        : confidenceError(kinds.filter(({ told }) => told.kind !== 'unknown').map(confidenceOf)),
  }
}
const isRight = ({ truth, told }: { truth: readonly string[]; told: string }): boolean =>
  truth.includes(told)
const confidenceOf = ({ log, told }: { log: LabelledLog; told: Told }) => ({
  confidence: told.confidence,
  isRight: (log.kinds ?? []).includes(told.kind),
})
