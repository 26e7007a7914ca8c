/** Three brokers, everything kept three times and two in sync: brokers die one after the other under load. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { keepAcknowledged } from './acknowledged.ts'
import { hasBroker } from './broker.ts'
import { patiently } from '../support/patience.ts'
import { testConfig } from './replay.ts'
import { startBrokers, type Brokers } from './brokers.ts'

/** The full run: STOPLINE_BROKER_KILLS=50 npm run test:cluster -- brokers */
const KILLS = Number(process.env['STOPLINE_BROKER_KILLS'] ?? 2)

describe.skipIf(!hasBroker())('on three brokers', () => {
  let brokers: Brokers
  beforeAll(async () => {
    brokers = await startBrokers({ count: 3 })
  })
  afterAll(() => brokers.remove())
  const configOf = (name: string, partitions = 6): ClusterConfig => ({
    ...testConfig(name, partitions, brokers.connection),
    replication: 3,
    minInSync: 2,
  })

  it(
    `keeps what was acknowledged, once, for producers as for processors, while brokers are killed ${KILLS} times`,
    async () => {
      const { written, heard, said, recoveries } = await keepAcknowledged(
        brokers,
        configOf('kept'),
        KILLS,
      )
      const sorted = [...recoveries].sort((a, b) => a - b)
      console.log(
        `${written} records acknowledged under ${KILLS} kills of brokers; from kill to the next 600 acknowledged and handled ` +
          `median ${seconds(sorted[KILLS >> 1])}, longest ${seconds(sorted.at(-1))}`,
      )
      const all = Array.from({ length: written }, (_, id) => id)
      expect(heard).toEqual(all)
      expect(said).toEqual(all)
    },
    patiently(300_000 + KILLS * 60_000),
  )
})

const seconds = (ms = 0): string => `${(ms / 1000).toFixed(1)} s`
