/**
 * The bot: keeps one comment and one check run on each pull request of the repositories that opted in. The topics are its
 * outbox and cursors in the store its place in them; after a crash it finds what it wrote by its mark, and edits it.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { HttpError } from '../../runtime/http.ts'
import type { Awaitable, LogReader } from '../../runtime/ports.ts'
import type { DeadLetter, MergeForecast } from '../../schemas/events.ts'
import { pullKey, type PullRef } from '../../schemas/keys.ts'
import { backoffMs, isPassing, RETRY_POLICY, type RetryPolicy } from '../notify/retry.ts'
import { GithubRefusal, type Github } from './github.ts'
import { recall, remember, type PullMemory, type TextStore } from './memory.ts'
import { BOT_TOPICS, newsSince, type Command, type Cursors, type News } from './news.ts'
import {
  CHECK_NAME,
  commentOf,
  endedComment,
  LEAST_MERGES,
  MARK,
  mutedComment,
  titleOf,
} from './wording.ts'

export interface BotConfig {
  /** Repositories that opted in, `owner/name`. */
  readonly repos: ReadonlySet<string>
  readonly retry?: RetryPolicy
  /** Attempts for one pull request; what it was about is said again by its next forecast. */
  readonly maxAttempts?: number
  /** Rounds are so far apart at least, so that a burst of news becomes one edit. */
  readonly pauseMs?: number
}
export interface BotDeps extends TextStore {
  readonly log: LogReader
  readonly github: Github
  readonly offerDeadLetter: (letter: DeadLetter) => Awaitable<void>
  /** Calls the listener after each commit. Returns the way to stop it. */
  readonly onCommit: (listener: () => void) => () => void
}
const CURSORS = 'bot/cursors'
const PAUSE_MS = 5_000
const MAX_ATTEMPTS = 8

/** Who may tell the bot something: who wrote the pull request, and who belongs to the repository. */
const INSIDE: ReadonlySet<string> = new Set(['OWNER', 'MEMBER', 'COLLABORATOR'])
const mayTell = ({ actor, association }: Command, author: string | null): boolean =>
  (actor !== null && actor === author) || INSIDE.has(association ?? '')

/** The memory after commands. Example: `mute`, then `unmute` by a stranger: it stays muted. */
export const obeyed = (
  memory: PullMemory,
  commands: readonly Command[],
  author: string | null,
): PullMemory =>
  commands
    .filter((command) => mayTell(command, author))
    .reduce<PullMemory>(
      (known, { word }) =>
        word === 'why'
          ? { ...known, isWhy: true }
          : { ...known, isMuted: word === 'mute' || (word !== 'unmute' && known.isMuted) },
      memory,
    )

/** What the comment should say now; null where it is better to be quiet. */
export const wanted = (memory: PullMemory, { forecast, score }: News): string | null => {
  const hasSpoken = memory.comment !== null
  if (memory.isMuted) return hasSpoken ? mutedComment() : null
  if (score !== null) return hasSpoken ? endedComment(score) : null
  if (forecast === null || forecast.merged < LEAST_MERGES) return null
  return commentOf(forecast, memory)
}

/** Brings one pull request up to date. Calls of GitHub may throw. */
const bringUp = async ({ github, ...store }: BotDeps, news: News): Promise<void> => {
  const { pull, commands } = news
  const before = recall(store, pull)
  const forecast = news.forecast ?? before.forecast
  let memory: PullMemory = { ...obeyed(before, commands, forecast?.author ?? null), forecast }
  // What is obeyed lasts, whatever GitHub answers. Whoever has been replaced gets no further than here.
  await remember(store, pull, memory)
  const text = wanted(memory, { ...news, forecast })
  if (text !== null && text !== memory.said) {
    memory = { ...memory, comment: await written(github, pull, memory.comment, text), said: text }
    await remember(store, pull, memory)
  }
  if (memory.isMuted || text === null || forecast?.sha == null || news.score !== null) return
  await remember(store, pull, {
    ...memory,
    ...(await checked(github, pull, memory, forecast, forecast.sha)),
  })
}

const written = async (
  github: Github,
  { repo, pull }: PullRef,
  comment: number | null,
  text: string,
): Promise<number> => {
  const known = comment ?? (await github.findComment(repo, pull, MARK))
  if (known === null) return github.addComment(repo, pull, text)
  await github.editComment(repo, known, text)
  return known
}

