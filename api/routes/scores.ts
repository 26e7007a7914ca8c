/** Forecasts and decisions of ended runs against what happened. */

import { listOf, ref } from '../json-schema.ts'
import { pageOf, PAGE_QUERY, type PageQuery } from '../paging.ts'
import { jsonList, route } from '../route.ts'
import { isDemoKey, JOB_QUERY, jobFilter, type JobQuery } from './params.ts'

const scores = route<object, PageQuery & JobQuery>({
  path: '/v1/scores',
  tag: 'worth',
  summary: 'Scores of runs, the last ended first',
  query: { ...PAGE_QUERY, ...JOB_QUERY },
  data: listOf(ref('Score')),
  isPaged: true,
  handle: async ({ views }, _params, query) => {
    const fits = jobFilter(query)
    const keep = fits && ((row: { key: string }) => fits(row.key))
    const { rows, next } = await pageOf(views, 'scores', query, { keep })
    return { data: jsonList(rows), isSimulated: rows.some(({ key }) => isDemoKey(key)), next }
  },
})

export const SCORE_ROUTES = [scores]
