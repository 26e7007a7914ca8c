/** THE route table. */

import type { Route } from '../route.ts'
import type { RunAnswers } from './run-answers.ts'
import type { Throughput } from '../throughput.ts'
import { MODEL_ROUTES } from '../models/routes.ts'
import { CLUSTER_ROUTES } from './clusters.ts'
import { COMPARE_ROUTES } from './compare.ts'
import { FAILURE_ROUTES } from './failures.ts'
import { DASHBOARD_ROUTES } from './dashboards.ts'
import { DORA_ROUTES } from './dora.ts'
import { DRIFT_ROUTES } from './drift.ts'
import { INCIDENT_ROUTES } from './incidents.ts'
import { JOB_ROUTES } from './jobs.ts'
import { KPI_ROUTES } from './kpis.ts'
import { pipelineRoutes } from './pipeline.ts'
import { REPO_ROUTES } from './repos.ts'
import { RISK_ROUTES } from './run-risk.ts'
import { runRoutes } from './runs.ts'
import { PULL_ROUTES } from './pulls.ts'
import { STEP_ROUTES } from './run-steps.ts'
import { SCORE_ROUTES } from './scores.ts'
import { SEARCH_ROUTES } from './search.ts'
import { TEST_BOARD_ROUTES } from './test-boards.ts'
import { TEST_ROUTES } from './tests.ts'
import { TOPIC_ROUTES } from './topics.ts'
import { WORTH_ROUTES } from './worth.ts'

export const routes = (throughput: Throughput, runAnswers: RunAnswers): readonly Route[] =>
  [
    JOB_ROUTES,
    runRoutes(runAnswers),
    STEP_ROUTES,
    SCORE_ROUTES,
    WORTH_ROUTES,
    DRIFT_ROUTES,
    KPI_ROUTES,
    REPO_ROUTES,
    DORA_ROUTES,
    COMPARE_ROUTES,
    INCIDENT_ROUTES,
    CLUSTER_ROUTES,
    SEARCH_ROUTES,
    PULL_ROUTES,
    MODEL_ROUTES,
    TEST_ROUTES,
    TEST_BOARD_ROUTES,
    DASHBOARD_ROUTES,
    RISK_ROUTES,
    FAILURE_ROUTES,
    TOPIC_ROUTES,
    pipelineRoutes(throughput),
  ].flat()
