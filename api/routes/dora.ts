/**
 * DORA's four figures of a repository. No source tells of deployments, so none of them has a value, least of all 0: each
 * says what would tell it, and which KPI that is told comes nearest.
 */

import type { Kpi } from '../../schemas/events.ts'
import { type JsonSchema, listOf, nullable, object, recordWith, text } from '../json-schema.ts'
import { route } from '../route.ts'
import { isDemo, REPO_PARAMS, REPO_PATH, type RepoRef } from './params.ts'
import { toldOf } from './repos.ts'

interface Near {
  readonly dimension: 'repo' | 'pulls'
  readonly window: string
  readonly kpi: string
  readonly unit: string
  /** How it differs from the figure. */
  readonly but: string
}
interface DoraFigure {
  readonly name: string
  readonly unit: string
  readonly definition: string
  /** What a source would have to tell. */
  readonly needs: string
  readonly near: Near | null
}

const DEPLOYMENTS =
  'deployments of the repository: when each ended, whether it succeeded, and of which commit'

/** By the names of the catalogue of KPIs (docs/kpis.md). */
const DORA_FIGURES: readonly DoraFigure[] = [
  {
    name: 'deployment_frequency',
    unit: 'days a week',
    definition: 'median number of days a week with a successful deployment',
    needs: DEPLOYMENTS,
    near: {
      ...{ dimension: 'pulls', window: '30d', kpi: 'merged_per_day', unit: 'pulls a day' },
      but: 'pull requests merged, whether or not anything was deployed',
    },
  },
  {
    name: 'lead_time_for_changes',
    unit: 'seconds',
    definition: 'median time from the first commit of a change to the end of its deployment',
    needs: `${DEPLOYMENTS}; and when the first commit of each pull request was written`,
    near: {
      ...{ dimension: 'pulls', window: '30d', kpi: 'time_to_merge_p50', unit: 'seconds' },
      but: 'from opening to merge: neither the work before nor the deployment after',
    },
  },
  {
    name: 'change_failure_rate',
    unit: 'ratio',
    definition: 'deployments that an incident or a rollback followed / deployments',
    needs: `${DEPLOYMENTS}; and rollbacks, or incidents in production with the deployment they are of`,
    near: null,
  },
  {
    name: 'failed_deployment_recovery',
    unit: 'seconds',
    definition: 'median time from a failed deployment to the next that succeeded',
    needs: DEPLOYMENTS,
    near: {
      ...{ dimension: 'repo', window: '14d', kpi: 'mean_time_to_fix', unit: 'seconds' },
      but: 'a mean over failing streaks of jobs, of whatever they build or test',
    },
  },
]

const nearOf = (told: readonly Kpi[], { dimension, window, kpi, ...more }: Near) => {
  const record = told.find((each) => each.dimension === dimension && each.window === window)
  const reading = record?.values.find((value) => value.kpi === kpi) ?? null
  return { dimension, window, kpi, ...more, reading }
}

/** A value of a KPI as records of KPIs hold it. */
const VALUE = (
  recordWith('kpi', (field) => field === 'values') as {
    readonly properties: { readonly values: { readonly items: JsonSchema } }
  }
).properties.values.items

const dora = route<RepoRef>({
  path: `${REPO_PATH}/dora`,
  tag: 'kpis',
  summary: "DORA's four figures of a repository: not collected, and what would tell them",
  description:
    'No source tells of deployments, so no figure has a value: not collected is not zero. Beside each stands the KPI that comes nearest, and how it differs.',
  params: REPO_PARAMS,
  data: listOf(
    object({
      name: text('Name of the figure.'),
      state: { const: 'notCollected', description: 'No source tells what it is made of.' },
      value: { type: 'null', description: 'There is none.' },
      unit: text('Unit that a value would have.'),
      definition: text('What it would be.'),
      needs: text('What a source would have to tell.'),
      near: nullable(
        object({
          dimension: text('Dimension of the KPI that comes nearest.'),
          window: text('Its window.'),
          kpi: text('Its name.'),
          unit: text('Its unit.'),
          but: text('How it differs.'),
          reading: nullable(VALUE),
        }),
      ),
    }),
  ),
  handle: async ({ views }, params) => {
    const told = (await toldOf(views, params)).map((json) => JSON.parse(json) as Kpi)
    const figures = DORA_FIGURES.map(({ name, unit, definition, needs, near }) => ({
      ...{ name, state: 'notCollected', value: null, unit, definition, needs },
      near: near === null ? null : nearOf(told, near),
    }))
    return { data: JSON.stringify(figures), isSimulated: isDemo(params) }
  },
})

export const DORA_ROUTES = [dora]
