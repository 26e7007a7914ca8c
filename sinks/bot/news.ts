/** What the topics say of each pull request since the bot last looked: of forecasts the newest, of commands all. */

import type { LogReader } from '../../runtime/ports.ts'
import type { MergeForecast, MergeScore, PullEvent } from '../../schemas/events.ts'
import { pullKey, type PullRef } from '../../schemas/keys.ts'
import type { TopicName } from '../../schemas/topics.ts'

export const BOT_TOPICS = [
  'ci.pull-events.v1',
  'ci.merge-forecasts.v1',
  'ci.merge-scores.v1',
] as const satisfies readonly TopicName[]
type BotTopic = (typeof BOT_TOPICS)[number]

export interface Command {
  readonly word: string
  readonly actor: string | null
  readonly association: string | null
}
export interface News {
  readonly pull: PullRef
  forecast: MergeForecast | null
  score: MergeScore | null
  readonly commands: Command[]
}
export type Cursors = Record<BotTopic, number>

/** Reads on from the cursors; `isOurs` tells which repositories opted in. */
export const newsSince = (
  log: LogReader,
  cursors: Cursors,
  isOurs: (pull: PullRef) => boolean,
): { readonly news: readonly News[]; readonly cursors: Cursors } => {
  const byPull = new Map<string, News>()
  const next = { ...cursors }
  const newsOf = (pull: PullRef): News => {
    const name = pullKey(pull)
    const found = byPull.get(name) ?? { pull, forecast: null, score: null, commands: [] }
    byPull.set(name, found)
    return found
  }
  for (const topic of BOT_TOPICS)
    for (const { record, offset } of log.read(topic, cursors[topic])) {
      next[topic] = offset + 1
      if (record !== null && isOurs(record)) TAKE[topic](newsOf, record as never)
    }
  return { news: [...byPull.values()], cursors: next }
}

type NewsOf = (pull: PullRef) => News
const TAKE: Readonly<Record<BotTopic, (newsOf: NewsOf, record: never) => void>> = {
  'ci.pull-events.v1': (newsOf, event: PullEvent) => {
    const { command: word, actor, actorAssociation: association } = event
    if (word !== null) newsOf(event).commands.push({ word, actor, association })
  },
  'ci.merge-forecasts.v1': (newsOf, forecast: MergeForecast) => {
    const news = newsOf(forecast)
    news.forecast = forecast
    // It was opened again.
    if (news.score !== null && news.score.observedAt < forecast.observedAt) news.score = null
  },
  'ci.merge-scores.v1': (newsOf, score: MergeScore) => {
    const news = newsOf(score)
    if ((news.forecast?.observedAt ?? 0) <= score.observedAt) news.score = score
  },
}
