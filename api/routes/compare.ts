/** Two records of KPIs beside each other: two jobs, two branches, two windows, or one subject then and now. */

import { CodedError } from '../../runtime/errors.ts'
import type { Kpi, KpiValue } from '../../schemas/events.ts'
import { keyParts } from '../../schemas/keys.ts'
import { newcombe } from '../../schemas/measures.ts'
import { viewOf } from '../../schemas/views.ts'
import type { ViewStore } from '../../runtime/ports.ts'
import {
  listOf,
  nullable,
  numberOrNull,
  object,
  recordWith,
  ref,
  text,
  type JsonSchema,
} from '../json-schema.ts'
import { route } from '../route.ts'

interface CompareQuery {
  readonly base: string
  readonly sample: string
  readonly base_at?: number
  readonly sample_at?: number
}
const KEY = {
  ...text('dimension:subject:window, parts escaped: a job in prow is job:prow%3Ao/r%3Aunit:7d.'),
  maxLength: 1_200,
}
const AT = {
  type: 'integer',
  description:
    'The record of its history at or before this instant instead of the current one. Unit: milliseconds since the epoch, UTC.',
}
const VALUE = nullable(
  (
    recordWith('kpi', (field) => field === 'values')['properties'] as {
      values: { items: JsonSchema }
    }
  ).values.items,
)

/** The record at or before an instant: history is listed newest first. */
const recordAt = async (
  views: ViewStore,
  name: string,
  at: number | undefined,
): Promise<Kpi | undefined> => {
  if (at === undefined) {
    const json = await views.get('kpis', name)
    return json === undefined ? undefined : (JSON.parse(json) as Kpi)
  }
  const after = { sort: at + 0.5, key: '' }
  const [row] = await views.list(viewOf('kpi-history', name), { limit: 1, after })
  return row === undefined ? undefined : (JSON.parse(row.json) as Kpi)
}

const found = async (views: ViewStore, name: string, at: number | undefined): Promise<Kpi> => {
  if (keyParts(name).length !== 3)
    throw new CodedError('invalid-parameter', `${name}: is not dimension:subject:window`)
  const kpi = await recordAt(views, name, at)
  if (kpi !== undefined) return kpi
  throw new CodedError('not-found', `no KPIs of ${name}${at === undefined ? '' : ' by then'}`)
}

/** KPIs whose numerator counts some of what their denominator counts, each by itself. */
const isShare = ({ kpi, numerator, denominator, n }: KpiValue): boolean =>
  numerator !== null && denominator === n && /_rate$|_precision$|_share$/.test(kpi)

/**
 * The sample less the base. Of shares of runs with the interval of Newcombe; of others without one, told apart where their own
 * intervals do not meet, which is stricter than needed.
 */
export const differenceOf = (base: KpiValue | undefined, sample: KpiValue | undefined) => {
  if (base?.value == null || sample?.value == null)
    return { difference: null, low: null, high: null, isApart: null }
  if (isShare(base) && isShare(sample)) {
    const { value, low, high } = newcombe(
      [sample.numerator ?? 0, sample.denominator ?? 0],
      [base.numerator ?? 0, base.denominator ?? 0],
    )
    return { difference: value, low, high, isApart: low > 0 || high < 0 }
  }
  const hasIntervals =
    base.low !== null && base.high !== null && sample.low !== null && sample.high !== null
  const isApart = hasIntervals
    ? (base.high ?? 0) < (sample.low ?? 0) || (sample.high ?? 0) < (base.low ?? 0)
    : null
  return { difference: sample.value - base.value, low: null, high: null, isApart }
}

const compare = route<object, CompareQuery>({
  path: '/v1/compare',
  tag: 'kpis',
  summary: 'KPIs of two subjects, windows or instants beside each other, with their difference',
  description: 'base and sample are both needed.',
  query: { base: KEY, sample: KEY, base_at: AT, sample_at: AT },
  data: object({
    base: ref('Kpi'),
    sample: ref('Kpi'),
    rows: listOf(
      object({
        kpi: text('KPI name.'),
        base: VALUE,
        sample: VALUE,
        difference: numberOrNull('sample − base; null where either was not heard.'),
        low: numberOrNull('Lower end of its 95 % interval; null where it is no share of runs.'),
        high: numberOrNull('Upper end of it.'),
        isApart: {
          type: ['boolean', 'null'],
          description:
            'True where the 95 % interval leaves zero out, or the intervals of both do not meet; null where there are none.',
        },
      }),
    ),
  }),
  handle: async ({ views }, _params, query) => {
    const { base: baseName, sample: sampleName } = query as Partial<CompareQuery>
    if (baseName === undefined || sampleName === undefined)
      throw new CodedError('invalid-parameter', 'base and sample are both needed')
    const [base, sample] = await Promise.all([
      found(views, baseName, query.base_at),
      found(views, sampleName, query.sample_at),
    ])
    const names = [...new Set([...base.values, ...sample.values].map(({ kpi }) => kpi))]
    const valueIn = ({ values }: Kpi, name: string): KpiValue | undefined =>
      values.find(({ kpi }) => kpi === name)
    const rows = names.map((kpi) => {
      const [a, b] = [valueIn(base, kpi), valueIn(sample, kpi)]
      return { kpi, base: a ?? null, sample: b ?? null, ...differenceOf(a, b) }
    })
    return {
      data: JSON.stringify({ base, sample, rows }),
      isSimulated: base.simulated || sample.simulated,
    }
  },
})

export const COMPARE_ROUTES = [compare]
