/** What was read of an archive and what was wrong with it: exact counts, and the first examples of each kind. */

import { PROBLEMS, type Problem, type Reason } from './problems.ts'

const EXAMPLES = 20

/** One thing that was wrong, ready to be printed. `isRefused`: it went to the dead letters. */
export interface ReportedProblem {
  readonly file: string
  readonly line: number
  readonly reason: Reason
  readonly detail: string
  readonly advice: string
  readonly isRefused: boolean
}
/** One file of an archive. `repeats` are rows that say again what is known of a run. */
export interface FileSummary {
  readonly file: string
  readonly rows: number
  readonly offers: number
  readonly refused: number
  readonly repeats: number
  readonly problems: Readonly<Partial<Record<Reason, number>>>
}
export interface ArchiveSummary {
  readonly files: readonly FileSummary[]
  /** The first problems of each kind in each file; `files[].problems` has the whole counts. */
  readonly problems: readonly ReportedProblem[]
}

/** Counts for one file while it is read. */
export const createFileReport = (file: string) => {
  const counts = { rows: 0, offers: 0, refused: 0, repeats: 0 }
  const problems: Partial<Record<Reason, number>> = {}
  const examples: ReportedProblem[] = []
  const words = new Set<string>()
  return {
    counts,
    examples,
    /** Counts a problem; a word that is not known becomes an example once. */
    add({ reason, detail }: Problem, line: number): void {
      const { isRefused, advice } = PROBLEMS[reason]
      const count = (problems[reason] ?? 0) + 1
      problems[reason] = count
      if (isRefused) counts.refused += 1
      if (reason === 'unknown-word' && words.has(detail)) return
      if (reason === 'unknown-word') words.add(detail)
      if ((reason === 'unknown-word' ? words.size : count) <= EXAMPLES)
        examples.push({ file, line, reason, detail, advice, isRefused })
    },
    summary: (): FileSummary => ({ file, ...counts, problems }),
  }
}
export type FileReport = ReturnType<typeof createFileReport>

/** One line about one problem. */
export const problemLine = (problem: ReportedProblem): string =>
  `${problem.file}:${problem.line}: ${problem.detail} (${problem.reason}). ${problem.advice}`
