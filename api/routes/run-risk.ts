/** The risk of one run by its failed tests. */

import type { ViewStore } from '../../runtime/ports.ts'
import { CodedError } from '../../runtime/errors.ts'
import type { JobRef, Run, RunRef, TestTab } from '../../schemas/events.ts'
import { jobKey, keyParts, runKey } from '../../schemas/keys.ts'
import { integer, listOf, nullable, numberOrNull, object, RATIO, text } from '../json-schema.ts'
import { areAlike, likeRecord, MOST_LIKE, type Grid } from '../like-jobs.ts'
import { allOf } from '../paging.ts'
import { nearbyColumns, RISK_LEVELS, riskOf, type PullOf } from '../risk.ts'
import { route } from '../route.ts'
import { isDemo, RUN_PARAMS, RUN_PATH, runText } from './params.ts'
import { sheetsOf } from './tests.ts'

const LEVEL = { type: 'string', enum: RISK_LEVELS, description: "Sippy's level." }

const RISK = object({
  level: LEVEL,
  reason: text('Why, in one sentence.'),
  tests: listOf(
    object({
      test: text('A failed test, the riskiest first, 20 at most.'),
      level: LEVEL,
      before: {
        ...RATIO,
        description: 'Passes of its results in runs of the grid before this one.',
      },
      likeJobs: {
        ...RATIO,
        description:
          'Passes of its results in like jobs over the 14 days before, those of the repository whose names differ in numbers only, four at most: the lower level of both counts.',
      },
      elsewhere: {
        ...listOf(integer('Number of the pull request.')),
        description:
          'Other pull requests whose run of this job it failed in from 12 h before to 3 h after, though it nearly always passes: the level is lowered from high.',
      },
    }),
  ),
  failed: integer('Failed tests. Unit: tests.'),
  results: integer('Results of the run but for skipped ones. Unit: results.'),
  usualResults: numberOrNull(
    'Mean of that over the ended runs before it; null where there is none. Unit: results.',
  ),
})

/** Pull requests of the runs near this one, as far as a run of a proposed change has them. */
const pullsNear = async (views: ViewStore, tab: TestTab, run: RunRef): Promise<PullOf> => {
  const columns = nearbyColumns(tab, run)
  const found = await Promise.all(
    columns.map(async ({ runId, attempt }) =>
      views.get('runs', runKey({ ...run, runId, attempt })),
    ),
  )
  const pulls = found.map((json) => (json === undefined ? null : (JSON.parse(json) as Run).pull))
  return (column) => pulls[columns.indexOf(column)] ?? null
}

/** Grids of jobs like that of a run. */
const gridsLike = async (views: ViewStore, run: RunRef): Promise<Grid[]> => {
  const refOf = (jobKeyed: string): JobRef => {
    const [source = '', repo = '', job = ''] = keyParts(jobKeyed)
    return { source, repo, job }
  }
  const rows = await allOf(views, 'test-tabs', ({ key }) => areAlike(refOf(key), run))
  const found = rows.sort((a, b) => (a.key < b.key ? -1 : 1)).slice(0, MOST_LIKE)
  return Promise.all(
    found.map(async ({ json }) => {
      const tab = JSON.parse(json) as TestTab
      return { tab, sheets: await sheetsOf(views, tab, tab.sheets) }
    }),
  )
}

const riskIn = async (views: ViewStore, tab: TestTab, run: RunRef) => {
  const [sheets, pullOf, like] = await Promise.all([
    sheetsOf(views, run, tab.sheets),
    pullsNear(views, tab, run),
    gridsLike(views, run),
  ])
  return riskOf(tab, sheets, run, pullOf, (test, at) => likeRecord(like, test, at))
}

const risk = route<RunRef>({
  path: `${RUN_PATH}/risk`,
  tag: 'tests',
  summary: 'Whether the failed tests of a run point at its own change',
  description:
    "Sippy's rule over the runs of the job's grid before this one; while it runs, by the results so far. Of the record in this job and that in like jobs the lower level counts; what fails on other pull requests within hours too is lowered from high to medium. It needs no forecast and gives no chance. risk is null where the grid of tests does not hold the run.",
  params: RUN_PARAMS,
  data: object({ risk: nullable(RISK) }),
  handle: async ({ views }, params) => {
    const [run, tab] = await Promise.all([
      views.get('runs', runKey(params)),
      views.get('test-tabs', jobKey(params)),
    ])
    if (run === undefined) throw new CodedError('not-found', `${runText(params)} was not heard of`)
    const head = tab === undefined ? undefined : (JSON.parse(tab) as TestTab)
    const found = head === undefined ? undefined : await riskIn(views, head, params)
    return { data: JSON.stringify({ risk: found ?? null }), isSimulated: isDemo(params) }
  },
})

export const RISK_ROUTES = [risk]
