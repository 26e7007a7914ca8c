/**
 * A GitHub that plays what was recorded of one, as it was at an instant: what had not happened by then is not told. A run is
 * played for each recorded job on the newest commit of a recorded pull request; the runs themselves were not recorded.
 */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Play, PlayedRequest } from './ci-server.ts'

type Payload = Readonly<Record<string, unknown>>
export interface RecordedGithub {
  readonly repo: string
  readonly pulls: readonly Payload[]
  readonly reviews: readonly Payload[]
  /** Of the newest commits of these pull requests. */
  readonly jobs: readonly Payload[]
  /** When something happened that GitHub tells, in order. */
  readonly instants: readonly number[]
}

const at = (payload: Payload, name: string): number => Date.parse(String(payload[name]))
const shaOf = (pull: Payload): unknown => (pull['head'] as Payload)['sha']
const numberOf = (review: Payload): number =>
  Number(String(review['pull_request_url']).split('/').at(-1))

/** Reads a folder of recorded answers: lines of `{url, data}`. What was recorded twice is there once. */
export const readRecordedGithub = (folder: string): RecordedGithub => {
  const rows = (name: string): Payload[] => {
    const lines = readFileSync(join(folder, `github_api_${name}.jsonl`), 'utf8')
      .trim()
      .split('\n')
    const all = lines.map((line) => (JSON.parse(line) as { data: Payload }).data)
    return [...new Map(all.map((row) => [row['id'], row])).values()]
  }
  const pulls = rows('pull_requests')
  const heads = new Set(pulls.map(shaOf))
  const reviews = rows('pull_request_reviews')
  const jobs = rows('jobs').filter((job) => heads.has(job['head_sha']))
  const instants = [
    ...pulls.flatMap((pull) => [at(pull, 'created_at'), at(pull, 'closed_at')]),
    ...reviews.map((review) => at(review, 'submitted_at')),
    ...jobs.flatMap((job) => [at(job, 'started_at'), at(job, 'completed_at')]),
  ]
  const known = [...new Set(instants.filter((instant) => !Number.isNaN(instant)))]
  const [, repo = ''] = /repos\/([^/]+\/[^/]+)\//.exec(String(pulls[0]?.['url'])) ?? []
  return { repo, pulls, reviews, jobs, instants: known.sort((a, b) => a - b) }
}

/** Labels and reviewers are recorded as they were at the end, so that none is told before. */
const pullAt = (world: RecordedGithub, pull: Payload, now: number): Payload => {
  const isOver = at(pull, 'closed_at') <= now
  const happened = reviewsAt(world, Number(pull['number']), now).map((one) =>
    at(one, 'submitted_at'),
  )
  if (isOver) happened.push(at(pull, 'closed_at'))
  const updatedAt = Math.max(at(pull, 'created_at'), ...happened)
  const open = { state: 'open', closed_at: null, merged_at: null, labels: [] }
  const asOpen = { ...open, requested_reviewers: [], assignees: [] }
  return { ...pull, updated_at: new Date(updatedAt).toISOString(), ...(isOver ? {} : asOpen) }
}
const reviewsAt = ({ reviews }: RecordedGithub, pull: number, now: number): Payload[] =>
  reviews.filter((one) => numberOf(one) === pull && at(one, 'submitted_at') <= now)

const isEnded = (job: Payload, now: number): boolean => at(job, 'completed_at') <= now
const jobAt = (job: Payload, now: number): Payload =>
  isEnded(job, now)
    ? job
    : { ...job, status: 'in_progress', conclusion: null, completed_at: null, steps: [] }
const runAt = (job: Payload, now: number): Payload => ({
  id: job['run_id'],
  name: 'CI',
  event: 'pull_request',
  run_attempt: 1,
  status: isEnded(job, now) ? 'completed' : 'in_progress',
  conclusion: isEnded(job, now) ? job['conclusion'] : null,
  head_sha: job['head_sha'],
  created_at: job['started_at'],
  updated_at: isEnded(job, now) ? job['completed_at'] : job['started_at'],
  // GitHub leaves the number out where the branch is in a fork.
  pull_requests: [],
})

const isAsked = (run: Payload, { query }: PlayedRequest): boolean => {
  const [status, created] = [query.get('status'), query.get('created')]
  if (status !== null && run['status'] !== status) return false
  if (created === null) return true
  const [from = '', to = ''] = created.replace('>=', '').split('..')
  return (
    at(run, 'created_at') >= Date.parse(from) &&
    (to === '' || at(run, 'created_at') <= Date.parse(to))
  )
}
const pageOf = (items: readonly Payload[], { query }: PlayedRequest): readonly Payload[] => {
  const size = Number(query.get('per_page') ?? 30)
  const from = (Number(query.get('page') ?? 1) - 1) * size
  return items.slice(from, from + size)
}

/** Plays the recording as of the instant that `clock` tells. */
export const playRecordedGithub =
  (world: RecordedGithub, clock: () => number): Play =>
  (request) => {
    const now = clock()
    const path = request.path.replace(`/repos/${world.repo}/`, '')
    const pulls = world.pulls
      .filter((pull) => at(pull, 'created_at') <= now)
      .map((pull) => pullAt(world, pull, now))
    const jobs = world.jobs.filter((job) => at(job, 'started_at') <= now)
    const runs = jobs.map((job) => runAt(job, now))
    const [kind, id, what] = path.split('/')
    if (path === 'pulls')
      return {
        body: pageOf(
          pulls.toSorted((a, b) => at(b, 'updated_at') - at(a, 'updated_at')),
          request,
        ),
      }
    if (kind === 'pulls' && what === 'reviews')
      return { body: pageOf(reviewsAt(world, Number(id), now), request) }
    if (kind === 'pulls') return { body: pulls.find((pull) => pull['number'] === Number(id)) }
    if (path === 'actions/runs') {
      const asked = runs.filter((run) => isAsked(run, request))
      return { body: { total_count: asked.length, workflow_runs: pageOf(asked, request) } }
    }
    const run = /^actions\/runs\/(\d+)/.exec(path)?.[1]
    if (path.endsWith('/jobs')) {
      const own = jobs.filter((job) => String(job['run_id']) === run).map((job) => jobAt(job, now))
      return { body: { total_count: own.length, jobs: own } }
    }
    const found = runs.find((one) => String(one['id']) === run)
    return found === undefined ? { status: 404, body: { message: 'Not Found' } } : { body: found }
  }
