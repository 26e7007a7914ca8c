/** THE table of the files of an archive folder, their columns, and where a run's extra columns may be used. */

/** Kinds of files, in the order in which a folder is read: tests look up the end of their run. */
export const FILES = {
  runs: {
    required: ['source', 'repo', 'job', 'run_id', 'started_at', 'finished_at', 'conclusion'],
    optional: ['attempt', 'queued_at', 'status', 'trigger', 'branch', 'sha'],
  },
  steps: {
    required: ['source', 'repo', 'job', 'run_id', 'step', 'finished_at', 'conclusion'],
    optional: ['attempt', 'started_at'],
  },
  tests: {
    required: ['source', 'repo', 'job', 'run_id', 'test', 'status'],
    optional: ['attempt', 'finished_at', 'duration_s'],
  },
  pulls: {
    required: ['source', 'repo', 'number', 'created_at', 'merged_at', 'closed_at'],
    optional: ['author', 'draft', 'base', 'author_association', 'title_words', 'body_words'],
  },
} as const

export type FileKind = keyof typeof FILES
export const FILE_KINDS = Object.keys(FILES) as FileKind[]

/** Extra columns of runs known when the run is queued. */
export const KNOWN_WHEN_QUEUED: readonly string[] = ['family', 'version', 'pipeline', 'labels']
/** Extra columns of runs known once a machine has been assigned. */
export const KNOWN_WHEN_STARTED: readonly string[] = ['queue', 'runner']

/** Columns of runs that have a field of their own and are never labels. */
export const RUN_FIELDS: ReadonlySet<string> = new Set([
  ...FILES.runs.required,
  ...FILES.runs.optional,
  'group_id',
  'pull',
])

/** Columns that keep the source's own word for the outcome, best first. */
export const RAW_OUTCOMES = ['raw_status', 'raw_state', 'raw_result'] as const

/** One row: its values by column; a column the file does not have reads as undefined. */
export type Row = Readonly<Record<string, string | undefined>>