/** One check run a commit; it is neutral, since a forecast is no verdict. */
const checked = async (
  github: Github,
  { repo }: PullRef,
  memory: PullMemory,
  forecast: MergeForecast,
  sha: string,
): Promise<Pick<PullMemory, 'check' | 'sha' | 'title'>> => {
  const title = titleOf(forecast)
  if (memory.sha === sha && memory.title === title) return memory
  const summary = commentOf(forecast, { isWhy: true })
  const known = memory.sha === sha ? memory.check : await github.findCheck(repo, sha, CHECK_NAME)
  const run = { name: CHECK_NAME, sha, title, summary }
  if (known === null) return { check: await github.addCheck(repo, run), sha, title }
  await github.editCheck(repo, known, run)
  return { check: known, sha, title }
}

/** Tries until it is done or given up. Returns why it was given up. */
const insist = async (
  config: BotConfig,
  deps: BotDeps,
  news: News,
  signal: AbortSignal,
): Promise<string | undefined> => {
  const policy = config.retry ?? RETRY_POLICY
  for (let count = 1; ; count += 1) {
    try {
      await bringUp(deps, news)
      return undefined
    } catch (error) {
      const isRefusal = error instanceof GithubRefusal
      if (!isRefusal && !(error instanceof HttpError)) throw error
      if (isRefusal && !isPassing(error.status) && !isLimited(error)) return error.message
      if (count >= (config.maxAttempts ?? MAX_ATTEMPTS)) return `${error.message}, ${count} times`
      await sleep(backoffMs(policy, count), undefined, { signal })
    }
  }
}
/** GitHub says 403 where too much was asked. */
const isLimited = ({ status, headers }: GithubRefusal): boolean =>
  status === 403 &&
  (headers['retry-after'] !== undefined || headers['x-ratelimit-remaining'] === '0')

const letterOf = ({ pull, forecast, score }: News, why: string): DeadLetter => {
  const about = score ?? forecast
  const at = about?.observedAt ?? 0
  return {
    eventId: `${about?.eventId ?? pullKey(pull)}/bot`,
    ...{ eventAt: at, observedAt: at, origin: 'ci.merge-forecasts.v1', position: pullKey(pull) },
    ...{ reason: 'undeliverable', detail: why, step: 'bot' },
    payload: Buffer.from(JSON.stringify(about ?? pull)),
  }
}

/** Where it goes on; undefined where it never ran. */
export const botCursors = ({ loadText }: Pick<TextStore, 'loadText'>): Cursors | undefined => {
  const text = loadText(CURSORS)
  return text === undefined ? undefined : (JSON.parse(text) as Cursors)
}

const cursorsOf = (deps: BotDeps): Cursors => {
  const { log } = deps
  // Whoever turns it on does not want to hear of the past.
  return (
    botCursors(deps) ??
    (Object.fromEntries(BOT_TOPICS.map((topic) => [topic, log.endOffset(topic)])) as Cursors)
  )
}

/** One round over all that is new. What GitHub refuses becomes a dead letter, and the rest goes on. */
export const botRound = async (
  config: BotConfig,
  deps: BotDeps,
  signal: AbortSignal,
): Promise<void> => {
  const isOurs = ({ source, repo }: PullRef): boolean => source !== 'demo' && config.repos.has(repo)
  const before = cursorsOf(deps)
  const { news, cursors } = newsSince(deps.log, before, isOurs)
  for (const each of news) {
    const why = await insist(config, deps, each, signal)
    if (why !== undefined) await deps.offerDeadLetter(letterOf(each, why))
  }
  const text = JSON.stringify(cursors)
  if (text !== deps.loadText(CURSORS)) await deps.saveText(CURSORS, text)
}

/** Goes on until the signal aborts. A round repeated after a crash edits what it wrote before. */
export const runBot = async (
  config: BotConfig,
  deps: BotDeps,
  signal: AbortSignal,
): Promise<void> => {
  try {
    while (!signal.aborted) {
      await botRound(config, deps, signal)
      await sleep(config.pauseMs ?? PAUSE_MS, undefined, { signal })
      await grown(deps, signal)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}

/** Resolves once a topic has grown beyond its cursor, or the signal aborts. */
const grown = (deps: BotDeps, signal: AbortSignal): Promise<void> => {
  const { promise, resolve } = Promise.withResolvers<undefined>()
  const cursors = cursorsOf(deps)
  const check = (): void => {
    if (BOT_TOPICS.some((topic) => deps.log.endOffset(topic) > cursors[topic])) resolve(undefined)
  }
  const end = (): void => {
    resolve(undefined)
  }
  const stop = deps.onCommit(check)
  check()
  signal.addEventListener('abort', end, { once: true })
  return promise.finally(() => {
    stop()
    signal.removeEventListener('abort', end)
  })
}
