/**
 * open_pulls, open_pr_age_p90: pulls that are open, and the 90th percentile of their age. Units: pulls, seconds. Window: now.
 * Ages are to the hour in which a pull was opened. Assumes that openings are heard, or told with a later fact of the pull.
 * Source: DevLake, AI4CI.
 * Example: opened 1, 2 and 30 h before: 3, and 30 h.
 */

import { plain } from '../row.ts'
import { ageQuantile, countOpen, NOW, type PullKpiRow } from './row.ts'

export const openPulls: PullKpiRow = {
  name: 'open_pulls',
  unit: 'pulls',
  windows: NOW,
  doc: 'pulls opened and not ended',
  source: 'AI4CI',
  value: ({ openPulls: open }) => plain(countOpen(open), countOpen(open)),
}

export const openPrAgeP90: PullKpiRow = {
  name: 'open_pr_age_p90',
  unit: 'seconds',
  windows: NOW,
  doc: '90th percentile of the age of open pulls',
  source: 'DevLake',
  value: ({ openPulls: open, asOf }) => ageQuantile(open, asOf, 0.9),
}
