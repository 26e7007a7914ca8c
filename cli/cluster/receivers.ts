/** Tells receivers of incidents beside the producer: the one that feeds is the one that tells, so each is told once. */

import { systemClock } from '../../runtime/clock.ts'
import type { Metrics } from '../../runtime/metrics.ts'
import { runOutbox } from '../../sinks/notify/outbox.ts'
import type { Receivers } from '../notify.ts'
import { beside, keepingOf } from './beside.ts'
import type { KafkaTarget } from './kafka-target.ts'
import { onTimeLog } from './on-time-log.ts'
import type { ClusterSettings } from './settings.ts'

/**
 * Runs until the signal; does nothing without receivers. Where a receiver goes on, and the threads of its incidents, lie with the
 * cursors of sources.
 */
export const tellReceiversOnKafka = async (
  cluster: ClusterSettings,
  target: KafkaTarget,
  { all, close }: Receivers,
  metrics: Metrics,
  signal: AbortSignal,
): Promise<void> => {
  const tell = (): Promise<void> =>
    onTimeLog(cluster, { topics: ['ci.incidents.v1'] }, signal, (log, until) => {
      const ports = { log, clock: systemClock, metrics, onCommit: log.onRecords }
      const deps = { ...ports, ...keepingOf(target) }
      return Promise.all(all.map((receiver) => runOutbox(receiver, deps, until)))
    })
  try {
    if (all.length > 0) await beside('receivers are told', tell, signal)
  } finally {
    await close()
  }
}
