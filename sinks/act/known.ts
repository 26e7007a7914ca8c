/** What the read models say of a run that is to be stopped, and of what it is measured by. */

import type { ViewCursor, ViewStore } from '../../runtime/ports.ts'
import type { Decision, Measure, Run, RunRef } from '../../schemas/events.ts'
import { jobKey, key, runKey } from '../../schemas/keys.ts'

/** Read models, which may lie with others. */
export type KnownViews = Pick<ViewStore, 'get' | 'list'>

const rowOf = async <T>(views: KnownViews, view: string, name: string): Promise<T | undefined> => {
  const json = await views.get(view, name)
  return json === undefined ? undefined : (JSON.parse(json) as T)
}

export const runOf = (views: KnownViews, ref: RunRef): Promise<Run | undefined> =>
  rowOf(views, 'runs', runKey(ref))

/** What was decided last of a run. */
export const decisionOf = (views: KnownViews, ref: RunRef): Promise<Decision | undefined> =>
  rowOf(views, 'decisions', runKey(ref))

/** Of its job, its repository and its community, as far as there are any. */
export const measuresOf = async (views: KnownViews, ref: RunRef): Promise<Measure[]> => {
  const names = [
    key('job', jobKey(ref), 'total'),
    key('repo', key(ref.source, ref.repo), 'total'),
    key('community', ref.source, 'total'),
  ]
  const found: Measure[] = []
  for (const name of names) {
    const measure = await rowOf<Measure>(views, 'measures', name)
    if (measure !== undefined) found.push(measure)
  }
  return found
}

const PAGE = 1_000
/** Keys of all rows of a view. */
async function* keysOf(views: KnownViews, view: string): AsyncGenerator<string> {
  for (let after: ViewCursor | undefined; ;) {
    const rows = await views.list(view, { limit: PAGE, ...(after === undefined ? {} : { after }) })
    for (const row of rows) yield row.key
    after = rows.at(-1)
    if (rows.length < PAGE) return
  }
}

/** Other runs of its group that run or wait. */
export const othersOf = async (views: KnownViews, run: Run): Promise<Run[]> => {
  if (run.group === null) return []
  const own = runKey(run)
  const found: Run[] = []
  for (const view of ['running', 'queued'])
    for await (const name of keysOf(views, view)) {
      if (name === own) continue
      const other = await rowOf<Run>(views, 'runs', name)
      if (other === undefined || other.phase === 'finished' || other.group !== run.group) continue
      if (other.source === run.source && other.repo === run.repo) found.push(other)
    }
  return found
}
