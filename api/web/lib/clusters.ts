/** Clusters in words and addresses. */

import { key } from '../../../schemas/keys.ts'
import type { ClusterAnswer } from './answers.ts'
import { query, type Subject } from './routes.ts'

type Name = Pick<ClusterAnswer, 'source' | 'cluster'>

/** What a cluster is called; runs of which none is told are a line of their own. */
export const clusterName = ({ cluster }: Name): string => cluster ?? 'no cluster told'

/** The subject of its KPIs; null where none is told. */
export const clusterSubject = ({ source, cluster }: Name): Subject | null =>
  cluster === null ? null : { dimension: 'cluster', subject: key(source, cluster) }

/** Address of its newest runs; null where none is told. */
export const runsOfCluster = ({ source, cluster }: Name): string | null =>
  cluster === null ? null : `/runs${query({ source, label: `cluster:${cluster}` })}`
