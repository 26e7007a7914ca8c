/**
 * average_size_of_correlation_set: tests that each such test fails together with, on average. Unit: tests. Window: 7
 * d, 30 d, by when a run was first heard.
 * Assumes as correlated_failure_sets; null where no test has a partner.
 * Source: AI4CI KPI 11, the mean length of a text: 9,224 where at most 7,329 partners could be. As published there:
 * characters of the list of them as Python writes it, on average.
 * Example (reading.ts): null, as published null.
 */

import { quotientOf, WINDOWED, type TestKpiRow } from './row.ts'

export const averageSizeOfCorrelationSet: TestKpiRow = {
  name: 'average_size_of_correlation_set',
  unit: 'tests',
  ai4ci: 11,
  windows: WINDOWED,
  doc: 'tests that each such test fails together with, on average',
  compatDoc: 'characters of the list of them as Python writes it, on average',
  example: [null, null],
  value: ({ together }) => quotientOf(together.partners, together.partnered),
  compat: ({ together }) =>
    together.partnered === 0 ? null : together.characters / together.partnered,
}
