/** THE route table. */

import type { Route } from '../route.ts'
import type { Throughput } from '../throughput.ts'
import { INCIDENT_ROUTES } from './incidents.ts'
import { JOB_ROUTES } from './jobs.ts'
import { KPI_ROUTES } from './kpis.ts'
import { pipelineRoutes } from './pipeline.ts'
import { RUN_ROUTES } from './runs.ts'
import { SCORE_ROUTES } from './scores.ts'
import { TOPIC_ROUTES } from './topics.ts'
import { WORTH_ROUTES } from './worth.ts'

export const routes = (throughput: Throughput): readonly Route[] =>
  [
    JOB_ROUTES,
    RUN_ROUTES,
    SCORE_ROUTES,
    WORTH_ROUTES,
    KPI_ROUTES,
    INCIDENT_ROUTES,
    TOPIC_ROUTES,
    pipelineRoutes(throughput),
  ].flat()
