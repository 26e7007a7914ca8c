/**
 * Streaming equals batch, for runs: what the pipeline says at 50 pane ends of recorded CI, beside an independent computation from
 * the same files in pandas. Counts and ratios to 1e-9, quantiles within their buckets.
 */

import { describeOracle } from '../support/oracle.ts'

describeOracle('runs')
