/** Which runs are asked for: those behind a number, by what they say of themselves, how they ended, or what was said of them. */

import { CodedError } from '../../runtime/errors.ts'
import type { ViewRow, ViewStore } from '../../runtime/ports.ts'
import type { Outcome, Run, Score } from '../../schemas/events.ts'
import { OUTCOMES } from '../../schemas/outcomes.ts'
import { integer, text } from '../json-schema.ts'
import { PAGE_QUERY, type Filter, type PageQuery } from '../paging.ts'
import { JOB_QUERY, jobFilter, type JobQuery } from './params.ts'
import { labelTest } from './run-labels.ts'

export interface RunsQuery extends PageQuery, JobQuery {
  readonly state?: Run['phase']
  readonly min_p?: number
  readonly outcome?: string
  readonly label?: string
  readonly pull?: number
  readonly ended_from?: number
  readonly ended_to?: number
  readonly stopped_by?: string
}
export const RUNS_QUERY = {
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
    ...text(`Only runs that ended so, ${OUTCOMES.join(', ')}; several by comma.`),
    maxLength: 200,
  },
  label: {
    ...text(
      'Only runs of this slice: dimension:value, such as cluster:build05 or branch:main. An owner may be one that the configuration names now; the value other stands for all that have no sum of their own within source and repo.',
    ),
    maxLength: 300,
  },
  pull: integer('Only runs for the pull request of this number.'),
  ended_from: integer(
    'Only runs that ended at or after this instant. Unit: milliseconds since the epoch, UTC.',
  ),
  ended_to: integer('Only runs that ended before it.'),
  stopped_by: {
    ...text(
      'Only scored runs that this rule would have stopped, by falling end: stopline is ours, /v1/savings names the others.',
    ),
    maxLength: 100,
  },
}

/** View that lists the runs of a state; finished ones are found among all. */
const VIEW_OF = { running: 'running', queued: 'queued', finished: 'runs' } as const
/** No run is looked for that started so long before the time within which it should have ended. */
const LONGEST_MS = 7 * 86_400_000

/** What only finished runs, and only rows that hold the run, can be asked for. */
const checkQuery = (query: RunsQuery): void => {
  const { state, min_p: minP, outcome, label, pull, ended_from: from, ended_to: to } = query
  const { stopped_by: rule } = query
  if (minP !== undefined && state !== 'running')
    throw new CodedError('invalid-parameter', 'min_p goes with state=running only')
  const isOfEnds = [outcome, label, pull, from, to, rule].some((value) => value !== undefined)
  if (isOfEnds && (state === 'running' || state === 'queued'))
    throw new CodedError(
      'invalid-parameter',
      'outcome, label, pull, ended_from, ended_to and stopped_by go with state=finished, or without a state',
    )
  const odd = outcome?.split(',').find((word) => !OUTCOMES.includes(word as Outcome))
  if (odd !== undefined)
    throw new CodedError('invalid-parameter', `outcome takes ${OUTCOMES.join(', ')}, not ${odd}`)
  if (rule !== undefined && (label !== undefined || pull !== undefined))
    throw new CodedError('invalid-parameter', 'stopped_by goes without label and pull')
}

type Ended = Pick<Run, 'outcome' | 'finishedAt'>
/** Tests of how a run ended, and when. */
const endTests = ({ outcome, ended_from: from, ended_to: to }: RunsQuery) => {
  const tests: ((run: Ended) => boolean)[] = []
  if (outcome !== undefined) {
    const wanted = new Set(outcome.split(','))
    tests.push((run) => run.outcome !== null && wanted.has(run.outcome))
  }
  if (from !== undefined) tests.push(({ finishedAt }) => (finishedAt ?? 0) >= from)
  if (to !== undefined) tests.push(({ finishedAt }) => finishedAt !== null && finishedAt < to)
  return tests
}

/** Rows whose key fits and whose JSON passes; undefined where all do. */
const keepOf = (
  query: RunsQuery,
  passes: ((json: string) => boolean) | undefined,
): ((row: ViewRow) => boolean) | undefined => {
  const fits = jobFilter(query)
  if (passes === undefined) return fits && (({ key }) => fits(key))
  return ({ key, json }) => fits?.(key) !== false && passes(json)
}

const stoppedBy = (rule: string, query: RunsQuery): Filter => {
  const ends = endTests(query)
  return {
    keep: keepOf(query, (json) => {
      const { rules, outcome, eventAt: finishedAt } = JSON.parse(json) as Score
      return (
        rules.some((each) => each.rule === rule && each.stopSeconds !== null) &&
        ends.every((passes) => passes({ outcome, finishedAt }))
      )
    }),
  }
}

const runTests = async (views: ViewStore, query: RunsQuery): Promise<((run: Run) => boolean)[]> => {
  const { state, label, pull } = query
  const tests: ((run: Run) => boolean)[] = endTests(query)
  if (state === 'finished') tests.push(({ phase }) => phase === 'finished')
  if (pull !== undefined) tests.push((run) => run.pull === pull)
  if (label !== undefined) tests.push(await labelTest(views, label))
  return tests
}

/** Undefined where the key tells enough: the run itself is not read then. */
const everyOf = (tests: readonly ((run: Run) => boolean)[]) => {
  if (tests.length === 0) return undefined
  return (json: string): boolean => {
    const run = JSON.parse(json) as Run
    return tests.every((passes) => passes(run))
  }
}

const pastOf = ({ state, min_p: minP, ended_from: from }: RunsQuery): Filter['isPast'] => {
  if (minP !== undefined && state === 'running') return ({ sort }) => sort < minP
  return from === undefined ? undefined : ({ sort }) => sort < from - LONGEST_MS
}

/** The view that holds what is asked for, and which of its rows. Throws `invalid-parameter`. */
export const askedRuns = async (
  views: ViewStore,
  query: RunsQuery,
): Promise<{ readonly view: string; readonly filter: Filter }> => {
  checkQuery(query)
  const { state, stopped_by: rule } = query
  if (rule !== undefined) return { view: 'scores', filter: stoppedBy(rule, query) }
  const tests = await runTests(views, query)
  return {
    view: state === undefined ? 'runs' : VIEW_OF[state],
    filter: { keep: keepOf(query, everyOf(tests)), isPast: pastOf(query) },
  }
}
