/** What one line says: its heaviest sign. */

import { plainText } from './plain.ts'
import { HARMLESS, SIGNS, TOLD_SIGNS, type Sign, type ToldSign } from './signs.ts'

/** A line that only looks like trouble keeps this share of its weight. */
const HARMLESS_SHARE = 0.3

export interface Reading {
  readonly sign: Sign
  readonly weight: number
  /** The text without what stands before it. */
  readonly text: string
}

const BY_WEIGHT = SIGNS.map((sign, i) => ({ sign, i })).sort(
  (a, b) => b.sign.weight - a.sign.weight || a.i - b.i,
)
const inOrder = BY_WEIGHT.map(({ sign }) => sign)

/** Null for a line without a sign. `without` leaves out the rows learned from one set. */
export const readLine = (line: string, without?: string): Reading | null => {
  const text = plainText(line)
  for (const sign of inOrder) {
    if (sign.from === without || !sign.pattern.test(text)) continue
    const isHarmless = HARMLESS.some((pattern) => pattern.test(text))
    return { sign, weight: isHarmless ? sign.weight * HARMLESS_SHARE : sign.weight, text }
  }
  return null
}

/** Name of a sign that the source told, apart from those of lines. */
export const toldSign = (name: ToldSign): string => `told:${name}`
const ALL: readonly (Pick<Sign, 'kind' | 'cause'> & { readonly name: string })[] = [
  ...SIGNS,
  ...(Object.keys(TOLD_SIGNS) as ToldSign[]).map((name) => ({
    ...TOLD_SIGNS[name],
    name: toldSign(name),
  })),
]
/** Kinds and causes of signs by their names. */
export const KIND_OF_SIGN: ReadonlyMap<string, Sign['kind']> = new Map(
  ALL.map(({ name, kind }) => [name, kind]),
)
export const CAUSE_OF_SIGN: ReadonlyMap<string, Sign['cause']> = new Map(
  ALL.map(({ name, cause }) => [name, cause]),
)
