/** Files of a run in its bucket that are read as they appear: tests, and the logs of steps. */

import type { RunEvent, TestResult } from '../../schemas/events.ts'
import type { Refused } from '../payload/heard.ts'
import type { Other } from '../payload/turn.ts'
import type { OpenRun } from './cursor.ts'

/** A file of a run that is read once per generation. */
export interface TestFile {
  readonly open: OpenRun
  /** Path inside the run's folder. */
  readonly path: string
  readonly mark: string
  readonly updatedAt: number | null
  /** In bytes, as it is listed. */
  readonly size: number
}

/** Where files lie, and which are looked for. */
export interface FileStore {
  readonly storage: string
  readonly hasLogs: boolean
}
/** What a part of a file says. */
export interface TestReading {
  readonly facts: readonly RunEvent[]
  readonly tests: readonly TestResult[]
  readonly refused: readonly Refused[]
  readonly others: readonly Other[]
}

const STEP_LOG = /^artifacts\/([^/]{1,200})\/([^/]{1,200})\/build-log\.txt$/

/**
 * Step whose log lies at a path of the run's folder, named as the log of the run names it; null where it is none. Example:
 * `artifacts/e2e/ipi-install/build-log.txt` is of `e2e-ipi-install`.
 */
export const stepOf = (path: string): string | null => {
  const [, test, step] = STEP_LOG.exec(path) ?? []
  return test === undefined || step === undefined ? null : `${test}-${step}`
}
