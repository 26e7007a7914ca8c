/** Runs the bot beside the pipeline, where repositories are named. */

import type { EmbeddedRuntime } from '../runtime/embedded/runtime.ts'
import { createHttpClient } from '../runtime/http.ts'
import type { DeadLetter } from '../schemas/events.ts'
import { runBot } from '../sinks/bot/bot.ts'
import { openGithub, type Github } from '../sinks/bot/github.ts'
import { textOption, UsageError, type Invocation, type OptionRow } from './command.ts'

const TOKEN = 'STOPLINE_BOT_TOKEN'
const API = 'https://api.github.com'

export const BOT_OPTIONS: Readonly<Record<string, OptionRow>> = {
  bot: {
    type: 'string',
    value: 'REPO,...',
    doc: `Comment there on when pull requests merge, with the token in ${TOKEN} (docs/merge-time.md).`,
  },
  'bot-api': { type: 'string', value: 'URL', doc: `Address of GitHub's API. Default ${API}.` },
}

export interface BotTarget {
  readonly repos: ReadonlySet<string>
  readonly api: string
  readonly token: string
}

/** Where the bot speaks, or undefined. Throws {@link UsageError}. `isLive`: whether what is heard happens now. */
export const botTarget = (invocation: Invocation, isLive: boolean): BotTarget | undefined => {
  const text = textOption(invocation, 'bot')
  if (text === undefined) return undefined
  const repos = text.split(',').map((repo) => repo.trim())
  const odd = repos.find((repo) => !/^[\w.-]+\/[\w.-]+$/.test(repo))
  if (odd !== undefined) throw new UsageError(`--bot takes owner/name, not '${odd}'`)
  if (!isLive)
    throw new UsageError('--bot goes with live sources only: nobody waits for what was recorded')
  const token = process.env[TOKEN] ?? ''
  if (token === '') throw new UsageError(`--bot writes with a token: put it into ${TOKEN}`)
  const api = textOption(invocation, 'bot-api') ?? API
  if (!URL.canParse(api) || !/^https?:/.test(api))
    throw new UsageError(`--bot-api takes an http or https address, not '${api}'`)
  return { repos: new Set(repos), api, token }
}

export const openBotGithub = (
  target: BotTarget,
): { readonly github: Github; readonly close: () => Promise<void> } => {
  const http = createHttpClient()
  return { github: openGithub(http, target), close: http.close }
}

/** Runs until the signal; does nothing without a target. */
export const speak = async (
  runtime: EmbeddedRuntime,
  target: BotTarget | undefined,
  signal: AbortSignal,
): Promise<void> => {
  if (target === undefined) return
  const { github, close } = openBotGithub(target)
  const deps = {
    ...{ log: runtime.log, github },
    loadText: (name: string) => runtime.store.getText(name),
    saveText: (name: string, text: string) => {
      runtime.store.setText(name, text)
    },
    offerDeadLetter: (record: DeadLetter) => {
      runtime.commit([{ topic: 'ci.dead-letters.v1', record }], runtime.now)
    },
    onCommit: (listener: () => void) => runtime.onCommit(listener),
  }
  await runBot({ repos: target.repos }, deps, signal).finally(close)
}
