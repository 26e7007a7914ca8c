/** Tests of jobs: what their results come to, their grids, and failures alike. */

import { CodedError } from '../../runtime/errors.ts'
import type { ViewStore } from '../../runtime/ports.ts'
import type {
  FailureGroup,
  JobRef,
  TestSheet,
  TestState,
  TestTab,
  TestWord,
} from '../../schemas/events.ts'
import { jobKey, key } from '../../schemas/keys.ts'
import { listOf, object, ref, text } from '../json-schema.ts'
import { pageOf, PAGE_QUERY, type PageQuery } from '../paging.ts'
import { jsonList, route } from '../route.ts'
import {
  isDemo,
  isDemoKey,
  jobFilter,
  type JobQuery,
  JOB_PARAMS,
  JOB_PATH,
  JOB_QUERY,
  jobText,
} from './params.ts'

/** Words of a test in the order in which a list of the worst has them. */
const TEST_WORDS: readonly TestWord[] = [
  'regression',
  'newFailing',
  'infraFlake',
  'failing',
  'flaky',
  'passing',
  'quiet',
]

interface TestsQuery extends PageQuery, JobQuery {
  readonly word?: TestWord
  readonly test?: string
  readonly q?: string
}

/** Tells whether a row passes; undefined where all do. The key is looked at first: it need not be parsed. */
const testFilter = (query: TestsQuery) => {
  const ofJob = jobFilter(query)
  const { word, test } = query
  const wanted = query.q?.toLowerCase()
  if (ofJob === undefined && word === undefined && test === undefined && wanted === undefined)
    return undefined
  return (row: { readonly key: string; readonly json: string }): boolean => {
    if (ofJob?.(row.key) === false) return false
    if (word === undefined && test === undefined && wanted === undefined) return true
    const state = JSON.parse(row.json) as TestState
    return (
      (word === undefined || state.word === word) &&
      (test === undefined || state.test === test) &&
      (wanted === undefined || state.test.toLowerCase().includes(wanted))
    )
  }
}

const tests = route<object, TestsQuery>({
  path: '/v1/tests',
  tag: 'tests',
  summary: 'What the results of tests come to, the worst first',
  description: 'A test of one job is found at once where source, repo, job and test are all given.',
  query: {
    ...PAGE_QUERY,
    ...JOB_QUERY,
    word: { type: 'string', enum: TEST_WORDS, description: 'Only tests called so.' },
    test: { ...text('Only the test of this name.'), maxLength: 10_000 },
    q: { ...text('Only tests whose name holds this text.'), maxLength: 200 },
  },
  data: listOf(ref('TestState')),
  isPaged: true,
  handle: async ({ views }, _params, query) => {
    const { source, repo, job, test } = query
    if (source !== undefined && repo !== undefined && job !== undefined && test !== undefined) {
      const json = await views.get('tests', key(source, repo, job, test))
      return {
        data: jsonList(json === undefined ? [] : [{ json }]),
        isSimulated: isDemo({ source }),
      }
    }
    const { rows, next } = await pageOf(views, 'tests', query, { keep: testFilter(query) })
    return { data: jsonList(rows), isSimulated: rows.some((row) => isDemoKey(row.key)), next }
  },
})

/** Pieces of a grid as they were told, as JSON. */
const sheetsTold = async (
  views: ViewStore,
  { source, repo, job }: JobRef,
  sheets: number,
): Promise<string[]> => {
  const told = await Promise.all(
    Array.from({ length: sheets }, async (_, at) =>
      views.get('test-sheets', key(source, repo, job, String(at))),
    ),
  )
  return told.filter((sheet) => sheet !== undefined)
}
export const sheetsOf = async (
  views: ViewStore,
  job: JobRef,
  sheets: number,
): Promise<TestSheet[]> =>
  (await sheetsTold(views, job, sheets)).map((json) => JSON.parse(json) as TestSheet)

const grid = route<JobRef>({
  path: `${JOB_PATH}/grid`,
  tag: 'tests',
  summary: 'The newest runs of a job and what each of its tests did in them',
  description: 'Tests are told in pieces, in no order.',
  params: JOB_PARAMS,
  data: object({ tab: ref('TestTab'), sheets: listOf(ref('TestSheet')) }),
  handle: async ({ views }, params) => {
    const tab = await views.get('test-tabs', jobKey(params))
    if (tab === undefined)
      throw new CodedError('not-found', `no result of a test of ${jobText(params)} was heard`)
    const { sheets } = JSON.parse(tab) as TestTab
    const known = await sheetsTold(views, params, sheets)
    return { data: `{"tab":${tab},"sheets":[${known.join()}]}`, isSimulated: isDemo(params) }
  },
})

interface GroupsQuery extends PageQuery, JobQuery {
  readonly fingerprint?: string
}
const failureGroups = route<object, GroupsQuery>({
  path: '/v1/failure-groups',
  tag: 'tests',
  summary: 'Failures alike in many runs of a job, the last heard first',
  query: {
    ...PAGE_QUERY,
    ...JOB_QUERY,
    fingerprint: { ...text('Only failures with this fingerprint, in any job.'), maxLength: 100 },
  },
  data: listOf(ref('FailureGroup')),
  isPaged: true,
  handle: async ({ views }, _params, query) => {
    const ofJob = jobFilter(query)
    const { fingerprint } = query
    const isAll = ofJob === undefined && fingerprint === undefined
    const keep = (row: { readonly key: string; readonly json: string }): boolean =>
      ofJob?.(row.key) !== false &&
      (fingerprint === undefined ||
        (JSON.parse(row.json) as FailureGroup).fingerprint === fingerprint)
    const { rows, next } = await pageOf(views, 'failure-groups', query, {
      keep: isAll ? undefined : keep,
    })
    return { data: jsonList(rows), isSimulated: rows.some((row) => isDemoKey(row.key)), next }
  },
})

export const TEST_ROUTES = [tests, grid, failureGroups]
