/** `stopline rebuild views`: read models made anew from the log, shown when they are complete. */

import { rebuildViews } from '../../sinks/redis/rebuild.ts'
import { say, SETTINGS_HELP } from '../cluster/options.ts'
import { clusterSettings } from '../cluster/settings.ts'
import { openSink } from '../cluster/sink-settings.ts'
import { EXIT, UsageError, type Command } from '../command.ts'

export const rebuild: Command = {
  name: 'rebuild',
  takes: 'views',
  minArguments: 1,
  maxArguments: 1,
  summary: 'make read models in Redis anew from Kafka, while the old ones are shown',
  help: `Reads all that the topics keep into a new generation of views, shows it once it has caught up, and then deletes the
old one. Sinks and API processes change over by themselves. ${SETTINGS_HELP}`,
  options: {},
  run: async ({ positionals, signal }) => {
    if (positionals[0] !== 'views')
      throw new UsageError('what is to be rebuilt? stopline rebuild views')
    const open = await openSink(clusterSettings())
    try {
      const began = performance.now()
      const { generation, records } = await rebuildViews(open.settings, signal)
      const seconds = (performance.now() - began) / 1000
      say(
        `generation ${generation} is shown: ${records.toLocaleString('en')} records in ${seconds.toFixed(1)} s`,
      )
    } finally {
      await open.close()
    }
    return EXIT.ok
  },
}
