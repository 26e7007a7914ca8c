/** Commands that processes of the API were given, put on the log by the producer that feeds, each once. */

import { writeToOf } from '../../runtime/kafka/cluster-config.ts'
import { followMailbox, type Posted } from '../../runtime/kafka/mailbox.ts'
import type { Offer } from '../../runtime/ports.ts'
import { joinRegistry } from '../../runtime/registry.ts'
import { beside } from './beside.ts'
import type { KafkaTarget } from './kafka-target.ts'
import type { ClusterSettings } from './settings.ts'

/** Name of the place in the mailbox, among the cursors of sources. */
const MAILBOX = 'mailbox'

/** Runs until the signal. A command and the place after it are one transaction. */
export const takeCommands = (
  cluster: ClusterSettings,
  { fed }: KafkaTarget,
  signal: AbortSignal,
): Promise<void> => {
  const { names } = writeToOf(cluster)
  const take = async ({ record: { topic, record }, next }: Posted): Promise<void> => {
    if (record === null) return
    // Its time is the one that has been reached, wherever the views stood that it was given by.
    const offer = { topic, record: { ...record, observedAt: 0 } } as Offer
    await fed.commit([offer], fed.now, { source: MAILBOX, at: next })
  }
  return beside(
    'commands are looked for',
    async () => {
      const registry = await joinRegistry(cluster.registry, names.topic)
      const place = { connection: cluster.connection, topic: names.mailbox }
      await followMailbox(place, registry, fed.cursor(MAILBOX), take, signal)
    },
    signal,
  )
}
