/**
 * The chance to fail before anything of a run is known. Jobs differ in how fast they change: some break for days, some
 * toss a coin for ever. So experts with other memories forecast each run, and a job listens to those that were right.
 */

/** Each older outcome weighs `decay` of the next newer one; the pool counts as much as `pool` runs of the job. */
interface Expert {
  readonly decay: number
  readonly pool: number
  /** Weight before anything was scored. */
  readonly trust: number
}
/**
 * From one that forgets within two runs to one that hardly moves from the pool's rate; a new job trusts the middle ones. The
 * last is for jobs that are either sound or broken: it soon believes that they stay so.
 */
export const EXPERTS: readonly Expert[] = [
  { decay: 0.6, pool: 1, trust: 1 },
  { decay: 0.85, pool: 2, trust: 3 },
  { decay: 0.95, pool: 2, trust: 2 },
  { decay: 0.98, pool: 20, trust: 1 },
  { decay: 0.9, pool: 0.3, trust: 1 },
]
/** The place of the one that hardly moves. */
export const SLOWEST = EXPERTS.findIndex(({ decay }) => decay === 0.98)

/** What an expert was right about is forgotten by this much with each run, so that it can fall behind and come back. */
const FORGET = 0.97

export interface Rate {
  readonly rate: number
  /** How many equal runs it rests on (Kish 1965: (Σw)²/Σw²). */
  readonly effectiveRuns: number
}

/** One expert's rate; `recent` is newest first, true where the run failed. Example: decay 1, pool 0: fail, pass is .5. */
const rateOf = ({ decay, pool }: Expert, recent: readonly boolean[], pooled: number): Rate => {
  let failures = pool * pooled
  let weight = pool
  let squares = pool
  let w = 1
  for (const failed of recent) {
    weight += w
    squares += w * w
    if (failed) failures += w
    w *= decay
  }
  return { rate: failures / weight, effectiveRuns: (weight * weight) / squares }
}

export const expertRates = (recent: readonly boolean[], pooled: number): Rate[] =>
  EXPERTS.map((expert) => rateOf(expert, recent, pooled))

/**
 * The experts mixed by how likely they made what happened (exponentially weighted forecaster with log loss: Vovk 1990;
 * forgetting as in Herbster and Warmuth 1998). `scores` are log likelihoods, zero at first. It rests on as many runs as give
 * its variance: that of each expert, and that between them, since nobody knows which of them is right.
 * Example: two equal experts of .2 and .4 over 16 runs each: .3, of variance .0125 + .01, as 9.3 runs have.
 */
export const mixed = (rates: readonly Rate[], scores: readonly number[]): Rate => {
  const best = Math.max(...rates.map((_, i) => scores[i] ?? 0))
  let total = 0
  let sum = 0
  rates.forEach((each, i) => {
    const weight = weightOf(i, scores, best)
    total += weight
    sum += weight * each.rate
  })
  const rate = sum / total
  let variance = 0
  rates.forEach((each, i) => {
    const own = (each.rate * (1 - each.rate)) / each.effectiveRuns
    variance += (weightOf(i, scores, best) / total) * (own + (each.rate - rate) ** 2)
  })
  return { rate, effectiveRuns: (rate * (1 - rate)) / variance }
}
const weightOf = (expert: number, scores: readonly number[], best: number): number =>
  (EXPERTS[expert]?.trust ?? 1) * Math.exp((scores[expert] ?? 0) - best)

/** Scores after one more outcome. */
export const rescored = (
  scores: readonly number[],
  rates: readonly Rate[],
  failed: boolean,
): number[] =>
  rates.map(({ rate }, i) => FORGET * (scores[i] ?? 0) + Math.log(failed ? rate : 1 - rate))
