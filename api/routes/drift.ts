/** Jobs whose forecasts or stops are adrift. */

import type { Score } from '../../schemas/events.ts'
import { driftOf } from '../drift.ts'
import { integer, listOf, numberOrNull, object, RATIO, text } from '../json-schema.ts'
import { allOf, MOST_ROWS } from '../paging.ts'
import { route } from '../route.ts'
import { isDemo, JOB_PARAMS, JOB_QUERY, jobFilter, type JobQuery } from './params.ts'

/** Jobs of one answer. */
const MOST_JOBS = 500

const drift = route<object, JobQuery>({
  path: '/v1/drift',
  tag: 'worth',
  summary:
    'Jobs with what was said of their newest runs beside what happened, those held back first',
  description: `Of the newest ${MOST_ROWS} scored runs, 50 a job at most; ${MOST_JOBS} jobs at most. A job whose stops are held back has a guard that says why.`,
  query: JOB_QUERY,
  data: listOf(
    object({
      ...JOB_PARAMS,
      runId: text('Its newest scored run.'),
      attempt: integer('Attempt of that run.'),
      observedAt: integer('When it was scored. Unit: milliseconds since the epoch, UTC.'),
      guard: {
        type: ['string', 'null'],
        description: 'Why its stops are only advised now; null where nothing holds them.',
      },
      said: numberOrNull('Mean chance to fail said at the start of runs. Unit: ratio 0..1.'),
      failed: { ...RATIO, description: 'Share of those runs that failed.' },
      stops: integer('Runs of them that our rule would have stopped. Unit: runs.'),
      wrongStops: integer('Those of the stopped that passed. Unit: runs.'),
    }),
  ),
  handle: async ({ views }, _params, query) => {
    const fits = jobFilter(query)
    const rows = await allOf(views, 'scores', fits && ((row) => fits(row.key)))
    const found = driftOf(rows.map(({ json }) => JSON.parse(json) as Score)).slice(0, MOST_JOBS)
    return { data: JSON.stringify(found), isSimulated: found.some(isDemo) }
  },
})

export const DRIFT_ROUTES = [drift]
