/** `stopline produce`: sources onto Kafka. */

import { setTimeout as wait } from 'node:timers/promises'
import type { FastifyInstance } from 'fastify'
import type { ApiDeps, SourceStatus } from '../../api/deps.ts'
import { addIngest, NO_WEBHOOK_SECRET } from '../../api/ingest.ts'
import { systemClock } from '../../runtime/clock.ts'
import { CodedError } from '../../runtime/errors.ts'
import { checkAccess } from '../../runtime/kafka/access.ts'
import { createMetrics, type Metrics } from '../../runtime/metrics.ts'
import { openRedis } from '../../runtime/redis/client.ts'
import { saySources, STATUS_MS } from '../../runtime/redis/redis-status.ts'
import { serveHealth } from '../cluster/health-server.ts'
import { openKafkaTarget } from '../cluster/kafka-target.ts'
import { awaitTurn } from '../cluster/only-producer.ts'
import { listenOn, LISTEN_OPTIONS, say, SETTINGS_HELP } from '../cluster/options.ts'
import { actOnKafka } from '../cluster/acting.ts'
import { speakOnKafka } from '../cluster/bot.ts'
import { beside } from '../cluster/beside.ts'
import { takeCommands } from '../cluster/commands.ts'
import { tellReceiversOnKafka } from '../cluster/receivers.ts'
import { clusterSettings, spaceOf, type ClusterSettings } from '../cluster/settings.ts'
import { actingOf, type ConfiguredActing } from '../act.ts'
import { configuredAlerts, tellAlertSettings } from '../alerts/settings.ts'
import { BOT_OPTIONS, botTarget, type BotTarget } from '../bot.ts'
import { EXIT, type Command, type Invocation } from '../command.ts'
import { feederOf } from '../feeders.ts'
import { receiversOf, WEBHOOK_OPTION, type Receivers } from '../notify.ts'
import { DEMO_OPTIONS, liveConfig, SOURCE_OPTIONS } from '../source-options.ts'

export const produce: Command = {
  name: 'produce',
  takes: '[DIR...]',
  minArguments: 0,
  maxArguments: 50,
  summary: 'put what sources tell on Kafka (no DIR and no source: a simulated community)',
  help: `Polls live sources, replays folders of recorded CI, or simulates a community, onto Kafka. One producer feeds an
installation at a time; another waits and takes over within the session timeout. The one that feeds tells the
receivers of incidents, acts on stops, runs the bot, puts on the log what the API was told to do, and takes deliveries
of webhooks, where a source has a secret for them (POST /v1/ingest/github). ${SETTINGS_HELP}`,
  options: {
    ...SOURCE_OPTIONS,
    ...DEMO_OPTIONS,
    ...LISTEN_OPTIONS,
    ...BOT_OPTIONS,
    webhook: WEBHOOK_OPTION,
  },
  isEndless: true,
  run: async (invocation) => {
    const config = invocation.positionals.length === 0 ? liveConfig(invocation) : null
    const feeder = feederOf(invocation, config)
    const outward: Outward = {
      receivers: receiversOf(invocation),
      acting: actingOf(invocation),
      bot: botTarget(invocation, config !== null),
      alerts: configuredAlerts(invocation),
    }
    const cluster = clusterSettings()
    await checkAccess(cluster.connection)
    const metrics = createMetrics()
    let waiting: string | undefined = WAITING
    let ingest: ApiDeps['ingest']
    const listen = {
      ...listenOn(invocation, 9464),
      more: hearing(metrics, (delivery) => {
        if (waiting !== undefined) throw new CodedError('not-feeding', waiting)
        if (ingest === undefined) throw new CodedError('not-found', NO_WEBHOOK_SECRET)
        return ingest(delivery)
      }),
    }
    const server = await serveHealth(listen, metrics, () =>
      waiting === undefined ? [] : [waiting],
    )
    const turn = awaitTurn(cluster)
    try {
      say(`produce: health on port ${server.port}; waits for its turn`)
      const ended = untilAborted(invocation.signal)
      await Promise.race([turn.mine, turn.lost, ended])
      if (invocation.signal.aborted) return EXIT.ok
      say(`produce: ${feeder.what}`)
      await feedUntil(invocation, { feeder, cluster, metrics, outward }, turn.lost, (opened) => {
        ingest = opened
        waiting = undefined
      })
    } finally {
      await turn.end()
      await server.close()
    }
    return EXIT.ok
  },
}

const WAITING = 'it waits for its turn: another producer feeds'

/** Takes deliveries of webhooks; each is answered when Kafka has acknowledged what it tells. */
const hearing =
  (metrics: Metrics, ingest: NonNullable<ApiDeps['ingest']>) => (app: FastifyInstance) =>
    addIngest(app, { metrics, ingest })

/** What is done beside feeding, as it is configured. */
interface Outward {
  readonly receivers: Receivers
  readonly acting: ConfiguredActing
  readonly bot: BotTarget | undefined
  readonly alerts: ReturnType<typeof configuredAlerts>
}
interface Feeding {
  readonly feeder: ReturnType<typeof feederOf>
  readonly cluster: ClusterSettings
  readonly metrics: Metrics
  readonly outward: Outward
}

const feedUntil = async (
  { signal }: Invocation,
  { feeder, cluster, metrics, outward }: Feeding,
  lost: Promise<never>,
  onOpened: (ingest: ApiDeps['ingest']) => void,
): Promise<void> => {
  const target = await openKafkaTarget(cluster, {
    isLive: feeder.isLive,
    onOffered: ({ records, seconds }) => {
      metrics
        .counter('stopline_stage_records_total')
        .inc({ stage: 'produce', outcome: 'ok' }, records)
      metrics.counter('stopline_stage_batches_total').inc({ stage: 'produce' })
      metrics.counter('stopline_stage_seconds_total').inc({ stage: 'produce' }, seconds)
    },
  })
  try {
    await tellAlertSettings(target, outward.alerts)
    const { sources, wanted, ingest } = feeder.serve(target, metrics)
    onOpened(ingest)
    metrics.beforeText(() => {
      const lagMs = Math.max(0, wanted() - target.fed.now)
      metrics
        .gauge('stopline_stage_lag_seconds')
        .set({ stage: 'produce', partition: '' }, lagMs / 1000)
      metrics
        .gauge('stopline_stage_time_seconds')
        .set({ stage: 'produce', partition: '' }, target.fed.now / 1000)
    })
    const meanwhile = [
      beside('how sources are is told', () => tellSources(cluster, sources, signal), signal),
      takeCommands(cluster, target, signal),
      tellReceiversOnKafka(cluster, target, outward.receivers, metrics, signal),
      actOnKafka(cluster, target, outward.acting, signal),
      speakOnKafka(cluster, target, outward.bot, signal),
    ]
    await Promise.race([feeder.feed(target), lost, target.failed])
    await Promise.all(meanwhile)
  } finally {
    await target.close()
  }
}

/** Says through Redis how sources are. Throws where Redis cannot be reached when it begins. */
const tellSources = async (
  cluster: ClusterSettings,
  sources: () => readonly SourceStatus[],
  signal: AbortSignal,
): Promise<void> => {
  const redis = await openRedis(cluster.redis.address)
  while (!signal.aborted) {
    await saySources(redis, spaceOf(cluster), sources(), systemClock.now()).catch(() => undefined)
    await wait(STATUS_MS, undefined, { signal }).catch(() => undefined)
  }
  redis.disconnect()
}

const untilAborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve()
    signal.addEventListener('abort', () => {
      resolve()
    })
  })
