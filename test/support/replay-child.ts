/**
 * A process that replays archives into a store, to be killed by tests. Told by one line of JSON on its input, so that
 * it can be loaded beforehand; writes a dot after each commit and `done` at the end.
 */

import { writeSync } from 'node:fs'
import { flushCompileCache } from 'node:module'
import { createInterface } from 'node:readline'
import { pathToFileURL } from 'node:url'
import { TOPOLOGY } from '../../processors/topology.ts'
import { cut, openArchive } from '../../producers/archive/archive.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { OfferSource } from '../../runtime/ports.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { communityOffers } from './community.ts'
import { AFTERWARDS_MS } from './replays.ts'

export interface ReplayOrder {
  readonly store: string
  /** Folders, or so many hours of the community that speaks on every topic. */
  readonly of: readonly string[] | number
  readonly batchOffers: number
}

/** The source of an order. */
const sourceOf = ({ of, batchOffers }: ReplayOrder): Pick<OfferSource, 'name' | 'batches'> =>
  typeof of === 'number'
    ? {
        name: 'community',
        // eslint-disable-next-line @typescript-eslint/require-await -- as an archive gives its own
        batches: async function* (from) {
          yield* cut(communityOffers(of).slice(from), from, batchOffers)
        },
      }
    : openArchive(of, { batchOffers })

/**
 * Goes on where the store's cursor stands, to the end of the archives and a day more. As in a replay, some batches are taken
 * and last with the commit of a later one; which, follows from the cursor, so that it is the same after a kill.
 */
export const replayInto = async (order: ReplayOrder, onCommit: () => void): Promise<void> => {
  const runtime = new EmbeddedRuntime(order.store, TOPOLOGY, toViews)
  const of = sourceOf(order)
  const source = of.name
  const { signal } = new AbortController()
  for await (const { offers, cursor } of of.batches(runtime.cursor(source), signal)) {
    const isCommitted = cursor % 2 === 0
    const way = isCommitted ? 'commit' : 'take'
    runtime[way](offers, offers.at(-1)?.record.observedAt ?? 0, { source, at: cursor })
    if (isCommitted) onCommit()
  }
  runtime.commit([], runtime.now + AFTERWARDS_MS)
  runtime.close()
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  flushCompileCache() // a killed process leaves none to the next one
  const lines = createInterface({ input: process.stdin })
  for await (const line of lines) {
    await replayInto(JSON.parse(line) as ReplayOrder, () => writeSync(1, '.'))
    writeSync(1, 'done')
    break
  }
  lines.close()
}
