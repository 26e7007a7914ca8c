/** Runs with what was said of them. */

import { CodedError } from '../../runtime/errors.ts'
import type { RunRef } from '../../schemas/events.ts'
import { runKey } from '../../schemas/keys.ts'
import { viewOf } from '../../schemas/views.ts'
import type { TaggedAnswer } from '../answer.ts'
import { listOf, nullable, number, numberOrNull, object, recordWith, ref } from '../json-schema.ts'
import { MAX_LIMIT, pageOf, PAGE_QUERY, type PageQuery } from '../paging.ts'
import { jsonList, route, type Route } from '../route.ts'
import type { RunAnswers } from './run-answers.ts'
import { isDemo, isDemoKey, RUN_PARAMS, RUN_PATH, runText } from './params.ts'
import { askedRuns, RUNS_QUERY, type RunsQuery } from './run-filter.ts'

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

const runsRoute = (answers: RunAnswers): Route<object, RunsQuery> => ({
  path: '/v1/runs',
  tag: 'runs',
  summary: 'Runs with forecast, advice and score',
  description:
    'Running runs come by falling probability of failure, as last forecast; those that a rule would have stopped by falling end; all others by falling start. Without a state: all runs.',
  query: RUNS_QUERY,
  data: listOf(RUN_ANSWER),
  isPaged: true,
  handle: async ({ views }, _params, query) => {
    const { view, filter } = await askedRuns(views, query)
    const { rows, next } = await pageOf(views, view, query, filter)
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
