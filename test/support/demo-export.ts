/** Tables of the simulated community, as somebody would export them from a store that has heard it for some days. */

import { TOPOLOGY } from '../../processors/topology.ts'
import { demoSource } from '../../producers/demo/source.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import { resumable } from '../../runtime/one-partition.ts'
import { exportTables, USUAL_TOPICS } from '../../sinks/export/tables/export.ts'
import { DAY, MONDAY } from './facts.ts'

/** Hears the community for so many days, and exports the usual topics into a folder. */
export const exportDemo = async (folder: string, days: number): Promise<void> => {
  const { signal } = new AbortController()
  const until = MONDAY + days * DAY
  const runtime = new EmbeddedRuntime(':memory:', TOPOLOGY)
  for await (const { offers } of demoSource({ from: MONDAY, until }).batches(0, signal))
    runtime.take(offers, MONDAY)
  runtime.commit([], until)
  const options = {
    format: 'parquet',
    topics: USUAL_TOPICS,
    key: null,
    origin: 'store',
    signal,
  } as const
  await exportTables(resumable(runtime.log), folder, options)
  runtime.close()
}
