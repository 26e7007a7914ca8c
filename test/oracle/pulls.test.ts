/**
 * Streaming equals batch, for pull requests and issues: what the pipeline says at 50 instants of each window, beside an
 * independent computation over all facts that were heard by then.
 */

import { describeOracle } from '../support/oracle.ts'

describeOracle('pulls')
