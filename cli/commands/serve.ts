/** `stopline serve`: API and page on views in Redis and the log on Kafka. */

import { STREAMED_TOPICS } from '../../api/position.ts'
import { systemClock } from '../../runtime/clock.ts'
import { checkAccess } from '../../runtime/kafka/access.ts'
import { writeToOf } from '../../runtime/kafka/cluster-config.ts'
import { Mailbox } from '../../runtime/kafka/mailbox.ts'
import { openLiveTail } from '../../runtime/live-tail.ts'
import { openRedis } from '../../runtime/redis/client.ts'
import { joinRegistry } from '../../runtime/registry.ts'
import { createRedisStatus } from '../../runtime/redis/redis-status.ts'
import { createViewsClock } from '../../runtime/redis/views-clock.ts'
import { CONFIG_FILE } from '../../producers/config/config.ts'
import { accessOf } from '../access.ts'
import { clusterApi } from '../cluster/api.ts'
import { listenOn, LISTEN_OPTIONS, say, SETTINGS_HELP } from '../cluster/options.ts'
import { clusterSettings, spaceOf } from '../cluster/settings.ts'
import { EXIT, type Command } from '../command.ts'
import { MODELS_OPTION, modelsToServe } from '../models.ts'
import { ensurePage } from '../page.ts'

export const serve: Command = {
  name: 'serve',
  takes: '',
  minArguments: 0,
  maxArguments: 0,
  summary: 'answer the API and show the page from Redis and Kafka',
  help: `Serves page and API from read models in Redis and streams from Kafka. Answers say how far behind they are, are
marked as stale where that is too far, and are refused where it is much too far. Who may operate can take and mute
incidents here: the producer that feeds puts it on the log. ${SETTINGS_HELP}`,
  options: {
    ...LISTEN_OPTIONS,
    models: MODELS_OPTION,
    config: {
      type: 'string',
      value: 'FILE',
      doc: `Who may ask and operate (docs/config.md, access). Default: ${CONFIG_FILE}, if it is there.`,
    },
    port: {
      type: 'string',
      value: 'N',
      doc: 'Port of page and API; 0 takes a free one. Default 8080.',
    },
  },
  isEndless: true,
  run: async (invocation) => {
    const { signal } = invocation
    const access = accessOf(invocation)
    const cluster = clusterSettings()
    const { address, limits } = cluster.redis
    await checkAccess(cluster.connection)
    const redis = await openRedis(address)
    try {
      const { connection, partitions } = cluster
      const space = spaceOf(cluster)
      const clock = createViewsClock({ redis, space, partitions, limits, clock: systemClock })
      const to = writeToOf(cluster)
      const registry = await joinRegistry(cluster.registry, to.names.topic)
      const tail = await openLiveTail({ ...to, connection, registry, topics: STREAMED_TOPICS })
      const models = modelsToServe(invocation)
      const status = createRedisStatus(redis, space, systemClock)
      const mailbox = new Mailbox({ connection, topic: to.names.mailbox })
      const { app, onViewsMoved } = await clusterApi({
        ...{ redis, space, clock, tail, status, models, access, mailbox },
      })
      await ensurePage()
      const url = await app.listen(listenOn(invocation, 8080))
      say(`serves page and API on ${url}`)
      await Promise.all([clock.run(signal, onViewsMoved), tail.run(signal), status.run(signal)])
      await app.close()
      await mailbox.close()
    } finally {
      redis.disconnect()
    }
    return EXIT.ok
  },
}
