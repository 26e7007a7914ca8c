/** What the log of one step says, however it comes: what its tests came to, and the lines that may tell of a failure. */

import { excerptOf, type PickedLines } from '../log/excerpt-record.ts'
import { newExcerptState, openExcerpt } from '../log/excerpt.ts'
import type { Told } from '../payload/facts.ts'
import type { RunEvent } from '../../schemas/events.ts'
import { lineCutter } from '../log/lines.ts'
import { newLogState, readLines, type Hearing } from './log/reader.ts'
import { stepOf } from './run-files.ts'

interface StepLogReader {
  readonly push: (piece: Uint8Array) => void
  /** The newest counts of the step's tests, and its lines. */
  readonly end: (told: Told) => {
    readonly facts: readonly RunEvent[]
    readonly others: PickedLines[]
  }
}

/** `path` is inside the run's folder; `isInLongLine` is true where what comes first may be the end of a line. */
export const openStepLog = (
  path: string,
  hearing: Hearing,
  isInLongLine = false,
): StepLogReader => {
  const cutter = lineCutter({ offset: 0, isInLongLine })
  const picked = newExcerptState()
  const excerpt = openExcerpt(picked, isInLongLine)
  const state = newLogState()
  let counts: RunEvent | undefined
  const hear = (lines: readonly string[]): void => {
    for (const fact of readLines(state, lines, hearing))
      if (fact.kind === 'testsReported') counts = { ...fact, step: stepOf(path) }
  }
  return {
    push: (piece) => {
      excerpt.push(piece)
      hear(cutter.push(piece))
    },
    end: (told) => {
      hear(cutter.end())
      const others = excerptOf(hearing.run, path, excerpt.take(true), picked, true, told)
      return { facts: counts === undefined ? [] : [counts], others }
    },
  }
}
