/** The ended runs a replay of history looks at: held in memory, brought up to date by reading what is new. */

import { setImmediate as breathe } from 'node:timers/promises'
import type { ViewCursor, ViewRow, ViewStore } from '../../runtime/ports.ts'
import type { Score } from '../../schemas/events.ts'
import { pastRun, type PastRun } from '../../schemas/what-if.ts'

/** Some 500 bytes each; older runs are left out, and the answer says so. */
export const MAX_RUNS = 20_000
/** Rows read in one go: two or three milliseconds, then others have their turn. */
const CHUNK = 50

export interface PastRuns {
  /** Runs in order of their start, as the view holds them now. One call at a time. */
  read(): Promise<readonly PastRun[]>
  /** True where the view holds older runs than are read. */
  readonly isCut: boolean
}

interface Held {
  readonly sort: number
  readonly run: PastRun
}

export const createPastRuns = (views: ViewStore, maxRuns = MAX_RUNS): PastRuns => {
  let held = new Map<string, Held>()
  let inOrder: readonly PastRun[] = []
  let newest = -Infinity
  let isCut = false

  const takeNew = async (): Promise<boolean> => {
    let hasNew = false
    for await (const row of newestFirst(views, newest, maxRuns)) {
      if (held.get(row.key)?.sort === row.sort) continue
      held.set(row.key, { sort: row.sort, run: pastRun(JSON.parse(row.json) as Score) })
      hasNew = true
    }
    return hasNew
  }
  return {
    async read() {
      const isFirst = held.size === 0
      if (!(await takeNew())) return inOrder
      if (isFirst) isCut = held.size === maxRuns && (await views.count('scores')) > maxRuns
      const byHeard = [...held].sort(([, a], [, b]) => b.sort - a.sort)
      if (byHeard.length > maxRuns) {
        isCut = true
        held = new Map(byHeard.slice(0, maxRuns))
      }
      newest = byHeard[0]?.[1].sort ?? newest
      inOrder = [...held.values()]
        .map(({ run }) => run)
        .sort((a, b) => a.startMs - b.startMs || a.heardMs - b.heardMs)
      return inOrder
    },
    get isCut() {
      return isCut
    },
  }
}

/** Rows of the scores from the newest down to those of an instant, at most so many. */
async function* newestFirst(
  views: ViewStore,
  downTo: number,
  limit: number,
): AsyncGenerator<ViewRow> {
  let after: ViewCursor | undefined
  for (let read = 0; read < limit; read += CHUNK) {
    const chunk = Math.min(CHUNK, limit - read)
    const rows = await views.list(
      'scores',
      after === undefined ? { limit: chunk } : { limit: chunk, after },
    )
    for (const row of rows) {
      if (row.sort < downTo) return
      yield row
    }
    const last = rows.at(-1)
    if (last === undefined || rows.length < chunk) return
    after = { sort: last.sort, key: last.key }
    await breathe()
  }
}
