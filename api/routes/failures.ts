/** Why runs fail: the kind of a failure with its decisive lines, and causes over many runs. */

import { CodedError } from '../../runtime/errors.ts'
import type { FailureKind, FailureSignature, RunRef } from '../../schemas/events.ts'
import { FAILURE_KINDS } from '../../schemas/failure-kinds.ts'
import { key, runKey } from '../../schemas/keys.ts'
import type { ApiDeps } from '../deps.ts'
import { listOf, nullable, object, ref } from '../json-schema.ts'
import { pageOf, PAGE_QUERY, type PageQuery } from '../paging.ts'
import { jsonList, route } from '../route.ts'
import {
  isDemo,
  isDemoKey,
  JOB_QUERY,
  jobFilter,
  partsFilter,
  RUN_PARAMS,
  RUN_PATH,
  runText,
  type JobQuery,
} from './params.ts'

const KIND_QUERY = {
  kind: {
    type: 'string',
    enum: ['unknown', ...FAILURE_KINDS],
    description: 'Only failures of this kind.',
  },
}
interface KindQuery extends PageQuery, JobQuery {
  readonly kind?: FailureKind['kind']
}

const kindOf = (json: string): FailureKind['kind'] => (JSON.parse(json) as FailureKind).kind
/** Rows of the jobs and the kind that are asked for; undefined where every row passes. */
const keepOf = (fits: ((key: string) => boolean) | undefined, { kind }: KindQuery) =>
  fits === undefined && kind === undefined
    ? undefined
    : (row: { key: string; json: string }): boolean =>
        (fits?.(row.key) ?? true) && (kind === undefined || kindOf(row.json) === kind)

const failureKinds = route<object, KindQuery>({
  path: '/v1/failure-kinds',
  tag: 'failures',
  summary: 'Why runs fail, as last told of each, the newest first',
  query: { ...PAGE_QUERY, ...JOB_QUERY, ...KIND_QUERY },
  data: listOf(ref('FailureKind')),
  isPaged: true,
  handle: async ({ views }, _params, query) => {
    const keep = keepOf(jobFilter(query), query)
    const { rows, next } = await pageOf(views, 'failure-kinds', query, { keep })
    return { data: jsonList(rows), isSimulated: rows.some(({ key: of }) => isDemoKey(of)), next }
  },
})

const REPO_QUERY = { source: JOB_QUERY.source, repo: JOB_QUERY.repo }
const failureSignatures = route<object, KindQuery>({
  path: '/v1/failure-signatures',
  tag: 'failures',
  summary: 'Causes over many runs, each with its first and last sight, the last seen first',
  query: { ...PAGE_QUERY, ...REPO_QUERY, ...KIND_QUERY },
  data: listOf(ref('FailureSignature')),
  isPaged: true,
  handle: async ({ views }, _params, query) => {
    const keep = keepOf(partsFilter([query.source, query.repo]), query)
    const { rows, next } = await pageOf(views, 'failure-signatures', query, { keep })
    return { data: jsonList(rows), isSimulated: rows.some(({ key: of }) => isDemoKey(of)), next }
  },
})

/** The cause that a failure is a sight of: it was seen in the same form. */
const signatureOf = async ({ views }: ApiDeps, { source, repo, signature }: FailureKind) => {
  if (signature === null) return null
  const prefix = `${key(source, repo)}:`
  const isForm = (json: string): boolean =>
    (JSON.parse(json) as FailureSignature).forms.includes(signature)
  const keep = (row: { key: string; json: string }): boolean =>
    row.key.startsWith(prefix) && isForm(row.json)
  const { rows } = await pageOf(views, 'failure-signatures', { limit: 1 }, { keep })
  return rows[0]?.json ?? null
}

const failureOfRun = route<RunRef>({
  path: `${RUN_PATH}/failure`,
  tag: 'failures',
  summary: 'Why one run fails, with the decisive lines, and the cause that it shares with others',
  description:
    'failure is null for a run of which nothing was heard from inside, or that did not fail; signature is null until its failure was counted, some minutes after its end.',
  params: RUN_PARAMS,
  data: object({
    failure: nullable(ref('FailureKind')),
    signature: nullable(ref('FailureSignature')),
  }),
  handle: async (deps, params) => {
    const [run, json] = await deps.views.getAll(['runs', 'failure-kinds'], runKey(params))
    if (run === undefined) throw new CodedError('not-found', `${runText(params)} was not heard of`)
    const signature =
      json === undefined ? null : await signatureOf(deps, JSON.parse(json) as FailureKind)
    const data = `{"failure":${json ?? 'null'},"signature":${signature ?? 'null'}}`
    return { data, isSimulated: isDemo(params) }
  },
})

export const FAILURE_ROUTES = [failureKinds, failureSignatures, failureOfRun]
