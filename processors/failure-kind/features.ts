/** THE table of features: what a candidate line is measured by, for the plain rule, for training and for serving alike. */

import { KIND_OF_SIGN } from './read-line.ts'
import { linesOf, type Candidate, type Ledger, type SignLines } from './ledger.ts'

/** A candidate with what stands around it. */
export interface Placed {
  readonly candidate: Candidate
  readonly of: SignLines
  /** Its place among the lines kept of its sign, from 0. */
  readonly place: number
  /** The log it stands in. */
  readonly ledger: Ledger
  /** The heaviest weight in any log of the run. */
  readonly heaviest: number
  /** Line numbers of all candidates of its log, in order. */
  readonly all: readonly number[]
  /** First line of its log that tells of a failure of the run's own; infinite where none does. */
  readonly ownAt: number
}
interface FeatureRow {
  readonly name: string
  readonly doc: string
  readonly of: (placed: Placed) => number
}

const near = ({ all, candidate }: Placed, from: number, to: number): number => {
  let count = 0
  for (const line of all)
    if (line >= candidate.line + from && line <= candidate.line + to) count += 1
  return count
}
const before = ({ all, candidate }: Placed): number => {
  let count = 0
  for (const line of all) if (line < candidate.line) count += 1
  return count
}

export const FEATURES: readonly FeatureRow[] = [
  { name: 'weight', doc: 'Weight of its sign.', of: ({ candidate }) => candidate.weight },
  {
    name: 'lead',
    doc: 'Its weight less the heaviest of the log.',
    of: ({ candidate, heaviest }) => candidate.weight - heaviest,
  },
  {
    name: 'position',
    doc: 'Place in the log so far. Unit: ratio 0..1.',
    of: ({ candidate, ledger }) => candidate.line / Math.max(1, ledger.lines),
  },
  {
    name: 'toEnd',
    doc: 'Lines to the end of the log, log.',
    of: ({ candidate, ledger }) => Math.log1p(Math.max(0, ledger.lines - candidate.line)),
  },
  { name: 'place', doc: 'Place among the lines of its sign, from 0.', of: ({ place }) => place },
  {
    name: 'isLast',
    doc: '1 for the last line of its sign.',
    of: ({ candidate, of }) => Number(linesOf(of).at(-1)?.line === candidate.line),
  },
  { name: 'count', doc: 'Lines with its sign, log.', of: ({ of }) => Math.log1p(of.count) },
  { name: 'before', doc: 'Candidates before it, log.', of: (placed) => Math.log1p(before(placed)) },
  {
    name: 'after',
    doc: 'Candidates behind it, log.',
    of: (placed) => Math.log1p(placed.all.length - before(placed) - 1),
  },
  { name: 'around', doc: 'Candidates within 10 lines.', of: (placed) => near(placed, -10, 10) },
  { name: 'above', doc: 'Candidates in the 5 lines above.', of: (placed) => near(placed, -5, -1) },
  {
    name: 'isTest',
    doc: '1 for signs of failing tests.',
    of: ({ of }) => Number(KIND_OF_SIGN.get(of.sign) === 'test'),
  },
  {
    name: 'isBuild',
    doc: '1 for signs of failing builds.',
    of: ({ of }) => Number(KIND_OF_SIGN.get(of.sign) === 'build'),
  },
  {
    name: 'isOutside',
    doc: '1 for signs of infrastructure, limits and cancellation.',
    of: ({ of }) =>
      Number(/infrastructure|timeout|cancelled/.test(KIND_OF_SIGN.get(of.sign) ?? '')),
  },
  {
    name: 'isBehindOwn',
    doc: "1 behind a line that tells of a failure of the run's own.",
    of: ({ candidate, ownAt }) => Number(candidate.line > ownAt),
  },
  {
    name: 'length',
    doc: 'Characters of the line, log.',
    of: ({ candidate }) => Math.log1p(candidate.text.length),
  },
  {
    name: 'indent',
    doc: 'Spaces before its text.',
    of: ({ candidate: { text } }) => text.length - text.trimStart().length,
  },
  {
    name: 'words',
    doc: 'Words of letters, log.',
    of: ({ candidate: { text } }) => Math.log1p(text.match(/[A-Za-z]{2,40}/g)?.length ?? 0),
  },
  {
    name: 'hasPlace',
    doc: '1 where it names a file and a line.',
    of: ({ candidate: { text } }) => Number(/[\w)]\.\w{1,6}[:(]\d+/.test(text)),
  },
  {
    name: 'saysError',
    doc: '1 where it begins with error or ends a sentence with it.',
    of: ({ candidate: { text } }) => Number(/^\W{0,6}(?:error|fatal|E:)/i.test(text)),
  },
  { name: 'logLines', doc: 'Lines of the log, log.', of: ({ ledger }) => Math.log1p(ledger.lines) },
]
export const FEATURE_NAMES: readonly string[] = FEATURES.map(({ name }) => name)

export const featuresOf = (placed: Placed): Float32Array =>
  Float32Array.from(FEATURES, ({ of }) => of(placed))
