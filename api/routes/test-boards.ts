/** Boards over the tests of all jobs, flakes, regressions, tests that fail together, and one test in all its jobs. */

import { CodedError } from '../../runtime/errors.ts'
import type { JobRef, Run, TestState, TestWord } from '../../schemas/events.ts'
import { jobKey } from '../../schemas/keys.ts'
import { slicesOf } from '../../schemas/slices.ts'
import { viewOf } from '../../schemas/views.ts'
import type { ViewStore } from '../../runtime/ports.ts'
import { recordWith, integer, listOf, object, ref, text } from '../json-schema.ts'
import { allOf, pageOf, PAGE_QUERY, type PageQuery } from '../paging.ts'
import { jsonList, route, type Route } from '../route.ts'
import { isDemo, isDemoKey, jobFilter, JOB_QUERY, type JobQuery } from './params.ts'

type Query = PageQuery & JobQuery
const BOARD = { tag: 'tests', query: { ...PAGE_QUERY, ...JOB_QUERY }, isPaged: true } as const

/** Rows of the board that the jobs asked for and `fits` let pass. */
const boardOf = async (views: ViewStore, query: Query, fits: (test: TestState) => boolean) => {
  const ofJob = jobFilter(query)
  return pageOf(views, 'tests', query, {
    keep: (row) => ofJob?.(row.key) !== false && fits(JSON.parse(row.json) as TestState),
  })
}

const boardRoute = (
  path: string,
  summary: string,
  words: readonly TestWord[],
): Route<object, Query> =>
  route<object, Query>({
    ...BOARD,
    path,
    summary,
    data: listOf(ref('TestState')),
    handle: async ({ views }, _params, query) => {
      const { rows, next } = await boardOf(views, query, ({ word }) => words.includes(word))
      return { data: jsonList(rows), isSimulated: rows.some((row) => isDemoKey(row.key)), next }
    },
  })
const flakes = boardRoute('/v1/flakes', 'Tests that flake by themselves or with their machine', [
  'flaky',
  'infraFlake',
])
const regressions = boardRoute(
  '/v1/regressions',
  'Tests that fail more than their basis explains, or since they are new, with first bad and last good run',
  ['regression', 'newFailing'],
)

const TOGETHER = ['source', 'repo', 'job', 'test', 'together', 'partners'] as const
const coFailures = route<object, Query>({
  ...BOARD,
  path: '/v1/co-failures',
  summary: 'Tests that fail together with others of their job: phi of .9 and 3 runs at least',
  data: listOf(recordWith('test-state', (field) => TOGETHER.some((each) => each === field))),
  handle: async ({ views }, _params, query) => {
    const { rows, next } = await boardOf(views, query, ({ partners }) => partners > 0)
    const told = rows.map(({ json }) => {
      const { source, repo, job, test, together, partners } = JSON.parse(json) as TestState
      return { source, repo, job, test, together, partners }
    })
    return {
      data: JSON.stringify(told),
      isSimulated: rows.some((row) => isDemoKey(row.key)),
      next,
    }
  },
})

/** What the newest run of a job that was heard of says of its variant; null where it says nothing. */
const variantOf = async (views: ViewStore, job: JobRef): Promise<string | null> => {
  const [newest] = await views.list(viewOf('job-runs', jobKey(job)), { limit: 1 })
  if (newest === undefined) return null
  const json = await views.get('runs', `${jobKey(job)}:${newest.key}`)
  return json === undefined ? null : (slicesOf(JSON.parse(json) as Run)['variant'] ?? null)
}

interface OfJob {
  readonly variant: string | null
  readonly state: TestState
}
/** Weeks of the test summed by variant, the most failures first. */
const byVariant = (jobs: readonly OfJob[]) =>
  [...Map.groupBy(jobs, ({ variant }) => variant)]
    .map(([variant, of]) => {
      const sum = (field: 'passed' | 'failed' | 'flaky'): number =>
        of.reduce((total, { state }) => total + state.week[field], 0)
      return {
        ...{ variant, jobs: of.length },
        ...{ passed: sum('passed'), failed: sum('failed'), flaky: sum('flaky') },
      }
    })
    .sort((a, b) => b.failed - a.failed || b.flaky - a.flaky || b.passed - a.passed)

const VARIANT = {
  type: ['string', 'null'],
  description: 'Variant of the newest run of the job; null where no label tells it.',
}
/** Jobs of one test that are looked up. */
const MOST_JOBS = 200
const one = route<{ test: string }>({
  path: '/v1/tests/:test',
  tag: 'tests',
  summary: 'One test in all jobs that have it, and by variant, the worst first',
  description: `At most ${MOST_JOBS} jobs. Of a source that names failing tests only, no pass is counted.`,
  params: { test: text('Name of the test, percent-encoded.') },
  data: object({
    test: text('Name of the test.'),
    variants: listOf(
      object({
        variant: VARIANT,
        jobs: integer('Jobs of the variant that have the test. Unit: jobs.'),
        passed: integer('Runs of the last 7 days in which it passed at once. Unit: runs.'),
        failed: integer('Runs in which it failed. Unit: runs.'),
        flaky: integer('Runs in which it failed and passed. Unit: runs.'),
      }),
    ),
    jobs: listOf(object({ variant: VARIANT, state: ref('TestState') })),
  }),
  handle: async ({ views }, { test }) => {
    const all = await allOf(
      views,
      'tests',
      ({ json }) => (JSON.parse(json) as TestState).test === test,
    )
    if (all.length === 0) throw new CodedError('not-found', `no result of ${test} was heard`)
    const jobs = await Promise.all(
      all.slice(0, MOST_JOBS).map(async ({ json }): Promise<OfJob> => {
        const state = JSON.parse(json) as TestState
        return { variant: await variantOf(views, state), state }
      }),
    )
    return {
      data: JSON.stringify({ test, variants: byVariant(jobs), jobs }),
      isSimulated: jobs.some(({ state }) => isDemo(state)),
    }
  },
})

export const TEST_BOARD_ROUTES = [flakes, regressions, coFailures, one]
