/** Runs the bot beside the producer that feeds: what it wrote where lies with the cursors of sources. */

import { BOT_TOPICS } from '../../sinks/bot/news.ts'
import { botCursors, runBot } from '../../sinks/bot/bot.ts'
import { openBotGithub, type BotTarget } from '../bot.ts'
import { beside, keepingOf } from './beside.ts'
import type { KafkaTarget } from './kafka-target.ts'
import { onTimeLog } from './on-time-log.ts'
import type { ClusterSettings } from './settings.ts'

/** Runs until the signal; does nothing without repositories. */
export const speakOnKafka = async (
  cluster: ClusterSettings,
  target: KafkaTarget,
  bot: BotTarget | undefined,
  signal: AbortSignal,
): Promise<void> => {
  if (bot === undefined) return
  const { github, close } = openBotGithub(bot)
  const keeping = keepingOf(target)
  const speak = (): Promise<void> => {
    const cursors = botCursors(keeping)
    const from = cursors === undefined ? null : Math.min(...Object.values(cursors))
    return onTimeLog(cluster, { topics: BOT_TOPICS, from }, signal, (log, until) =>
      runBot({ repos: bot.repos }, { ...keeping, log, github, onCommit: log.onRecords }, until),
    )
  }
  try {
    await beside('the bot speaks', speak, signal)
  } finally {
    await close()
  }
}
