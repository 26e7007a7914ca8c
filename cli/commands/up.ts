/** `stopline up`: sources, processors, views and the API in one process. */

import { plainSettings } from '../../producers/config/config.ts'
import { createMetrics } from '../../runtime/metrics.ts'
import { EXIT, numberOption, STORE_OPTION, textOption, type Command } from '../command.ts'
import { BOT_OPTIONS, botTarget, speak } from '../bot.ts'
import { accessOf } from '../access.ts'
import { feederOf } from '../feeders.ts'
import { ensurePage } from '../page.ts'
import { embeddedTarget } from '../live.ts'
import { MODELS_OPTION, modelsOf, modelsToServe } from '../models.ts'
import { openPipeline, serveApi } from '../pipeline.ts'
import { DEMO_OPTIONS, liveConfig, SOURCE_OPTIONS } from '../source-options.ts'
import { claimStore, storeFolder } from '../store-folder.ts'
import { configuredAlerts, embeddedAlerts, tellAlertSettings } from '../alerts/settings.ts'
import { actingOf, actOnStops } from '../act.ts'
import { receiversOf, tellReceivers, WEBHOOK_OPTION } from '../notify.ts'

export const up: Command = {
  name: 'up',
  takes: '[DIR...]',
  minArguments: 0,
  maxArguments: 50,
  summary: 'run everything here and show the page (no DIR and no source: a simulated community)',
  help: `Runs sources, processors and the API in this process, on one file, and serves the page.
With --github, --prow, --testgrid or a configuration file it polls live sources (docs/sources.md).
Without those it simulates a CI community, marked as simulated everywhere, and goes on live.
With DIR... it replays recorded CI (folders with a runs.csv, see docs/archive.md) and goes on serving it.`,
  options: {
    ...SOURCE_OPTIONS,
    record: {
      type: 'string',
      value: 'DIR',
      doc: 'Keep there what live sources answer; stopline replay DIR plays it back.',
    },
    models: MODELS_OPTION,
    store: STORE_OPTION,
    port: {
      type: 'string',
      value: 'N',
      doc: 'Port of page and API; 0 takes a free one. Default 8080.',
    },
    host: { type: 'string', value: 'ADDRESS', doc: 'Address to listen on. Default 127.0.0.1.' },
    ...DEMO_OPTIONS,
    ...BOT_OPTIONS,
    webhook: WEBHOOK_OPTION,
  },
  isEndless: true,
  run: async (invocation) => {
    const config = invocation.positionals.length === 0 ? liveConfig(invocation) : null
    const settings = config ?? plainSettings()
    const port = numberOption(invocation, 'port', settings.port, [0, 65_535])
    const host = textOption(invocation, 'host') ?? settings.host
    const feeder = feederOf(invocation, config)
    const folder = storeFolder(invocation, feeder.folders, config?.store)
    const alerts = configuredAlerts(invocation)
    const receivers = receiversOf(invocation)
    const bot = botTarget(invocation, config !== null)
    const acting = actingOf(invocation)
    const access = accessOf(invocation)
    const metrics = createMetrics()
    const runtime = openPipeline(folder, modelsOf(invocation).models)
    const checkpointer = runtime.store.checkpointBeside()
    try {
      claimStore(runtime, feeder.name, folder)
      await tellAlertSettings(embeddedAlerts(runtime), alerts)
      const fed = embeddedTarget(runtime)
      await ensurePage()
      const models = modelsToServe(invocation)
      const app = await serveApi(runtime, {
        metrics,
        models,
        access,
        ...feeder.serve(fed, metrics),
      })
      const address = await app.listen({ port, host })
      process.stderr.write(
        `Stopline ${feeder.what}\n  page     ${address}\n  API      ${address}/docs\n  store    ${folder}\nCtrl-C stops it; the store is kept.\n`,
      )
      await Promise.all([
        feeder.feed(fed),
        tellReceivers(runtime, receivers, metrics, invocation.signal),
        speak(runtime, bot, invocation.signal),
        actOnStops(runtime, acting, invocation.signal),
      ])
      await app.close()
    } finally {
      await checkpointer.stop()
      runtime.close()
    }
    return EXIT.ok
  },
}
