/** Parts of a path that name a repository, a job or a run, the same in every route. */

import { key } from '../../schemas/keys.ts'
import type { JobRef, RunRef } from '../../schemas/events.ts'
import { text } from '../json-schema.ts'

export const JOB_PATH = '/v1/jobs/:source/:repo/:job'
export const RUN_PATH = '/v1/runs/:source/:repo/:job/:runId/:attempt'
export const REPO_PATH = '/v1/repos/:source/:repo'

export const JOB_PARAMS = {
  source: text('Source the job was heard from; demo is simulated.'),
  repo: text('Repository; its `/` is written `%2F`.'),
  job: text('Job name as the source writes it, percent-encoded.'),
}
export const REPO_PARAMS = { source: JOB_PARAMS.source, repo: JOB_PARAMS.repo }
/** A repository as paths name it. */
export interface RepoRef {
  readonly source: string
  readonly repo: string
}
export const RUN_PARAMS = {
  ...JOB_PARAMS,
  runId: text('Job run identifier, percent-encoded.'),
  attempt: { type: 'integer', minimum: 1, description: 'Attempt, from 1.' },
}

/** Words of a filter over jobs. */
export interface JobQuery {
  readonly source?: string
  readonly repo?: string
  readonly job?: string
}
const word = (description: string) => ({ ...text(description), maxLength: 1_000 })
export const JOB_QUERY = {
  source: word('Only this source.'),
  repo: word('Only this repository.'),
  job: word('Only this job, by its name.'),
}

/** Tells whether the first parts of a key are these, undefined meaning any; undefined where every key passes. */
export const partsFilter = (
  wanted: readonly (string | undefined)[],
): ((key: string) => boolean) | undefined => {
  if (wanted.every((part) => part === undefined)) return undefined
  const escaped = wanted.map((part) => (part === undefined ? undefined : key(part)))
  return (text) => {
    const parts = text.split(':')
    return escaped.every((part, index) => part === undefined || part === parts[index])
  }
}
/** Tells whether a job key or run key passes the filter; undefined where there is none. */
export const jobFilter = ({
  source,
  repo,
  job,
}: JobQuery): ((key: string) => boolean) | undefined => partsFilter([source, repo, job])

/** Simulated data has this source everywhere. */
export const isDemo = ({ source }: Pick<JobRef, 'source'>): boolean => source === 'demo'
/** Tells whether a job key or run key is one of simulated data. */
export const isDemoKey = (key: string): boolean => key.startsWith('demo:')

/** How a job or a run is named to people. */
export const jobText = (job: JobRef): string => `${job.source} ${job.repo} ${job.job}`
export const runText = (run: RunRef): string =>
  `${jobText(run)} run ${run.runId} attempt ${run.attempt}`
