/**
 * Where a run's files lie. Addresses are made of the configured host and of checked parts; an address found in a payload
 * is never followed.
 */

import { jsonAt, jsonsAt, numberAt, textAt, type Json } from '../payload/json.ts'

export interface Folder {
  readonly bucket: string
  /** Path inside the bucket, without a slash at its ends. */
  readonly path: string
}

const SEGMENT = /^[A-Za-z0-9_][A-Za-z0-9._-]{0,250}$/
const BUCKET = /^[a-z0-9][a-z0-9._-]{1,221}$/

const segments = (parts: readonly string[]): string | null =>
  parts.every((part) => SEGMENT.test(part) && !part.includes('..')) ? parts.join('/') : null

/** The part of the path that names the repository; the strategies leave it out for a default. */
const repoPart = (strategy: string | null, gcs: Json, org: string, repo: string): string[] => {
  const isDefaultOrg = org === textAt(gcs, 'default_org')
  const isDefaultRepo = repo === textAt(gcs, 'default_repo')
  if (strategy !== 'explicit' && isDefaultOrg && isDefaultRepo) return []
  if (strategy === 'legacy' && isDefaultOrg) return [repo]
  return [`${org.replace(/^https?:\/\//, '')}_${repo}`.replaceAll('/', '_')]
}

const runPath = (job: Json, gcs: Json, name: string, buildId: string): string[] | null => {
  switch (textAt(job, 'spec', 'type')) {
    case 'periodic':
    case 'postsubmit':
      return ['logs', name, buildId]
    case 'batch':
      return ['pr-logs', 'pull', 'batch', name, buildId]
    case 'presubmit': {
      const refs = jsonAt(job, 'spec', 'refs')
      const pull = jsonsAt(refs, 'pulls')[0]
      const number = pull === undefined ? null : numberAt(pull, 'number')
      const [org, repo] = [textAt(refs, 'org'), textAt(refs, 'repo')]
      if (number === null || org === null || repo === null) return null
      const part = repoPart(textAt(gcs, 'path_strategy'), gcs, org, repo)
      return ['pr-logs', 'pull', ...part, String(number), name, buildId]
    }
    default:
      return null
  }
}

/** Folder of the files of a run, null where the job does not say or a part is no plain name. */
export const folderOf = (job: Json, fallbackBucket: string | null = null): Folder | null => {
  const gcs = jsonAt(job, 'spec', 'decoration_config', 'gcs_configuration')
  const bucket = (textAt(gcs, 'bucket') ?? fallbackBucket)?.replace(/^gs:\/\//, '') ?? ''
  const [name, buildId] = [textAt(job, 'spec', 'job'), textAt(job, 'status', 'build_id')]
  if (name === null || buildId === null || !BUCKET.test(bucket)) return null
  const prefix = (textAt(gcs, 'path_prefix') ?? '').split('/').filter((part) => part !== '')
  const path = segments([...prefix, ...(runPath(job, gcs, name, buildId) ?? ['..'])])
  return path === null ? null : { bucket, path }
}

const base = (host: string): string => host.replace(/\/+$/, '')
/** Percent-encodes each part: a name can add neither a path nor a query. */
const encoded = (path: string): string => path.split('/').map(encodeURIComponent).join('/')

/** Address of one file of a run. */
export const fileUrl = (storage: string, { bucket, path }: Folder, file: string): string =>
  `${base(storage)}/${bucket}/${encoded(`${path}/${file}`)}`

/** Files that are looked for among the artifacts of a run. */
const TEST_FILES = '**/junit*.xml'
const TEST_FILES_AND_LOGS = '**/{junit*.xml,build-log.txt}'

/** Address that lists the JUnit files of a run, and the logs of its steps where they are wanted, a page at a time. */
export const listUrl = (
  storage: string,
  { bucket, path }: Folder,
  hasLogs: boolean,
  page = '',
): string => {
  const query = new URLSearchParams({
    prefix: `${path}/artifacts/`,
    matchGlob: hasLogs ? TEST_FILES_AND_LOGS : TEST_FILES,
    fields: 'items(name,size,updated,generation),nextPageToken',
    ...(page === '' ? {} : { pageToken: page }),
  })
  return `${base(storage)}/storage/v1/b/${bucket}/o?${query.toString()}`
}

/** Address of the log of a pod that runs. */
export const podLogUrl = (deck: string, job: string, buildId: string): string =>
  `${base(deck)}/log?${new URLSearchParams({ job, id: buildId }).toString()}`

/** Where the bucket keeps the runs of periodic and postsubmit jobs, and those of presubmits. */
export const HISTORY_ROOTS = ['logs', 'pr-logs/directory'] as const

/** Address of the runs of a job that the bucket knows, newest first; null where the job is no plain name. */
export const historyUrl = (
  deck: string,
  bucket: string,
  root: (typeof HISTORY_ROOTS)[number],
  job: string,
  before = '',
): string | null => {
  const path = segments([bucket, ...root.split('/'), job])
  const query = before === '' ? '' : `?${new URLSearchParams({ buildId: before }).toString()}`
  return path === null ? null : `${base(deck)}/job-history/gs/${path}${query}`
}
