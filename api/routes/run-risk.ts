/** The risk of one run by its failed tests. */

import { CodedError } from '../../runtime/errors.ts'
import type { RunRef, TestTab } from '../../schemas/events.ts'
import { jobKey, runKey } from '../../schemas/keys.ts'
import { integer, listOf, nullable, numberOrNull, object, RATIO, text } from '../json-schema.ts'
import { RISK_LEVELS, riskOf } from '../risk.ts'
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
    }),
  ),
  failed: integer('Failed tests. Unit: tests.'),
  results: integer('Results of the run but for skipped ones. Unit: results.'),
  usualResults: numberOrNull(
    'Mean of that over the ended runs before it; null where there is none. Unit: results.',
  ),
})

const risk = route<RunRef>({
  path: `${RUN_PATH}/risk`,
  tag: 'tests',
  summary: 'Whether the failed tests of a run point at its own change',
  description:
    "Sippy's rule over the runs of the job's grid before this one; while it runs, by the results so far. It needs no forecast and gives no chance. risk is null where the grid of tests does not hold the run.",
  params: RUN_PARAMS,
  data: object({ risk: nullable(RISK) }),
  handle: async ({ views }, params) => {
    const [run, tab] = await Promise.all([
      views.get('runs', runKey(params)),
      views.get('test-tabs', jobKey(params)),
    ])
    if (run === undefined) throw new CodedError('not-found', `${runText(params)} was not heard of`)
    const head = tab === undefined ? undefined : (JSON.parse(tab) as TestTab)
    const sheets = head === undefined ? [] : await sheetsOf(views, params, head.sheets)
    const found = head === undefined ? undefined : riskOf(head, sheets, params)
    return { data: JSON.stringify({ risk: found ?? null }), isSimulated: isDemo(params) }
  },
})

export const RISK_ROUTES = [risk]
