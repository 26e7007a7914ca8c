/** Pull requests: whether and when they are expected to merge, and what came of it. */

import type { MergeForecast, MergeScore } from '../../schemas/events.ts'
import { pullKey, type PullRef } from '../../schemas/keys.ts'
import { viewOf } from '../../schemas/views.ts'
import type { ViewStore } from '../../runtime/ports.ts'
import { CodedError } from '../../runtime/errors.ts'
import { integer, listOf, nullable, number, numberOrNull, object, ref } from '../json-schema.ts'
import { MAX_LIMIT, pageOf, PAGE_QUERY, type PageQuery } from '../paging.ts'
import { jsonList, route } from '../route.ts'
import {
  isDemo,
  isDemoKey,
  JOB_PARAMS,
  JOB_QUERY,
  partsFilter,
  REPO_PARAMS,
  REPO_PATH,
  type RepoRef,
} from './params.ts'

const PULL_PATH = '/v1/pulls/:source/:repo/:pull'
const PULL_PARAMS = {
  source: JOB_PARAMS.source,
  repo: JOB_PARAMS.repo,
  pull: { type: 'integer', minimum: 0, description: 'Number of the pull request.' },
}

const PULL_ANSWER = object({
  forecast: ref('MergeForecast'),
  expected: nullable({
    ...object({
      at: {
        type: 'object',
        additionalProperties: { type: 'integer' },
        description:
          'Instants by which it is merged with the chance of their name, such as p50, if it merges at all. Unit: milliseconds since the epoch, UTC.',
      },
    }),
    description: 'The newest forecast as instants; null for one that has ended.',
  }),
  compat: {
    ...listOf(
      object({
        class: integer('The class as AI4CI numbers it, from 0. No unit.'),
        fromSeconds: number('Its lower bound, a decile of this repository. Unit: seconds.'),
        toSeconds: numberOrNull('Its upper bound; null for the last. Unit: seconds.'),
        p: number('Chance of it, given that the pull request merges. Unit: ratio 0..1.'),
      }),
    ),
    description:
      'The ten classes of AI4CI, by the deciles of this repository as known at the forecast; empty where fewer than 19 were merged.',
  },
  score: nullable(ref('MergeScore')),
})

/** The ten classes, from bounds and chances that the forecast tells. */
const compatOf = ({ deciles, classes }: MergeForecast) =>
  classes.map((p, place) => ({
    class: place,
    fromSeconds: deciles[place - 1] ?? 0,
    toSeconds: deciles[place] ?? null,
    p,
  }))
const expectedOf = ({ openedAt, quantiles }: MergeForecast) => ({
  at: Object.fromEntries(
    Object.entries(quantiles).map(([name, seconds]) => [
      name,
      Math.round(openedAt + seconds * 1000),
    ]),
  ),
})

/** What is answered of one pull request; undefined where nothing was forecast of it. */
const answerOf = async (views: ViewStore, key: string): Promise<string | undefined> => {
  const [json, scored, open] = await Promise.all([
    views.get('pulls', key),
    views.get('pull-scores', key),
    views.get('open-pulls', key),
  ])
  if (json === undefined) return undefined
  const forecast = JSON.parse(json) as MergeForecast
  const isOpen = open !== undefined
  const score = isOpen || scored === undefined ? null : (JSON.parse(scored) as MergeScore)
  return JSON.stringify({
    forecast,
    expected: isOpen ? expectedOf(forecast) : null,
    compat: compatOf(forecast),
    score,
  })
}

interface PullsQuery extends PageQuery {
  readonly state?: 'open' | 'ended'
  readonly source?: string
  readonly repo?: string
}
const VIEW_OF = { open: 'open-pulls', ended: 'pull-scores' } as const

const STATE = { type: 'string', enum: ['open', 'ended'], description: 'Only those in this state.' }
/** What is told of a list, wherever it is asked for. */
const LIST = {
  ...{ tag: 'pulls', data: listOf(PULL_ANSWER), isPaged: true },
  description: 'Open ones by falling opening, ended ones by falling end. Without a state: all.',
}

const listed = async (views: ViewStore, query: PullsQuery) => {
  const fits = partsFilter([query.source, query.repo])
  const keep = fits && ((row: { key: string }) => fits(row.key))
  const view = query.state === undefined ? 'pulls' : VIEW_OF[query.state]
  const { rows, next } = await pageOf(views, view, query, { keep })
  const all = await Promise.all(rows.map(({ key }) => answerOf(views, key)))
  const found = all.flatMap((json) => (json === undefined ? [] : [{ json }]))
  return { data: jsonList(found), isSimulated: rows.some(({ key }) => isDemoKey(key)), next }
}

const pulls = route<object, PullsQuery>({
  ...LIST,
  path: '/v1/pulls',
  summary: 'Pull requests with their forecasts and scores',
  query: { ...PAGE_QUERY, source: JOB_QUERY.source, repo: JOB_QUERY.repo, state: STATE },
  handle: async ({ views }, _params, query) => listed(views, query),
})

const ofRepo = route<RepoRef, Omit<PullsQuery, keyof RepoRef>>({
  ...LIST,
  path: `${REPO_PATH}/pulls`,
  summary: 'Pull requests of a repository with their forecasts and scores',
  params: REPO_PARAMS,
  query: { ...PAGE_QUERY, state: STATE },
  handle: async ({ views }, { source, repo }, query) => listed(views, { ...query, source, repo }),
})

const notHeardOf = ({ source, repo, pull }: PullRef): CodedError =>
  new CodedError('not-found', `${source} ${repo} #${pull} was not forecast`)

const pull = route<PullRef>({
  path: PULL_PATH,
  tag: 'pulls',
  summary: 'One pull request: when it is expected to merge, and whether at all',
  params: PULL_PARAMS,
  data: PULL_ANSWER,
  handle: async ({ views }, params) => {
    const data = await answerOf(views, pullKey(params))
    if (data === undefined) throw notHeardOf(params)
    return { data, isSimulated: isDemo({ source: params.source }) }
  },
})

const trajectory = route<PullRef, PageQuery>({
  path: `${PULL_PATH}/trajectory`,
  tag: 'pulls',
  summary: 'What was forecast of a pull request, newest first, and its score',
  params: PULL_PARAMS,
  query: { ...PAGE_QUERY, limit: { ...PAGE_QUERY.limit, default: MAX_LIMIT } },
  data: listOf({
    anyOf: [
      object({ kind: { const: 'forecast' }, forecast: ref('MergeForecast') }),
      object({ kind: { const: 'score' }, score: ref('MergeScore') }),
    ],
  }),
  isPaged: true,
  handle: async (deps, params, query) => {
    const key = pullKey(params)
    if ((await deps.views.get('pulls', key)) === undefined) throw notHeardOf(params)
    const { rows, next } = await pageOf(deps.views, viewOf('pull-trajectory', key), query)
    return { data: jsonList(rows), isSimulated: isDemo({ source: params.source }), next }
  },
})

export const PULL_ROUTES = [pulls, ofRepo, pull, trajectory]
