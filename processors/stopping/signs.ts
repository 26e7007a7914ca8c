/** How often a run with this failed step still passed: learned per step, leaning on the job, its family, its community. */

import type { Prior } from '../../schemas/events.ts'

/** Runs that showed a sign, and those of them that passed all the same; decayed. */
export interface SignCount {
  runs: number
  passes: number
}
/** By step; red tests count as a step of this name. */
export type SignCounts = Record<string, SignCount>
export const RED_TESTS = 'red tests'

/** Before anything is known, a failed step fails nine runs in ten. */
const HARMLESS_AT_FIRST = 0.1
/** What the wider level says counts as two runs: a step speaks for itself from its third failure on. */
const LEAN = 2
/** A late step or silence is weaker evidence than a failed step: what was believed without it counts as so many runs. */
export const LATE_LEAN = 8
/** A step is forgotten by halves every 40 of its failures. */
const FORGET = 0.5 ** (1 / 40)
/** Steps remembered; of more, those seen least are forgotten. */
const MAX_STEPS = 50

/** What failed steps say together: the chance to fail, and the runs it rests on. */
export interface SignBelief {
  /** The step that says most. */
  readonly step: string
  readonly p: number
  readonly runs: number
}

const leaning = (wider: number, { runs, passes }: SignCount, lean = LEAN): number =>
  (passes + lean * wider) / (runs + lean)

/**
 * Share of runs that pass with a sign of any step: of the job, leaning on its family, leaning on its community (`priors`
 * come narrowest first).
 */
export const harmlessShare = (own: SignCount, priors: readonly (Prior | undefined)[]): number => {
  let share = HARMLESS_AT_FIRST
  for (const prior of [...priors].reverse())
    if (prior !== undefined)
      share = leaning(share, {
        runs: prior.passesWithSign + prior.failuresWithSign,
        passes: prior.passesWithSign,
      })
  return leaning(share, own)
}

/**
 * The belief after these steps failed: that of the most telling one.
 * Example: a step whose three failures all failed the run, in a job of which nothing else is known (.1 still pass):
 * p = 1 − (0 + 2·.1) / (3 + 2) = .96.
 */
export const beliefOf = (
  steps: readonly string[],
  counts: SignCounts,
  jobShare: number,
): SignBelief => {
  let best: SignBelief = { step: '', p: 0, runs: 0 }
  for (const step of steps) {
    const count = counts[step] ?? { runs: 0, passes: 0 }
    const p = 1 - leaning(jobShare, count)
    if (p > best.p) best = { step, p, runs: count.runs + LEAN }
  }
  return best
}

/** Share of runs that pass with a sign of this step, leaning on the job. */
export const harmlessOf = (counts: SignCounts, step: string, jobShare: number): number =>
  leaning(jobShare, counts[step] ?? { runs: 0, passes: 0 })

/** A red test by name, among failed steps. */
const RED_TEST = 'red test '
export const redTest = (test: string): string => `${RED_TEST}${test}`

/** What a belief rests on, in words. Example: `deploy`: failed step deploy. */
export const signName = (step: string): string =>
  step === RED_TESTS || step.startsWith(RED_TEST) ? step : `failed step ${step}`

/** A step that takes longer than it ever did in a pass counts by itself, apart from its failing. */
export const lateSign = (step: string): string => `late: ${step}`

/** Silence that is longer than it ever is in a pass counts by itself likewise. */
export const SILENCE_SIGN = 'silent'

/** How runs ended that were late or silent as this one is. */
export interface LateCount extends SignCount {
  readonly ground: 'late' | 'silent'
}
/** The most telling of late steps and silence: that after which fewest runs passed; null where there is neither. */
export const tellingLate = (
  steps: readonly string[],
  isSilent: boolean,
  counts: SignCounts,
): LateCount | null => {
  const told = steps.map((step) => ({ sign: lateSign(step), ground: 'late' as const }))
  const silence = isSilent ? [{ sign: SILENCE_SIGN, ground: 'silent' as const }] : []
  let best: LateCount | null = null
  for (const { sign, ground } of [...told, ...silence]) {
    const count = { ...(counts[sign] ?? { runs: 0, passes: 0 }), ground }
    if (best === null || leaning(0.5, count, LATE_LEAN) < leaning(0.5, best, LATE_LEAN))
      best = count
  }
  return best
}

/**
 * The belief once a step is late, or the run silent: that it says anything is learned, so it leans on what was believed
 * without it.
 * Example: believed .4; of twelve runs in which this step was late none passed: 1 − (0 + 8·.6) / (12 + 8) = .76.
 */
export const withLate = (p: number, late: SignCount | null): number =>
  late === null ? p : Math.max(p, 1 - leaning(1 - p, late, LATE_LEAN))

/** The counts after one more run that showed these signs. Does not change its argument. */
export const countSigns = (
  counts: SignCounts,
  steps: readonly string[],
  failed: boolean,
  most = MAX_STEPS,
): SignCounts => {
  if (steps.length === 0) return counts
  const next = { ...counts }
  for (const step of steps) {
    const { runs, passes } = next[step] ?? { runs: 0, passes: 0 }
    next[step] = { runs: runs * FORGET + 1, passes: passes * FORGET + (failed ? 0 : 1) }
  }
  return trimmed(next, steps, most)
}

const trimmed = (counts: SignCounts, fresh: readonly string[], most: number): SignCounts => {
  const names = Object.keys(counts)
  if (names.length <= most) return counts
  const weight = (name: string): number =>
    (fresh.includes(name) ? 1e6 : 0) + (counts[name]?.runs ?? 0)
  const kept = names.sort((a, b) => weight(b) - weight(a) || (a < b ? -1 : 1)).slice(0, most)
  return Object.fromEntries(kept.map((name) => [name, counts[name] ?? { runs: 0, passes: 0 }]))
}
