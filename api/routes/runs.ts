/** Runs with what was said of them. */

import { CodedError } from '../../runtime/errors.ts'
import type { Run, RunRef } from '../../schemas/events.ts'
import { runKey } from '../../schemas/keys.ts'
import { slicesOf } from '../../schemas/slices.ts'
import { viewOf } from '../../schemas/views.ts'
import type { TaggedAnswer } from '../answer.ts'
import {
  integer,
  listOf,
  nullable,
  number,
  numberOrNull,
  object,
  recordWith,
  ref,
  text,
} from '../json-schema.ts'
import { MAX_LIMIT, pageOf, PAGE_QUERY, type Filter, type PageQuery } from '../paging.ts'
import { jsonList, route, type Route } from '../route.ts'
import type { RunAnswers } from './run-answers.ts'
import {
  isDemo,
  isDemoKey,
  JOB_QUERY,
  jobFilter,
  RUN_PARAMS,
  RUN_PATH,
  runText,
  type JobQuery,
} from './params.ts'

const RUN_ANSWER = object({
  run: ref('Run'),
  forecast: nullable(ref('Forecast')),
  now: nullable({
    ...object({
      elapsedSeconds: number('Time since the start, at asOf. Unit: seconds.'),
      pFail: number('The forecast read off its curve at asOf. Unit: ratio 0..1.'),
      remainingSeconds: numberOrNull('Expected time to the end from asOf. Unit: seconds.'),
      remainingLow: numberOrNull('Tenth percentile of it. Unit: seconds.'),
      remainingHigh: numberOrNull('Ninetieth percentile of it. Unit: seconds.'),
    }),
    description: 'The forecast read at asOf; null for a run that does not run.',
  }),
  decision: nullable(ref('Decision')),
  score: nullable(ref('Score')),
})

type State = Run['phase']
interface RunsQuery extends PageQuery, JobQuery {
  readonly state?: State
  readonly min_p?: number
  readonly outcome?: string
  readonly label?: string
  readonly pull?: number
  readonly ended_from?: number
  readonly ended_to?: number
}
/** View that lists the runs of a state; finished ones are found among all. */
const VIEW_OF = { running: 'running', queued: 'queued', finished: 'runs' } as const

/** No run is looked for that started so long before the time within which it should have ended. */
const LONGEST_MS = 7 * 86_400_000

/** Tests that need the run itself; none where its key tells enough. */
const runTestsOf = (query: RunsQuery): ((run: Run) => boolean)[] => {
  const { state, outcome, label, pull, ended_from: from, ended_to: to } = query
  const tests: ((run: Run) => boolean)[] = []
  if (state === 'finished') tests.push(({ phase }) => phase === 'finished')
  if (outcome !== undefined) {
    const wanted = new Set(outcome.split(','))
    tests.push((run) => run.outcome !== null && wanted.has(run.outcome))
  }
  if (from !== undefined) tests.push(({ finishedAt }) => (finishedAt ?? 0) >= from)
  if (to !== undefined) tests.push(({ finishedAt }) => finishedAt !== null && finishedAt < to)
  if (pull !== undefined) tests.push((run) => run.pull === pull)
  if (label !== undefined) {
    const at = label.indexOf(':')
    const [dimension, value] = [label.slice(0, at), label.slice(at + 1)]
    tests.push((run) => slicesOf(run)[dimension] === value)
  }
  return tests
}

const filterOf = (query: RunsQuery): Filter => {
  const fits = jobFilter(query)
  const tests = runTestsOf(query)
  const { state, min_p: minP, ended_from: from } = query
  const keep =
    tests.length === 0
      ? fits && ((row: { key: string }) => fits(row.key))
      : (row: { key: string; json: string }) => {
          if (fits !== undefined && !fits(row.key)) return false
          const run = JSON.parse(row.json) as Run
          return tests.every((passes) => passes(run))
        }
  const isPast =
    minP !== undefined && state === 'running'
      ? (row: { sort: number }) => row.sort < minP
      : from !== undefined
        ? (row: { sort: number }) => row.sort < from - LONGEST_MS
        : undefined
  return { keep, isPast }
}

