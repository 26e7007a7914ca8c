/**
 * Streaming equals batch, for tests: what the pipeline says of the tests of recorded jobs at many instants each, and what was
 * published under AI4CI's names, beside an independent computation over the whole grid.
 */

import { describeOracle } from '../support/oracle.ts'

describeOracle('tests')
