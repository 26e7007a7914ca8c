/** The archive format as it is written: columns of each file, and the words that its readers know. */

import type { Outcome, TestStatus } from '../../../schemas/events.ts'

const RUN_KEY = ['source', 'repo', 'job', 'run_id', 'attempt'] as const

/** Columns that are always there, in their order; files are written in the order of this table. */
export const COLUMNS = {
  tests: [...RUN_KEY, 'test', 'finished_at', 'duration_s', 'status'],
  steps: [...RUN_KEY, 'step', 'started_at', 'finished_at', 'conclusion'],
  runs: [
    ...RUN_KEY,
    'queued_at',
    'started_at',
    'finished_at',
    'status',
    'conclusion',
    'trigger',
    'branch',
    'sha',
    'group_id',
  ],
} as const satisfies Record<string, readonly string[]>

export type FileKind = keyof typeof COLUMNS
export const FILE_KINDS = Object.keys(COLUMNS) as FileKind[]

/** Labels known while a run is queued or has just begun: they are written first. */
export const EARLY_LABELS: readonly string[] = [
  'family',
  'version',
  'pipeline',
  'labels',
  'queue',
  'runner',
]

/** Columns in which a reader looks for the source's own word for an outcome, best first. */
export const RAW_COLUMNS = ['raw_status', 'raw_state', 'raw_result'] as const

/** Words that are read back as the outcome; the first is written where the source's own word is not among them. */
export const OUTCOME_WORDS: Readonly<Record<Outcome, readonly string[]>> = {
  unknown: ['unknown'],
  success: ['success'],
  failure: ['failure'],
  error: ['error', 'startup_failure'],
  timedOut: ['timed_out'],
  aborted: ['cancelled', 'aborted'],
  skipped: ['skipped', 'neutral'],
}

/** Words that are read back as the test's status; the first is written where the source's own word is not among them. */
export const STATUS_WORDS: Readonly<Record<TestStatus, readonly string[]>> = {
  unknown: ['unknown'],
  passed: ['passed', 'success'],
  failed: ['failed', 'failure'],
  error: ['error'],
  skipped: ['skipped', 'xfailed'],
  flaky: ['flaky'],
}

/** Whether a reader takes `word` for `meaning`; a word that no meaning has is read as unknown. */
const isReadAs = <M extends string>(
  table: Readonly<Record<M, readonly string[]>>,
  meaning: M,
  word: string,
): boolean => {
  const text = word.toLowerCase()
  if (table[meaning].includes(text)) return true
  const words = Object.values<readonly string[]>(table)
  return meaning === 'unknown' && !words.some((known) => known.includes(text))
}

/**
 * The word to write: the source's own where it is read back as `meaning`, else the table's first. Examples:
 * `wordFor(OUTCOME_WORDS, 'skipped', 'neutral')` is `neutral`, with `SKIP` for `neutral` it is `skipped`.
 */
export const wordFor = <M extends string>(
  table: Readonly<Record<M, readonly string[]>>,
  meaning: M,
  own: string | null,
): string => (own !== null && isReadAs(table, meaning, own) ? own : (table[meaning][0] ?? meaning))