/** What only finished runs, and only rows that hold the run, can be asked for. */
const checkQuery = (query: RunsQuery): void => {
  const { state, min_p: minP, outcome, label, pull, ended_from: from, ended_to: to } = query
  if (minP !== undefined && state !== 'running')
    throw new CodedError('invalid-parameter', 'min_p goes with state=running only')
  const isOfEnds = [outcome, label, pull, from, to].some((value) => value !== undefined)
  if (isOfEnds && (state === 'running' || state === 'queued'))
    throw new CodedError(
      'invalid-parameter',
      'outcome, label, pull, ended_from and ended_to go with state=finished, or without a state',
    )
}

const RUNS_QUERY = {
  ...PAGE_QUERY,
  ...JOB_QUERY,
  state: {
    type: 'string',
    enum: ['running', 'queued', 'finished'],
    description: 'Only runs in this state.',
  },
  min_p: {
    type: 'number',
    minimum: 0,
    maximum: 1,
    description: 'Only running runs at least so likely to fail; needs state=running.',
  },
  outcome: {
    ...text('Only runs that ended so; several by comma, such as failure,error,timedOut.'),
    maxLength: 200,
  },
  label: {
    ...text('Only runs of this slice: dimension:value, such as cluster:build05 or branch:main.'),
    maxLength: 300,
  },
  pull: integer('Only runs for the pull request of this number.'),
  ended_from: integer(
    'Only runs that ended at or after this instant. Unit: milliseconds since the epoch, UTC.',
  ),
  ended_to: integer('Only runs that ended before it.'),
}

const runsRoute = (answers: RunAnswers): Route<object, RunsQuery> => ({
  path: '/v1/runs',
  tag: 'runs',
  summary: 'Runs with forecast, advice and score',
  description:
    'Running runs come by falling probability of failure, as last forecast; all others by falling start. Without a state: all runs.',
  query: RUNS_QUERY,
  data: listOf(RUN_ANSWER),
  isPaged: true,
  handle: async ({ views }, _params, query) => {
    checkQuery(query)
    const view = query.state === undefined ? 'runs' : VIEW_OF[query.state]
    const { rows, next } = await pageOf(views, view, query, filterOf(query))
    const all = await Promise.all(rows.map(async ({ key }) => answers.get(key)))
    const found = all.flatMap((answer) => (answer === undefined ? [] : [{ json: answer.data }]))
    return { data: jsonList(found), isSimulated: rows.some(({ key }) => isDemoKey(key)), next }
  },
})

const notHeardOf = (ref: RunRef): CodedError =>
  new CodedError('not-found', `${runText(ref)} was not heard of`)

const heardOf = (answer: TaggedAnswer | undefined, ref: RunRef): TaggedAnswer => {
  if (answer === undefined) throw notHeardOf(ref)
  return answer
}

const runRoute = (answers: RunAnswers): Route<RunRef> => ({
  path: RUN_PATH,
  tag: 'runs',
  summary: 'One run with its forecast read at asOf, its advice and its score',
  params: RUN_PARAMS,
  data: RUN_ANSWER,
  isMadeAnew: true,
  handle: (_deps, params) => {
    const answer = answers.get(runKey(params))
    return answer instanceof Promise
      ? answer.then((read) => heardOf(read, params))
      : heardOf(answer, params)
  },
})

const trajectory = route<RunRef, PageQuery>({
  path: `${RUN_PATH}/trajectory`,
  tag: 'runs',
  summary: 'What was said of a run, newest first: forecasts, decisions with evidence, the score',
  params: RUN_PARAMS,
  query: { ...PAGE_QUERY, limit: { ...PAGE_QUERY.limit, default: MAX_LIMIT } },
  data: listOf({
    anyOf: [
      object({
        kind: { const: 'forecast' },
        forecast: recordWith('forecast', (field) => !field.startsWith('curve')),
      }),
      object({ kind: { const: 'decision' }, decision: ref('Decision') }),
      object({ kind: { const: 'score' }, score: ref('Score') }),
    ],
  }),
  isPaged: true,
  handle: async (deps, params, query) => {
    if ((await deps.views.get('runs', runKey(params))) === undefined) throw notHeardOf(params)
    const { rows, next } = await pageOf(deps.views, viewOf('trajectory', runKey(params)), query)
    return { data: jsonList(rows), isSimulated: isDemo(params), next }
  },
})

export const runRoutes = (answers: RunAnswers): readonly Route[] => [
  runsRoute(answers),
  runRoute(answers),
  trajectory,
]
