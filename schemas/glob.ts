/** Patterns of names in the configuration: `*` stands for any text. Which jobs they mean, and who owns those. */

import type { AlertOwner, JobRef } from './events.ts'

/** True where the text is the pattern, whose stars stand for any text. Takes time by length, whatever the pattern. */
export const fitsGlob = (pattern: string, text: string): boolean => {
  const [first = '', ...rest] = pattern.split('*')
  const last = rest.pop()
  if (last === undefined) return text === first
  if (!text.startsWith(first) || text.length < first.length + last.length) return false
  const end = text.length - last.length
  let at = first.length
  for (const part of rest) {
    const found = text.indexOf(part, at)
    if (found < 0 || found + part.length > end) return false
    at = found + part.length
  }
  return text.endsWith(last)
}

/** Which jobs something is for: no names at all stand for every job. */
export interface JobMatch {
  readonly match: readonly string[]
  readonly source: string | null
  readonly repo: string | null
}
/** True where a job is meant. What is about no job (an empty name) is meant only where no names are given. */
export const fitsJob = ({ match, source, repo }: JobMatch, job: JobRef): boolean =>
  (source === null || source === job.source) &&
  (repo === null || fitsGlob(repo, job.repo)) &&
  (match.length === 0 || match.some((pattern) => fitsGlob(pattern, job.job)))

/** The first configured owner that fits a job; null where none does. What a run says of itself goes before. */
export const ownerOf = (owners: readonly AlertOwner[], job: JobRef): string | null =>
  owners.find((each) => fitsJob(each, job))?.owner ?? null
