/** How tests and their cells are shown: by word, sign and colour. */

import type { TestKind, TestSheet, TestTab, TestWord } from '../../../schemas/events.ts'
import { bitsOf, kindOf } from '../../../schemas/strips.ts'

interface WordLook {
  readonly word: string
  /** Shown before the word, so that it is known without its colour. */
  readonly sign: string
  /** Class of its colour. */
  readonly tone: 'bad' | 'warn' | 'infra' | 'good' | 'quiet'
  readonly doc: string
}
/** Words in the order of a list of the worst. */
export const WORD_LOOKS: Readonly<Record<TestWord, WordLook>> = {
  regression: {
    word: 'regression',
    sign: '■',
    tone: 'bad',
    doc: 'fails more often than its basis explains',
  },
  newFailing: { word: 'new failing', sign: '▲', tone: 'bad', doc: 'new, and has never passed' },
  infraFlake: {
    word: 'infra flake',
    sign: '◇',
    tone: 'infra',
    doc: 'failed together with most tests of its run',
  },
  failing: { word: 'failing', sign: '▼', tone: 'bad', doc: 'its newest results failed' },
  flaky: { word: 'flaky', sign: '◆', tone: 'warn', doc: 'passes and fails in turns' },
  passing: { word: 'passing', sign: '●', tone: 'good', doc: 'its newest result passed' },
  quiet: { word: 'quiet', sign: '○', tone: 'quiet', doc: 'nothing was heard of it lately' },
  unknown: {
    word: 'unknown',
    sign: '?',
    tone: 'quiet',
    doc: 'a word that this page does not know',
  },
}
const WORDS = Object.keys(WORD_LOOKS) as TestWord[]
export const wordOf = (name: string | null): TestWord | null =>
  WORDS.find((word) => word === name) ?? null

/** A test with its cells, oldest run first. */
export interface GridRow {
  readonly test: string
  readonly word: TestWord
  readonly cells: readonly TestKind[]
}

/**
 * Tests of a grid that hold `words`, the worst first: by word, then by failures among the newest cells.
 * Example: a regression stands before a flaky test, whatever their names.
 */
export const gridRows = (tab: TestTab, sheets: readonly TestSheet[], words: string): GridRow[] => {
  const wanted = words.trim().toLowerCase()
  const count = tab.columns.length
  const first = tab.last - count + 1
  return sheets
    .flatMap(({ rows }) => rows)
    .filter(({ test }) => wanted === '' || test.toLowerCase().includes(wanted))
    .map((row) => ({
      test: row.test,
      word: row.word,
      cells: bitsOf(row, first, count).map(kindOf),
    }))
    .sort(
      (a, b) =>
        WORDS.indexOf(a.word) - WORDS.indexOf(b.word) ||
        failuresIn(b) - failuresIn(a) ||
        (a.test < b.test ? -1 : 1),
    )
}
const failuresIn = ({ cells }: GridRow): number =>
  cells.filter((kind) => kind === 'failed' || kind === 'flaky').length
