/** What is remembered between two polls of Prow: plain data, kept after the log acknowledged what was heard. */

import type { RunRef } from '../../schemas/events.ts'
import { newExcerptState, type ExcerptState } from '../log/excerpt.ts'
import type { Folder } from './bucket.ts'
import type { LogPosition } from '../log/lines.ts'
import { newLogState, type LogState } from './log/reader.ts'

/** A run that is followed from inside: while it goes on, and until its last files are read. */
export interface OpenRun {
  readonly run: RunRef
  readonly folder: Folder | null
  isStarted: boolean
  isEnded: boolean
  /** When its log was last asked for, in milliseconds. */
  readAt: number
  position: LogPosition
  /** Length of the log as last heard, in bytes. */
  size: number
  /** The log comes whole, whatever part is asked for. */
  isWhole: boolean
  readonly log: LogState
  /** What was picked of its log for whoever looks for the cause; a cursor of an earlier version has none. */
  excerpt?: ExcerptState
  /** When its test files were last listed. */
  listedAt: number
  /** Test files read, by name and generation. */
  readonly files: string[]
  /** Last readings after its end that found nothing. */
  vain: number
}
export interface ProwCursor {
  /** By name of the ProwJob: a mark of its state as last heard, and the initials of the kinds of facts told. */
  readonly jobs: Record<string, { readonly mark: string; readonly told: string }>
  readonly open: Record<string, OpenRun>
  /** Jobs whose past runs were read. */
  readonly histories: string[]
}

export const newCursor = (): ProwCursor => ({ jobs: {}, open: {}, histories: [] })

export const newOpenRun = (run: RunRef, folder: Folder | null): OpenRun => ({
  run,
  folder,
  isStarted: false,
  isEnded: false,
  readAt: 0,
  position: { offset: 0, isInLongLine: false },
  size: 0,
  isWhole: false,
  log: newLogState(),
  excerpt: newExcerptState(),
  listedAt: 0,
  files: [],
  vain: 0,
})
