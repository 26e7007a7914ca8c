/**
 * THE table of signs: what may be seen of an open pull request that makes it end sooner or later. Each multiplies the
 * intensity of a merge and of a close; by how much is learned in the repository as ends seen over ends expected without it.
 */

import { hasFailed, havePassed, isEndangered, type Check } from './checks.ts'
import { partsOf } from './life-table.ts'

/** What signs are read off. */
export interface OpenState {
  readonly draft: boolean | null
  readonly review: string | null
  readonly labels: readonly string[]
  readonly autoMerge: boolean | null
  readonly mergeState: string | null
  readonly checks: readonly Check[]
}
interface Sign {
  readonly name: string
  readonly of: (state: OpenState) => boolean
  /** Our guess where nothing has been heard yet: of merges, of closes. */
  readonly start: readonly [merge: number, close: number]
}
const APPROVING = /^(lgtm|approved|ready.to.merge)$/i
const HOLDING = /(^|\W)(hold|wip|blocked|do.not.merge|needs.rebase|on.hold)($|\W)/i

export const SIGNS: readonly Sign[] = [
  { name: 'approved', of: ({ review }) => review === 'approved', start: [2, 0.5] },
  { name: 'changes requested', of: ({ review }) => review === 'changesRequested', start: [0.5, 1] },
  { name: 'reviewed', of: ({ review }) => review === 'commented', start: [1, 1] },
  {
    name: 'labelled as ready',
    of: ({ labels }) => labels.some((l) => APPROVING.test(l)),
    start: [2, 0.5],
  },
  {
    name: 'labelled to wait',
    of: ({ labels }) => labels.some((l) => HOLDING.test(l)),
    start: [0.3, 1],
  },
  { name: 'a draft', of: ({ draft }) => draft === true, start: [0.3, 1] },
  { name: 'merges by itself', of: ({ autoMerge }) => autoMerge === true, start: [2, 0.5] },
  { name: 'in conflict', of: ({ mergeState }) => mergeState === 'dirty', start: [0.5, 1] },
  { name: 'checks fail', of: ({ checks }) => hasFailed(checks), start: [0.5, 1] },
  { name: 'a check is likely to fail', of: ({ checks }) => isEndangered(checks), start: [0.6, 1] },
  { name: 'checks passed', of: ({ checks }) => havePassed(checks), start: [1.3, 1] },
]

/** Names of labels that a sign looks at: the only ones kept. */
export const isTelling = (label: string): boolean => APPROVING.test(label) || HOLDING.test(label)

/** Ends seen under each sign, and expected of the same pull requests without it. */
export interface Effects {
  mergeSeen: number[]
  mergeExpected: number[]
  closeSeen: number[]
  closeExpected: number[]
}
const zeros = (): number[] => SIGNS.map(() => 0)
export const newEffects = (): Effects => ({
  mergeSeen: zeros(),
  mergeExpected: zeros(),
  closeSeen: zeros(),
  closeExpected: zeros(),
})

/** Places of the signs that are seen. */
export const signsOf = (state: OpenState): number[] =>
  SIGNS.flatMap(({ of }, place) => (of(state) ? [place] : []))

/** Ends that our guess counts for. */
const STRENGTH = 4
/** Factor of one sign. Example: 10 merges seen where 4 were expected, guess 2: (10 + 8) / (4 + 4) = 2.25. */
export const factorOf = (seen = 0, expected = 0, start = 1): number =>
  (seen + STRENGTH * start) / (expected + STRENGTH)

/** What the seen signs make of the intensities of a merge and of a close. */
export interface Sway {
  readonly merge: number
  readonly close: number
}
export const swayOf = (effects: Effects, signs: readonly number[]): Sway => {
  let [merge, close] = [1, 1]
  for (const i of signs) {
    const [m, c] = SIGNS[i]?.start ?? [1, 1]
    merge *= factorOf(effects.mergeSeen[i], effects.mergeExpected[i], m)
    close *= factorOf(effects.closeSeen[i], effects.closeExpected[i], c)
  }
  return { merge, close }
}

/** A pull request was watched between two z with these signs: adds what was expected of it without each of them. */
export const expect = (
  effects: Effects,
  signs: readonly number[],
  span: { readonly from: number; readonly to: number },
  rates: { readonly intensities: readonly number[]; readonly mergeShare: (z: number) => number },
): void => {
  if (signs.length === 0) return
  let [merges, closes] = [0, 0]
  for (const { bucket, z, width } of partsOf(span.from, span.to)) {
    const ends = (rates.intensities[bucket] ?? 0) * width
    const share = rates.mergeShare(z)
    merges += ends * share
    closes += ends * (1 - share)
  }
  const all = swayOf(effects, signs)
  for (const i of signs) {
    const own = swayOf(effects, [i])
    effects.mergeExpected[i] = (effects.mergeExpected[i] ?? 0) + (merges * all.merge) / own.merge
    effects.closeExpected[i] = (effects.closeExpected[i] ?? 0) + (closes * all.close) / own.close
  }
}

/** A pull request with these signs ended. */
export const countSigns = (effects: Effects, signs: readonly number[], isMerged: boolean): void => {
  const seen = isMerged ? effects.mergeSeen : effects.closeSeen
  for (const i of signs) seen[i] = (seen[i] ?? 0) + 1
}
