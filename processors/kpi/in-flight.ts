/**
 * in_flight: runs that have started and not ended. Unit: runs. Window: now. A repository's or a community's is as of the
 * last 5-minute pane. Assumes that starts are heard; a run known only from its end was never in flight.
 * Source: Prow.
 * Example: three started, one finished: 2.
 */

import { EVERYWHERE, NONE, plain, type KpiRow } from './row.ts'

export const inFlight: KpiRow = {
  name: 'in_flight',
  unit: 'runs',
  windows: ['now'],
  dimensions: EVERYWHERE,
  doc: 'runs started and not ended',
  interval: NONE,
  counts: [],
  value: ({ gauges }) => plain(gauges.inFlight, gauges.inFlight),
}
