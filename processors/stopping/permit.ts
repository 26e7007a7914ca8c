/**
 * Permission to stop, earned by the record of a community. For each ground of belief and each level of it, the community
 * counts the runs that reached it: failing ones would have been stopped rightly, passing ones wrongly. The lowest level
 * whose record is good enough is the one that stops. Permission is spent as it is earned: a false stop closes its level
 * until enough passing runs were watched.
 */

import { wilson } from '../../schemas/measures.ts'

/**
 * What a belief rests on: how runs ended before, how long the run has lasted, what failed inside it, that it has outlasted
 * all but one in a hundred of either outcome, that a step of it takes longer than all but one in a hundred of its passes, or
 * that it is silent for longer than they were.
 */
export const GROUNDS = ['history', 'age', 'sign', 'hung', 'late', 'silent'] as const
export type Ground = (typeof GROUNDS)[number]

/** Beliefs at which a record is kept. The lowest is above the precision of .9 that is asked of stops. */
export const LEVELS = [0.92, 0.94, 0.96, 0.97, 0.98, 0.985, 0.99, 0.995] as const

/** Runs by the level of belief that they reached, or went beyond: all levels of one ground, then of the next. */
export interface StopRecord {
  readonly falseStops: readonly number[]
  readonly trueStops: readonly number[]
  /** Passing runs that stops have cut, by the false stops that were seen and stand for them (`cut.ts`). */
  readonly unseenFalseStops: readonly number[]
}
const placeOf = (ground: Ground, level: number): number =>
  GROUNDS.indexOf(ground) * LEVELS.length + level

const indexOf = (level: number): number => LEVELS.findIndex((each) => each === level)

/** Seven in ten of the false stops allowed (1 %); the rest is for what the record has not heard yet, and for chance. */
const SPEND = 0.007
/** Nine in ten stops must be right; a record speaks against that where its upper 95 % bound (Wilson 1927) is below. */
export const PRECISION = 0.9
const Z95_ONE_SIDED = 1.645
/**
 * By history or age alone, so high a belief may stop without a record of stops. A lower one may with more than a few, and where
 * even the lower 95 % bound of how many were right pays off: a run that is stopped at its start saves about what a pass takes, and
 * a wrong stop costs a rerun and as much delay, so two in three do.
 */
const UNPROVED = 0.97
const PAYS = 2 / 3
/** Counts fade a little at each full hour, so "more than" is what can be asked of them: here an eleventh stop, there a third. */
const FEW_STOPS = 10
const FEW_FALSE_STOPS = 2
/** Until a record says more, each level is taken at its word, as if so many passing runs had been watched. */
const TAKEN_PASSES = 25
/** That word weighs as much as so many stops of the record: where these are right, the level is better than it says. */
const WORD_STOPS = 10
/** A quarter of failing runs are stopped, as far as is known before. */
const STOPPED_SHARE = 0.25

/** How a community fared: its record, and what it rests on. */
export interface Standings extends StopRecord {
  readonly watchedPasses: number
  readonly unseenPasses: number
  readonly failureRate: number
}

/**
 * The belief from which a run may be stopped, Infinity for none: the lowest level that keeps both promises, with what was
 * counted and what the level itself says. Precision: the record does not speak against nine in ten stops being right, and below .97
 * stops pay off by its lower bound.
 * Rarity: at most 7 in 1,000 passing runs are hit; a level at which a share r of stops is right and a quarter of failing runs
 * is stopped hits (1 − r)/r · f/(1 − f)/4 of the passing ones. r is what the level says and what its stops were, (n·r' + 10·p)/(n + 10)
 * (mean of a Beta distribution). A failed step is evidence of the run itself: how often it is wrong is not a matter of the rate.
 * Example: where half of the runs fail and nothing was counted yet, .98 is the lowest level for history: .0204/4 = 5.1 in
 * 1,000. After ten passing runs of which none was hit, and eleven right stops, r of .92 is (11 + 9.2)/21 = .962:
 * 25·.0396/4 = .2475 is just beyond .007·35 = .245, so it is .94.
 */
export const stopLevel = (known: Standings, ground: Ground): number => {
  const odds = ground === 'sign' ? 0 : known.failureRate / (1 - known.failureRate)
  for (let i = 0; i < LEVELS.length; i += 1) {
    const level = LEVELS[i] ?? 1
    const wrong = known.falseStops[placeOf(ground, i)] ?? 0
    const stops = wrong + (known.trueStops[placeOf(ground, i)] ?? 0)
    if (lowerBound(wrong, stops) < leastShown(ground, level)) continue
    if (ground !== 'sign' && level < UNPROVED && stops <= FEW_STOPS) continue
    const right = (stops - wrong + WORD_STOPS * level) / (stops + WORD_STOPS)
    const expected = ((1 - right) / right) * odds * STOPPED_SHARE
    const isPrecise =
      wrong === 0 || wilson(1 - wrong / stops, stops, Z95_ONE_SIDED).high >= PRECISION
    const isRare =
      falseStopsAt(known, placeOf(ground, i)) + TAKEN_PASSES * expected <= spendOf(known)
    if (isPrecise && isRare) return level
  }
  return Infinity
}

/** Rates are over all passing runs, also those that nobody saw pass. How many stops are right is told by those that were seen. */
const falseStopsAt = (known: StopRecord, place: number): number =>
  (known.falseStops[place] ?? 0) + (known.unseenFalseStops[place] ?? 0)
const spendOf = ({ watchedPasses, unseenPasses }: Standings): number =>
  SPEND * (watchedPasses + unseenPasses + TAKEN_PASSES)

/** Share of right stops that the record must show by its lower bound. What a late step or silence adds was counted already. */
const leastShown = (ground: Ground, level: number): number => {
  if (ground === 'late' || ground === 'silent') return PRECISION
  return ground === 'sign' || level >= UNPROVED ? 0 : PAYS
}
/** Example: of 25 right stops and no wrong one .902; of ten and two .601. */
const lowerBound = (wrong: number, stops: number): number =>
  stops === 0 ? 0 : wilson(1 - wrong / stops, stops, Z95_ONE_SIDED).low

/**
 * How many running runs of one job may be stopped at a time without a failed step: as many as the record can afford to be
 * wrong about, and one. Where a job was mended meanwhile, all of them are stopped in error before the first can tell.
 * Example: 450 watched passing runs of which one was hit afford 1 + ⌊.007·475 − 1⌋ = 3.
 */
export const stopsAtOnce = (known: Standings, level: number): number => {
  const wrong = falseStopsAt(known, placeOf('history', indexOf(level)))
  return 1 + Math.max(0, Math.floor(spendOf(known) - wrong + 1e-9))
}

/** Counts a run, or `runs`, at every level that its belief on each ground (`peaks`, by ground) went up to. Changes its argument. */
export const climb = (stops: number[], peaks: readonly number[], runs = 1): void => {
  GROUNDS.forEach((ground, g) => {
    LEVELS.forEach((level, i) => {
      const place = placeOf(ground, i)
      stops[place] = (stops[place] ?? 0) + ((peaks[g] ?? 0) >= level ? runs : 0)
    })
  })
}

/** True where the record of a family says that stops at this level were wrong too often there, more than once in ten. */
export const isAgainst = (record: StopRecord, ground: Ground, level: number): boolean => {
  const place = placeOf(ground, indexOf(level))
  const wrong = record.falseStops[place] ?? 0
  const right = record.trueStops[place] ?? 0
  return wrong > FEW_FALSE_STOPS && right < PRECISION * (wrong + right)
}
