/**
 * Which line decides, and so which kind of failure it is. Each line that was kept gets a score; the best line of a kind speaks
 * for the kind. The plain score is the weight of its sign, a little more for what comes late in the log and for what came first
 * of its sign. A model may add to it (docs/failure-kinds.md).
 */

import type { FailureCause, FailureKindName } from '../../schemas/events.ts'
import { FAILURE_KINDS } from '../../schemas/failure-kinds.ts'
import type { Model } from '../processor.ts'
import { featuresOf, type Placed } from './features.ts'
import { linesOf, type Candidate, type Ledger } from './ledger.ts'
import { CAUSE_OF_SIGN, KIND_OF_SIGN } from './read-line.ts'
import { HEADINGS } from './signs.ts'

/** What place in the log is worth, beside weights of 0 to 4. Trouble from outside that the run outlived did not end it. */
const LATE = 0.4
const LATE_OUTSIDE = 1.2
/** Trouble from outside behind a failure of the run's own comes from tidying up. */
const BEHIND_OWN = -0.9
const OWN_WEIGHT = 2
const LATER_OF_SIGN = -0.15
/** A heading comes behind the next line of its sign, which says what it announces. */
const HEADING = -0.2
/** How sharply a lead in score turns into a chance: fitted on the sets that may train, see docs/failure-kinds.md. */
const SHARPNESS = 1.6
/** A kind without a line of at least this score is not named. */
const LEAST_SCORE = 1.3
/** A model moves a score by so much at most. */
const MOST_BY_MODEL = 1

interface Ranked {
  readonly log: string
  readonly sign: string
  readonly candidate: Candidate
  readonly score: number
}
export interface Verdict {
  readonly kind: FailureKindName
  readonly cause: FailureCause | null
  /** Chance of that kind by the signs; 0 where none is known. Unit: ratio 0..1. */
  readonly confidence: number
  /** The line that speaks for the kind; null where none is known. */
  readonly decisive: Ranked | null
  /** Lines by falling score. */
  readonly ranked: readonly Ranked[]
}

const OWN: ReadonlySet<string | null> = new Set(['test', 'build', 'policy', 'crash'])
const isOwn = (sign: string): boolean => OWN.has(KIND_OF_SIGN.get(sign) ?? null)

/** Every line that was kept of the logs of a run, with what stands around it. */
export const placedOf = (ledgers: readonly Ledger[]): Placed[] => {
  const heaviest = Math.max(
    0,
    ...ledgers.flatMap(({ signs }) => signs.flatMap(linesOf).map(({ weight }) => weight)),
  )
  return ledgers.flatMap((ledger) => {
    const kept = ledger.signs.flatMap((of) =>
      linesOf(of).map((candidate, place) => ({ candidate, of, place })),
    )
    const own = kept.filter(({ candidate, of }) => candidate.weight >= OWN_WEIGHT && isOwn(of.sign))
    const ownAt = Math.min(Infinity, ...own.map(({ candidate }) => candidate.line))
    const all = kept.map(({ candidate }) => candidate.line).sort((a, b) => a - b)
    return kept.map((each) => ({ ...each, ledger, heaviest, all, ownAt }))
  })
}

/** Example: weight 3 at the end of the log, the first of its sign, scores 3.4. */
export const plainScore = ({ candidate, of, place, ledger, ownAt }: Placed): number => {
  const position = Math.min(1, candidate.line / Math.max(1, ledger.lines))
  const isOutside = KIND_OF_SIGN.get(of.sign) === 'infrastructure'
  const late = isOutside
    ? LATE - LATE_OUTSIDE * (1 - position) + (candidate.line > ownAt ? BEHIND_OWN : 0)
    : LATE * position
  const heading = HEADINGS.some((pattern) => pattern.test(candidate.text)) ? HEADING : 0
  return candidate.weight + late + LATER_OF_SIGN * Math.min(place, 2) + heading
}

/** What a model's answer adds to a score: within its limit, and nothing where it is no number. */
export const moveOf = (said: number): number =>
  Number.isFinite(said) ? Math.max(-MOST_BY_MODEL, Math.min(MOST_BY_MODEL, said)) : 0

const scoreOf = (placed: Placed, model: Model | undefined): number => {
  const plain = plainScore(placed)
  if (model === undefined) return plain
  return plain + moveOf(model.score(featuresOf(placed), placed.candidate))
}

/** What the lines kept of the logs of a run come to. */
export const judge = (ledgers: readonly Ledger[], model?: Model): Verdict => {
  const ranked = placedOf(ledgers)
    .map((placed) => ({
      log: placed.ledger.log,
      sign: placed.of.sign,
      candidate: placed.candidate,
      score: scoreOf(placed, model),
    }))
    .sort((a, b) => b.score - a.score || a.candidate.line - b.candidate.line)
  const best = new Map<FailureKindName, Ranked>()
  for (const each of ranked) {
    const kind = KIND_OF_SIGN.get(each.sign) ?? null
    if (kind !== null && !best.has(kind)) best.set(kind, each)
  }
  return { ...kindOf(best), ranked }
}

const kindOf = (best: ReadonlyMap<FailureKindName, Ranked>): Omit<Verdict, 'ranked'> => {
  let kind: FailureKindName = 'unknown'
  let top = LEAST_SCORE
  for (const each of FAILURE_KINDS) {
    const score = best.get(each)?.score ?? 0
    if (score <= top) continue
    kind = each
    top = score
  }
  const decisive = best.get(kind)
  if (decisive === undefined) return { kind, cause: null, confidence: 0, decisive: null }
  let sum = 0
  for (const { score } of best.values()) sum += Math.exp(SHARPNESS * (score - top))
  // What was not seen may be as well.
  const unseen = Math.exp(SHARPNESS * (LEAST_SCORE - top))
  const cause = CAUSE_OF_SIGN.get(decisive.sign) ?? null
  return { kind, cause, confidence: 1 / (sum + unseen), decisive }
}
