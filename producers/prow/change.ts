/** What a ProwJob tests: its repository, branch, commit and pull request. */

import type { RunEvent } from '../../schemas/events.ts'
import { isJson, jsonAt, jsonsAt, listAt, numberAt, textAt, type Json } from '../payload/json.ts'

/** Repository of jobs that name none, as some periodics do. */
const NO_REPO = 'none/none'

const refsOf = (job: Json): Json => {
  const refs = jsonAt(job, 'spec', 'refs')
  if (textAt(refs, 'repo') !== null) return refs
  const extra = listAt(job, 'spec', 'extra_refs')[0]
  return isJson(extra) ? extra : {}
}

/** Repository of the job, owner/name. Gerrit writes hosts for owners; they are kept without their scheme. */
export const repoOf = (job: Json, fallback = NO_REPO): string => {
  const refs = refsOf(job)
  const [org, repo] = [textAt(refs, 'org'), textAt(refs, 'repo')]
  if (repo === null) return fallback
  return (org === null ? repo : `${org.replace(/^https?:\/\//, '')}/${repo}`).slice(0, 1000)
}

/** One change gives one text: the same push, or the same batch, for every job and every retest of it. */
export const changeKey = (job: Json): string | null => {
  const pulls = jsonsAt(job, 'spec', 'refs', 'pulls')
  if (pulls.length === 0) return null
  const heads = pulls.map((pull) => `${numberAt(pull, 'number') ?? '?'}@${textAt(pull, 'sha')}`)
  return `${repoOf(job)}#${heads.join('+')}`.slice(0, 1000)
}

/** What is known of the change from the first fact on. Runs that one event of GitHub started are one group. */
export const changeOf = (
  job: Json,
): Pick<RunEvent, 'group' | 'branch' | 'sha' | 'pull' | 'trigger'> => {
  const refs = refsOf(job)
  const pulls = jsonsAt(refs, 'pulls')
  const only = pulls.length === 1 ? pulls[0] : undefined
  const pull = only === undefined ? null : numberAt(only, 'number')
  return {
    group: textAt(job, 'metadata', 'labels', 'event-GUID') ?? changeKey(job),
    branch: textAt(refs, 'base_ref'),
    sha: only === undefined ? textAt(refs, 'base_sha') : textAt(only, 'sha'),
    pull: pull !== null && Number.isInteger(pull) && pull > 0 && pull < 2 ** 31 ? pull : null,
    trigger: textAt(job, 'spec', 'type'),
  }
}
