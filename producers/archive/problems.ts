/** THE table of what can be wrong with a file or a row of an archive, and what to do about it. */

/** `isRefused`: the bytes go to the dead letters; otherwise the row was read and the report mentions it. */
export interface ProblemRow {
  readonly isRefused: boolean
  readonly advice: string
}
const refused = (advice: string): ProblemRow => ({ isRefused: true, advice })
const noted = (advice: string): ProblemRow => ({ isRefused: false, advice })

export const PROBLEMS = {
  'unreadable-file': refused('Check that the file may be read and is a plain or gzip file.'),
  'damaged-gzip': refused('Fetch the file again; rows before the damage were read.'),
  'empty-file': refused('Write a header line, or remove the file.'),
  'missing-column': refused('Add the column to the header; empty values are allowed.'),
  'repeated-column': refused('Give each column a name of its own.'),
  'invalid-utf8': refused('Write the file in UTF-8.'),
  'row-too-long': refused('Keep a row under 64 kB; long logs belong in files of their own.'),
  'unclosed-quote': refused('Close the quote, and double quotes inside a field.'),
  'malformed-row': refused('Quote a whole field, and double quotes inside it.'),
  'column-count': refused('Give each row as many fields as the header; quote fields with commas.'),
  'missing-value': refused('Fill source, repo, job, run_id, and step or test.'),
  'name-too-long': refused('Keep names and ids under 1,000 characters.'),
  'bad-attempt': refused('Write attempt as a whole number from 1, or leave it empty for 1.'),
  'bad-time': refused('Write times as ISO 8601 UTC, as in 2026-07-16T06:00:53Z.'),
  'number-for-time': refused('Write times as ISO 8601 UTC, not as a count since 1970.'),
  'absurd-time': refused('Check seconds against milliseconds where the file was written.'),
  'finish-before-start': refused('Check that both times are UTC and in their own columns.'),
  'no-time': refused('Give at least one of the times of the row, or of its run.'),
  'no-such-run': refused('Give the test a finished_at, or add its run to runs.csv.'),
  'bad-duration': refused('Write duration_s as seconds, or leave it empty.'),
  unencodable: refused('The field that is named is beyond what is kept of it: check its value.'),
  'bad-file': refused('What it should tell of its run is missing; all else of the run was read.'),
  'no-place': refused('Keep the folders as they are in the bucket: .../JOB/BUILD.'),
  'odd-field': noted('It was read as far as it is known.'),
  'absent-column': noted('The column is read as empty; add it where the values are known.'),
  'unknown-word': noted('The row is read with outcome unknown; its own word is kept.'),
  'contradictory-run': noted(
    'Both rows were passed on; give each run an id or attempt of its own.',
  ),
  'queue-after-start': noted('The queue time was left out; GitHub writes such rows for reruns.'),
  'start-after-end': noted('The start was left out: the run was cancelled before it started.'),
  'long-label': noted('The label was cut at 1,000 characters.'),
  'untimed-step': noted('The step was left out: without a time it has no place in the stream.'),
} satisfies Record<string, ProblemRow>

export type Reason = keyof typeof PROBLEMS

/** What is wrong with one row, in words that name the values. */
export interface Problem {
  readonly reason: Reason
  readonly detail: string
}

/** A row that cannot be read. */
export class RefusedRow extends Error {
  readonly reason: Reason
  constructor(reason: Reason, detail: string) {
    super(detail)
    this.name = 'RefusedRow'
    this.reason = reason
  }
}
