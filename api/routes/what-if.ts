/** POST /v1/what-if/stop: history replayed under another policy, a bounded piece at a time. */

import { setImmediate as breathe } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import { CodedError } from '../../runtime/errors.ts'
import {
  chargedNet,
  createReplay,
  THRESHOLDS,
  USUAL_POLICY,
  type PastRun,
  type WhatIf,
  type WhatIfPoint,
  type WhatIfPolicy,
} from '../../schemas/what-if.ts'
import { keyParts } from '../../schemas/keys.ts'
import { tagged } from '../answer.ts'
import type { ApiDeps } from '../deps.ts'
import { flag, integer, listOf, number, numberOrNull, object, ref } from '../json-schema.ts'
import { envelope, sendAnswer } from '../route.ts'
import { isDemoKey, JOB_QUERY, jobFilter, RUN_PARAMS, type JobQuery } from './params.ts'
import { createPastRuns, MAX_RUNS } from './what-if-runs.ts'
import { RULE_WORTH, worthOf } from './worth.ts'

export const WHAT_IF_PATH = '/v1/what-if/stop'
const DAY_MS = 86_400_000
/** Scores are kept for so long. */
const MAX_DAYS = 90
const USUAL_DAYS = 14
/** Stopped runs that are listed at most: the newest. */
const MOST_LISTED = 100
/** Runs replayed in one go: about a millisecond, then others have their turn. */
const CHUNK = 500

interface Body extends WhatIfPolicy, JobQuery {
  readonly days: number
}

const POLICY = {
  threshold: {
    ...number('Chance to fail from which a run is stopped. Unit: ratio.'),
    ...{ minimum: 0.5, maximum: 0.99, default: USUAL_POLICY.threshold },
  },
  precisionFloor: {
    ...number("Share of a job's own would-be stops that must have been right so far; 0 for any."),
    ...{ minimum: 0, maximum: 1, default: USUAL_POLICY.precisionFloor },
  },
  falseStopReruns: {
    ...number(
      'What a false stop costs, in whole runs of the job: 1 the rerun, 2 (as our rule charges) as much again for the delay, 0 nothing, so that the threshold alone decides.',
    ),
    ...{ minimum: 0, maximum: 10, default: USUAL_POLICY.falseStopReruns },
  },
  leastSavedSeconds: {
    ...number('A stop must be expected to be worth so much. Unit: seconds.'),
    ...{ minimum: 0, maximum: 86_400, default: USUAL_POLICY.leastSavedSeconds },
  },
}
const WINDOW = {
  days: {
    ...integer('Runs started within so many days before asOf.'),
    ...{ minimum: 1, maximum: MAX_DAYS, default: USUAL_DAYS },
  },
}
const BODY = {
  type: 'object',
  additionalProperties: false,
  properties: { ...POLICY, ...WINDOW, ...JOB_QUERY },
}
const POINT = object({
  threshold: number('Chance to fail from which runs are stopped.'),
  stoppedCensored: integer('Stopped runs with no class: reported, not scored.'),
  chargedNetSeconds: number('Saved minus falseStopReruns times the whole duration of false stops.'),
  ...RULE_WORTH,
})
const DATA = object({
  policy: object({ ...POLICY, ...WINDOW }),
  runs: integer('Runs looked at.'),
  forecast: integer('Of them, those with a stored forecast that the replay can use.'),
  passing: integer('Passing runs.'),
  failing: integer('Failing runs.'),
  censored: integer('Ended runs with no class: reported, not scored.'),
  passingSeconds: number('Duration of the passing runs.'),
  failedSeconds: number('Duration of the failing runs.'),
  isCut: flag(`True where older runs of the window are left out: the newest ${MAX_RUNS} are read.`),
  point: POINT,
  curve: listOf(POINT),
  rules: listOf(object(RULE_WORTH)),
  stopped: {
    ...listOf(
      object({
        ...RUN_PARAMS,
        failed: {
          type: ['boolean', 'null'],
          description: 'Whether it failed; null where it ended with no class.',
        },
        startedAt: integer('When it started. Unit: milliseconds since the epoch, UTC.'),
        stopSeconds: number('How long after that it would have been stopped. Unit: seconds.'),
        durationSeconds: numberOrNull('How long it ran. Unit: seconds.'),
      }),
    ),
    description: `The runs that the policy would have stopped, the last started first, ${MOST_LISTED} at most.`,
  },
})
const problem = {
  description: 'A problem.',
  content: { 'application/problem+json': { schema: ref('Problem') } },
}
const SCHEMA = {
  tags: ['worth'],
  summary: 'What another stopping policy would have been worth',
  description:
    'Replays the forecasts stored at 0, 25, 50, 75, 100 and 125 % of the median passing duration of each ended run; a stop comes at the first of them that asks for one. It is a plain threshold and at no setting our rule, which looks whenever something is heard and may stop only where its record permits it: without that permission little keeps it from stopping passing runs. A run whose stop was acted on has no class and is not scored. Beside it, what our rule and every baseline decided while the same runs ran. A threshold chosen here is chosen in hindsight.',
  body: BODY,
  response: {
    200: { description: 'The replay.', ...envelope(DATA, false) },
    '4xx': problem,
    '5xx': problem,
  },
}

