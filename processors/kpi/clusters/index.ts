/** THE table of KPIs of clusters: one file one row. They are told as dimension `peers` of the cluster. */

import { clusterHealthDelta } from './cluster-health-delta.ts'
import type { ClusterKpiRow } from './row.ts'

export const CLUSTER_KPIS: readonly ClusterKpiRow[] = [clusterHealthDelta]
