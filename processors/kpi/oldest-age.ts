/**
 * oldest_age: how long ago the oldest run in flight started. Unit: seconds. Window: now.
 * The numerator is that instant in milliseconds, so that a reader can take the age at any later instant. To the minute for
 * a job, to the hour for a repository or a community, always rounded to the older side. Assumes as in_flight.
 * Source: Prow.
 * Example: started 10:00 and 10:07, now 10:30: 1,800 s.
 */

import { EVERYWHERE, NONE, NOTHING, type KpiRow } from './row.ts'

export const oldestAge: KpiRow = {
  name: 'oldest_age',
  unit: 'seconds',
  windows: ['now'],
  dimensions: EVERYWHERE,
  doc: 'now − start of the oldest run in flight; the numerator is that start in ms',
  interval: NONE,
  counts: [],
  value: ({ gauges: { asOf, inFlight, oldestStartAt } }) =>
    oldestStartAt === null
      ? NOTHING
      : {
          ...NOTHING,
          value: Math.max(0, asOf - oldestStartAt) / 1000,
          numerator: oldestStartAt,
          n: inFlight,
        },
}
