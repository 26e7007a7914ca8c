/** Key grammar: parts joined by `:`, each part with `%` and `:` percent-escaped, so that job names may hold colons. */

import type { RunRef } from './events.ts'

const escapePart = (part: string): string =>
  part.includes('%') || part.includes(':') ? part.replace(/%/g, '%25').replace(/:/g, '%3A') : part

/** Joins parts into one key. Example: `key('prow', 'o/r', 'a:b')` is `prow:o/r:a%3Ab`. */
export const key = (...parts: readonly string[]): string => {
  let text = ''
  for (let i = 0; i < parts.length; i += 1)
    text += (i === 0 ? '' : ':') + escapePart(parts[i] ?? '')
  return text
}

/** Inverse of {@link key}. */
export const keyParts = (text: string): string[] =>
  text.split(':').map((part) => part.replace(/%3A/g, ':').replace(/%25/g, '%'))

type JobRef = Pick<RunRef, 'source' | 'repo' | 'job'>
export interface PullRef {
  readonly source: string
  readonly repo: string
  readonly pull: number
}
/** Keys made lately, by job: most records are of a few thousand jobs, and one text for each makes tables quick to look up. */
const KNOWN_JOBS = 10_000
const known = new Map<string, JobRef & { readonly key: string }>()

/** Job key `source:repo:job`. */
export const jobKey = ({ source, repo, job }: JobRef): string => {
  const last = known.get(job)
  if (last?.repo === repo && last.source === source) return last.key
  if (known.size >= KNOWN_JOBS) known.clear()
  const made = { source, repo, job, key: key(source, repo, job) }
  known.set(job, made)
  return made.key
}

/** Run name inside its job: `runId#attempt`. */
export const runName = (run: Pick<RunRef, 'runId' | 'attempt'>): string =>
  `${run.runId}#${run.attempt}`

/** Key of a pull request across all repositories. */
export const pullKey = ({ source, repo, pull }: PullRef): string => key(source, repo, String(pull))

/** Key of a run across all jobs. */
export const runKey = (run: RunRef): string => key(run.source, run.repo, run.job, runName(run))