/** Adds the route; requests take turns, and each lets others in between its pieces. */
export const addWhatIf = (app: FastifyInstance, deps: ApiDeps): void => {
  const past = createPastRuns(deps.views)
  const inTurn = createTurns()
  app.post<{ Body: Body }>(WHAT_IF_PATH, { schema: SCHEMA }, async (request, reply) => {
    const { time, answer } = await inTurn(async () => {
      if (request.socket.destroyed) throw new CodedError('bad-request', 'the client has left')
      const asked = deps.time()
      if (asked.outage !== undefined) throw new CodedError('views-behind', asked.outage)
      const from = asked.now - request.body.days * DAY_MS
      const fits = jobFilter(request.body)
      const runs = (await past.read()).filter(
        ({ startMs, job }) => startMs >= from && fits?.(job) !== false,
      )
      const data = dataOf(request.body, await replayed(request.body, runs), runs.length)
      return {
        time: asked,
        answer: tagged({
          data: JSON.stringify({ ...data, isCut: past.isCut && isBefore(from, runs) }),
          isSimulated: runs.some(({ job }) => isDemoKey(job)),
        }),
      }
    })
    return sendAnswer(time, request, reply, answer)
  })
}

/** Whether the window begins before the first run that was read: only then something of it may be missing. */
const isBefore = (from: number, [first]: readonly PastRun[]): boolean =>
  first === undefined || from < first.startMs

const replayed = async (policy: WhatIfPolicy, runs: readonly PastRun[]): Promise<WhatIf> => {
  const thresholds = [...new Set([...THRESHOLDS, policy.threshold])]
  const replay = createReplay(policy, thresholds, policy.threshold)
  for (let from = 0; from < runs.length; from += CHUNK) {
    for (const run of runs.slice(from, from + CHUNK)) replay.add(run)
    await breathe()
  }
  return replay.result()
}

const stoppedOf = ({ run: past, stopSeconds }: WhatIf['stopped'][number]) => {
  const [source = '', repo = '', job = '', name = ''] = keyParts(past.run)
  const at = name.lastIndexOf('#')
  const { failed, startMs: startedAt, durationSeconds } = past
  return {
    ...{ source, repo, job, runId: name.slice(0, at), attempt: Number(name.slice(at + 1)) },
    ...{ failed, startedAt, stopSeconds, durationSeconds },
  }
}

const dataOf = (body: Body, { points, rules, stopped, ...whole }: WhatIf, runs: number) => {
  const pointOf = (point: WhatIfPoint) => ({
    ...point,
    ...worthOf(whole, point),
    chargedNetSeconds: chargedNet(point, body.falseStopReruns),
  })
  const { threshold, precisionFloor, falseStopReruns, leastSavedSeconds, days } = body
  const curve = points.map(pointOf)
  return {
    policy: { threshold, precisionFloor, falseStopReruns, leastSavedSeconds, days },
    runs,
    ...whole,
    point: curve.find((point) => point.threshold === threshold),
    curve,
    rules: rules.map((rule) => worthOf(whole, rule)),
    stopped: stopped.slice(-MOST_LISTED).reverse().map(stoppedOf),
  }
}

/** Runs one piece of work after the other. */
const createTurns = () => {
  let last: Promise<unknown> = Promise.resolve()
  return <T>(work: () => Promise<T>): Promise<T> => {
    const mine = last.then(work)
    last = mine.catch(() => undefined)
    return mine
  }
}
