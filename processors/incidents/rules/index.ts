/** THE alert table: one file and one row per rule. docs/alerts.md shows it; a test compares both. */

import type { AlertRule } from '../rule.ts'
import { clusterOutage } from './cluster-outage.ts'
import { consecutiveFailures } from './consecutive-failures.ts'
import { externalRegression } from './external-regression.ts'
import { jobOverdue } from './job-overdue.ts'
import { massFailure } from './mass-failure.ts'
import { mergeBlocked } from './merge-blocked.ts'
import { newFlake } from './new-flake.ts'
import { newRegression } from './new-regression.ts'
import { passRateDrop } from './pass-rate-drop.ts'
import { queueStuck } from './queue-stuck.ts'
import { reviewWaiting } from './review-waiting.ts'
import { runLikelyToFail } from './run-likely-to-fail.ts'
import { sourceUnheard } from './source-unheard.ts'
import { staleJob } from './stale-job.ts'
import { stopRecommended } from './stop-recommended.ts'
import { stopsHeldBack } from './stops-held-back.ts'
import { timeoutSpike } from './timeout-spike.ts'

/** In the order of their numbers. */
export const ALERT_RULES: readonly AlertRule[] = [
  runLikelyToFail,
  stopRecommended,
  jobOverdue,
  queueStuck,
  consecutiveFailures,
  newRegression,
  newFlake,
  massFailure,
  externalRegression,
  staleJob,
  clusterOutage,
  timeoutSpike,
  passRateDrop,
  sourceUnheard,
  stopsHeldBack,
  reviewWaiting,
  mergeBlocked,
]
