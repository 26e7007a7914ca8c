/** Which runs have a label: by what they say of themselves, by who the configuration says owns their job, or by having no sum of their own. */

import type { ViewRow, ViewStore } from '../../runtime/ports.ts'
import type { AlertSettings, Run } from '../../schemas/events.ts'
import { ownerOf } from '../../schemas/glob.ts'
import { key, keyParts } from '../../schemas/keys.ts'
import { isOfRepo, SHARED_VALUE, slicesOf } from '../../schemas/slices.ts'
import { widthSort } from '../../schemas/views.ts'
import { allOf } from '../paging.ts'

type ValueOf = (run: Run) => string | undefined

/** An owner is who the run names, else who the configuration names now: it does not say who did when the run ended. */
const ownerOfRun = async (views: ViewStore): Promise<ValueOf> => {
  const json = await views.get('alert-settings', 'alerts')
  const owners = json === undefined ? [] : (JSON.parse(json) as AlertSettings).owners
  return (run) => slicesOf(run)['owner'] ?? ownerOf(owners, run) ?? undefined
}

/** Subjects of a dimension that have a sum of their own. */
const ownSums = async (views: ViewStore, dimension: string): Promise<ReadonlySet<string>> => {
  const isOfIt = ({ key }: ViewRow): boolean => key.startsWith(`${dimension}:`)
  const rows = await allOf(views, 'kpis', isOfIt, ({ sort }) => sort < widthSort(dimension, 0))
  return new Set(rows.map((row) => keyParts(row.key)[1] ?? ''))
}

/** Whether the value of a run shares its sum with others. */
const sharesSum = (
  valueOf: ValueOf,
  dimension: string,
  own: ReadonlySet<string>,
): ((run: Run) => boolean) => {
  const isWithinRepo = isOfRepo(dimension)
  return (run) => {
    const value = valueOf(run)
    if (value === undefined || value === SHARED_VALUE) return value !== undefined
    const { source, repo } = run
    return !own.has(isWithinRepo ? key(source, repo, value) : key(source, value))
  }
}

/**
 * Tells whether a run is of the slice `dimension:value`. Example: of `cluster:other` are runs on clusters that are too many,
 * or were silent for too long, to have KPIs of their own, never those whose cluster is not known.
 */
export const labelTest = async (
  views: ViewStore,
  label: string,
): Promise<(run: Run) => boolean> => {
  const at = label.indexOf(':')
  const [dimension, wanted] = [label.slice(0, at), label.slice(at + 1)]
  const valueOf: ValueOf =
    dimension === 'owner' ? await ownerOfRun(views) : (run) => slicesOf(run)[dimension]
  return wanted === SHARED_VALUE
    ? sharesSum(valueOf, dimension, await ownSums(views, dimension))
    : (run) => valueOf(run) === wanted
}
