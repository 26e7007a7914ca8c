/**
 * The data flow, top to bottom: each processor reads topics that producers or processors above it write.
 *
 *   ci.run-events → runs → ci.runs → grouping → ci.group-runs → signals → ci.signals → stopping
 *             ci.runs, ci.test-results, ci.acts → stopping → ci.forecasts, ci.decisions, ci.scores, ci.job-profiles
 *                                       ↑   └→ ci.pool-outcomes → priors → ci.priors ┐ (by full hour)
 *                                       └────────────────────────────────────────────┘
 *   ci.runs, ci.test-results → pace → ci.paces, ci.signals
 *   ci.runs → placing → ci.cluster-runs, ci.cluster-states → clusters → ci.signals
 *   ci.source-states → source-kpis → ci.kpis, ci.kpi-history
 *   ci.test-results, ci.runs → tests → ci.test-states, ci.test-sheets, ci.test-tabs, ci.failure-groups
 *   ci.log-excerpts, ci.test-results, ci.runs → failure-kind → ci.failure-kinds
 *                                                    └→ ci.failure-sightings → failure-signatures → ci.failure-signatures
 *   ci.runs, ci.scores → kpis → ci.kpis, ci.kpi-history, ci.measures
 *                          └→ ci.kpi-partials → kpi-repos → the same by repository
 *                                                  └→ ci.kpi-partials → kpi-communities → the same by community
 *   ci.runs → slicing → ci.slice-ends → kpi-slices → ci.kpis, ci.kpi-history, by label
 *   ci.runs → cluster-shares → ci.cluster-shares → kpi-clusters → the same of clusters beside others
 *   ci.runs → kpis → ci.pull-runs; with ci.pull-events and ci.issue-events → kpi-pulls → ci.kpis, ci.kpi-history
 *   ci.runs, ci.forecasts, ci.decisions, ci.scores, ci.test-results … → job-alerts, test-alerts, kpi-alerts, cluster-alerts,
 *   source-alerts, pull-alerts → ci.symptoms; ci.symptoms, ci.incident-commands → incidents → ci.incidents
 *   ci.runs, ci.decisions → pull-checks → ci.pull-checks
 *   ci.pull-events, ci.pull-checks → merge-time → ci.merge-forecasts, ci.merge-scores
 *                      ↑   └→ ci.pull-outcomes → merge-priors → ci.merge-priors ┐ (by full hour)
 *                      └─────────────────────────────────────────────────────────┘
 */

import { failureKind } from './failure-kind/failure-kind.ts'
import { failureSignatures } from './failure-kind/signatures.ts'
import { incidents } from './incidents/incidents.ts'
import { clusterAlerts } from './incidents/find/clusters.ts'
import { jobAlerts } from './incidents/find/jobs.ts'
import { kpiAlerts } from './incidents/find/kpis.ts'
import { pullAlerts } from './incidents/find/pulls.ts'
import { sourceAlerts } from './incidents/find/sources.ts'
import { testAlerts } from './incidents/find/test-states.ts'
import { clusterShares } from './kpi/clusters/cluster-shares.ts'
import { kpiClusters } from './kpi/clusters/kpi-clusters.ts'
import { kpis } from './kpi/jobs.ts'
import { kpiPulls } from './kpi/pulls/pulls.ts'
import { kpiCommunities, kpiRepos } from './kpi/rollups.ts'
import { pace } from './pace/pace.ts'
import { priors } from './priors/priors.ts'
import { mergeTime } from './merge-time/merge-time.ts'
import { pullChecks } from './merge-time/pull-checks.ts'
import { mergePriors } from './merge-time/pooling.ts'
import type { Processor } from './processor.ts'
import { runs } from './runs/runs.ts'
import { grouping } from './signals/grouping.ts'
import { signals } from './signals/signals.ts'
import { kpiSlices } from './slices/slices.ts'
import { slicing } from './slices/slicing.ts'
import { stopping } from './stopping/stopping.ts'
import { sourceKpis } from './sources/source-kpis.ts'
import { clusters } from './telemetry/clusters.ts'
import { placing } from './telemetry/placing.ts'
import { tests } from './tests/tests.ts'

export const TOPOLOGY: readonly Processor[] = [
  runs,
  grouping,
  signals,
  placing,
  clusters,
  pace,
  stopping,
  priors,
  sourceKpis,
  tests,
  failureKind,
  failureSignatures,
  kpis,
  kpiRepos,
  kpiCommunities,
  slicing,
  kpiSlices,
  clusterShares,
  kpiClusters,
  pullChecks,
  mergeTime,
  kpiPulls,
  mergePriors,
  jobAlerts,
  testAlerts,
  kpiAlerts,
  clusterAlerts,
  sourceAlerts,
  pullAlerts,
  incidents,
]
