/** Steps of a run with their times, as far as they were heard. */

import { CodedError } from '../../runtime/errors.ts'
import type { RunRef } from '../../schemas/events.ts'
import { runKey } from '../../schemas/keys.ts'
import { viewOf, type StepPoint } from '../../schemas/views.ts'
import { integer, listOf, numberOrNull, object, text } from '../json-schema.ts'
import { MAX_LIMIT, pageOf } from '../paging.ts'
import { route } from '../route.ts'
import { isDemo, RUN_PARAMS, RUN_PATH, runText } from './params.ts'

/** Pages of points that are read: a run whose steps were told more often shows the newest. */
const MOST_PAGES = 8

interface StepTimes {
  readonly step: string
  outcome: StepPoint['outcome']
  startedAt: number | null
  finishedAt: number | null
}
const STEP = object({
  step: text('Name of the step.'),
  outcome: {
    type: ['string', 'null'],
    description: 'How it ended; null while it runs, and where its end was not heard.',
  },
  startedAt: {
    type: ['integer', 'null'],
    description: 'When it started; null where not told. Unit: milliseconds since the epoch, UTC.',
  },
  finishedAt: {
    type: ['integer', 'null'],
    description: 'When it ended. Unit: milliseconds since the epoch, UTC.',
  },
  seconds: numberOrNull('How long it took; null where start or end is not known. Unit: seconds.'),
})

/**
 * Steps in order of their start, or end where that is all that is known: of several tellings the earliest start and the
 * newest end. Example: started at 1 s, ended as a success at 4 s: one step of 3 s.
 */
export const stepsOf = (points: readonly StepPoint[]): StepTimes[] => {
  const steps = new Map<string, StepTimes>()
  for (const { step, outcome, startedAt, at } of [...points].sort((a, b) => a.at - b.at)) {
    const known = steps.get(step) ?? { step, outcome: null, startedAt: null, finishedAt: null }
    const start = startedAt ?? (outcome === null ? at : null)
    if (start !== null) known.startedAt = Math.min(known.startedAt ?? start, start)
    if (outcome !== null) Object.assign(known, { outcome, finishedAt: at })
    steps.set(step, known)
  }
  const orderOf = ({ startedAt, finishedAt }: StepTimes): number => startedAt ?? finishedAt ?? 0
  return [...steps.values()].sort((a, b) => orderOf(a) - orderOf(b))
}

const secondsOf = ({ startedAt, finishedAt }: StepTimes): number | null =>
  startedAt === null || finishedAt === null ? null : Math.max(0, finishedAt - startedAt) / 1000

const steps = route<RunRef>({
  path: `${RUN_PATH}/steps`,
  tag: 'runs',
  summary: 'Steps of a run with their times, in order of their start',
  description: 'Empty where its source tells of no steps.',
  params: RUN_PARAMS,
  data: object({ steps: listOf(STEP), heard: integer('Facts about steps that were read.') }),
  handle: async ({ views }, params) => {
    const ofRun = runKey(params)
    if ((await views.get('runs', ofRun)) === undefined)
      throw new CodedError('not-found', `${runText(params)} was not heard of`)
    const points: StepPoint[] = []
    let cursor: string | null | undefined
    for (let page = 0; page < MOST_PAGES && cursor !== null; page += 1) {
      const query = cursor === undefined ? { limit: MAX_LIMIT } : { limit: MAX_LIMIT, cursor }
      const { rows, next } = await pageOf(views, viewOf('run-steps', ofRun), query)
      points.push(...rows.map(({ json }) => JSON.parse(json) as StepPoint))
      cursor = next
    }
    const found = stepsOf(points).map((step) => ({ ...step, seconds: secondsOf(step) }))
    return {
      data: JSON.stringify({ steps: found, heard: points.length }),
      isSimulated: isDemo(params),
    }
  },
})

export const STEP_ROUTES = [steps]
