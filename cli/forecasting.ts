/** The part of the topology that forecasts and decides: without KPIs and alerts. */

import { TOPOLOGY } from '../processors/topology.ts'
import type { TopicName } from '../schemas/topics.ts'

const OUTPUTS: readonly TopicName[] = [
  'ci.runs.v1',
  'ci.group-runs.v1',
  'ci.signals.v1',
  'ci.scores.v1',
  'ci.priors.v1',
]
export const FORECASTING = TOPOLOGY.filter(({ outputs }) =>
  outputs.some((topic) => OUTPUTS.includes(topic)),
)
