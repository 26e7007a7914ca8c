/**
 * Streaming equals batch, by label: what the pipeline says of families, branches and releases of recorded runs at 50 full hours,
 * beside an independent computation from the same files in pandas.
 */

import { describeOracle } from '../support/oracle.ts'

describeOracle('labels')
