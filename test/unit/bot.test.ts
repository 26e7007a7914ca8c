import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { botTarget } from '../../cli/bot.ts'
import { commandIn } from '../../producers/github/normalize-issue.ts'
import { createHttpClient } from '../../runtime/http.ts'
import type { DeadLetter, MergeForecast, PullEvent } from '../../schemas/events.ts'
import { botRound, obeyed, wanted, type BotDeps } from '../../sinks/bot/bot.ts'
import { openGithub } from '../../sinks/bot/github.ts'
import { NOTHING_YET } from '../../sinks/bot/memory.ts'
import {
  commentOf,
  durationText,
  endedComment,
  instantText,
  MARK,
} from '../../sinks/bot/wording.ts'
import { published } from '../support/api-deps.ts'
import { startGithubPulls, type GithubPulls } from '../support/github-pulls.ts'
import { MemoryLog } from '../support/memory-views.ts'
import { aPullEvent } from '../support/pulls.ts'
import { NOON, sampleMergeForecast, sampleMergeScore } from '../support/sample-records.ts'

const HOUR = 3_600_000
const REPO = { source: 'github', repo: 'acme/shop' }
const never = new AbortController().signal

let github: GithubPulls
beforeEach(async () => {
  github = await startGithubPulls()
})
afterEach(() => github.close())

interface Bot {
  readonly log: MemoryLog
  readonly letters: DeadLetter[]
  readonly texts: Map<string, string>
  /** Keeps a text. */
  keep: (name: string, text: string) => Promise<void>
  round(): Promise<void>
  say(...forecasts: MergeForecast[]): void
  tell(word: string, more?: Partial<PullEvent>): void
}
const aBot = (texts = new Map<string, string>(), log = new MemoryLog()): Bot => {
  const letters: DeadLetter[] = []
  const http = createHttpClient()
  const deps: BotDeps = {
    log,
    github: openGithub(http, { api: github.url, token: 'secret' }),
    loadText: (name) => texts.get(name),
    saveText: (name, text) => bot.keep(name, text),
    offerDeadLetter: (letter) => {
      letters.push(letter)
    },
    onCommit: () => () => undefined,
  }
  const retry = { firstWaitMs: 1, maxWaitMs: 5 }
  const bot: Bot = {
    ...{ log, letters, texts },
    keep: (name, text) => {
      texts.set(name, text)
      return Promise.resolve()
    },
    round: () => botRound({ repos: new Set(['acme/shop']), retry, maxAttempts: 3 }, deps, never),
    say: (...forecasts) => {
      log.append(forecasts.map((forecast) => published('ci.merge-forecasts.v1', forecast)))
    },
    tell: (command, more = {}) => {
      const event = { ...aPullEvent(7, 'commented', NOON, { actor: 'ada' }), ...REPO, command }
      log.append([published('ci.pull-events.v1', { ...event, ...more })])
    },
  }
  return bot
}
/** A bot that was turned on before anything was said. */
const started = async (): Promise<Bot> => {
  const bot = aBot()
  await bot.round()
  return bot
}
const body = (): string => github.comments[0]?.body ?? ''

describe('the bot', () => {
  it('writes one comment and one check run, and edits them as the forecast moves', async () => {
    const bot = await started()
    bot.say(sampleMergeForecast())
    await bot.round()
    bot.say(sampleMergeForecast({ observedAt: NOON + HOUR, signs: [] }))
    await bot.round()
    expect(github.comments).toHaveLength(1)
    expect(body()).not.toContain('approved')
    expect(github.checks).toMatchObject([
      { head_sha: 'abc', conclusion: 'neutral', status: 'completed' },
    ])
    expect(github.heard.filter((line) => line.startsWith('PATCH'))).toHaveLength(1)
    expect(github.tokens).toEqual(new Set(['Bearer secret']))
  })
  it('writes nothing again where nothing is new to say', async () => {
    const bot = await started()
    bot.say(sampleMergeForecast())
    await bot.round()
    const before = github.heard.length
    bot.say(sampleMergeForecast({ eventId: 'again' }))
    await bot.round()
    expect(github.heard).toHaveLength(before)
  })
  it('finds the comment it wrote before a crash that came before it could remember', async () => {
    const bot = await started()
    const cursors = new Map(bot.texts)
    bot.say(sampleMergeForecast())
    await bot.round()
    const again = aBot(cursors, bot.log)
    await again.round()
    expect(github.comments).toHaveLength(1)
    expect(github.checks).toHaveLength(1)
  })
  it('writes nothing where what it is told is not kept, since others speak then', async () => {
    const bot = await started()
    bot.say(sampleMergeForecast())
    bot.keep = () => Promise.reject(new Error('another has taken over'))
    const before = github.heard.length
    await expect(bot.round()).rejects.toThrow('another has taken over')
    expect(github.heard).toHaveLength(before)
  })
  it('takes no comment of a stranger for its own, whatever it begins with', async () => {
    const mallory = { login: 'mallory' }
    const body = `${MARK}\nmerges at once`
    github.comments.push({ id: 1, pull: 7, user: mallory, body })
    const bot = await started()
    bot.say(sampleMergeForecast())
    await bot.round()
    expect(github.comments.map(({ user }) => user.login)).toEqual(['mallory', 'stopline-ci'])
    expect(github.comments[0]?.body).toBe(body)
  })
  it('puts a new check run on a new commit', async () => {
    const bot = await started()
    bot.say(sampleMergeForecast())
    await bot.round()
    bot.say(sampleMergeForecast({ sha: 'def' }))
    await bot.round()
    expect(github.checks.map(({ head_sha: sha }) => sha)).toEqual(['abc', 'def'])
  })
  it('is quiet in repositories that did not opt in, of simulated ones, and where it knows little', async () => {
    const bot = await started()
    bot.say(
      sampleMergeForecast({ repo: 'other/repo' }),
      sampleMergeForecast({ source: 'demo', pull: 8 }),
      sampleMergeForecast({ pull: 9, merged: 19 }),
    )
    await bot.round()
    expect(github.heard).toEqual([])
  })
  it('does not speak of what was said before it was turned on', async () => {
    const bot = aBot()
    bot.say(sampleMergeForecast())
    await bot.round()
    await bot.round()
    expect(github.heard).toEqual([])
  })
  it('tells why when its author asks, is muted and unmuted by members, and heeds no stranger', async () => {
    const bot = await started()
    bot.say(sampleMergeForecast())
    await bot.round()
    bot.tell('mute', { actor: 'eve', actorAssociation: 'NONE' })
    await bot.round()
    expect(body()).toContain('If it merges')
    bot.tell('why')
    await bot.round()
    expect(body()).toContain('It rests on 120 merges')
    bot.tell('mute', { actor: 'mel', actorAssociation: 'MEMBER' })
    await bot.round()
    expect(body()).toContain('muted')
    bot.say(sampleMergeForecast({ pMerge: 0.2 }))
    await bot.round()
    expect(body()).toContain('muted')
    bot.tell('unmute', { actor: 'mel', actorAssociation: 'MEMBER' })
    await bot.round()
    expect(body()).toContain('20 %')
  })
  it('says at the end what came, and is quiet where it never spoke', async () => {
    const bot = await started()
    bot.say(sampleMergeForecast())
    await bot.round()
    bot.log.append([
      published('ci.merge-scores.v1', sampleMergeScore()),
      published('ci.merge-scores.v1', sampleMergeScore({ pull: 99 })),
    ])
    await bot.round()
    expect(github.comments).toHaveLength(1)
    expect(body()).toContain('merged after 4 hours. At first 3 hours had been expected')
  })
  it('tries again what may pass, gives up what is refused, and goes on with the rest', async () => {
    const bot = await started()
    github.fail(2, 502)
    bot.say(sampleMergeForecast())
    await bot.round()
    expect(github.comments).toHaveLength(1)
    github.fail(1, 404)
    bot.say(sampleMergeForecast({ signs: [] }), sampleMergeForecast({ pull: 8 }))
    await bot.round()
    expect(bot.letters).toMatchObject([{ step: 'bot', reason: 'undeliverable' }])
    expect(bot.letters[0]?.detail).toMatch(/was answered 404$/)
    expect(github.comments.map(({ pull }) => pull)).toEqual([7, 8])
  })
})

describe('the words of the bot', () => {
  it('are absolute times, as far as they are known', () => {
    const monday = Date.UTC(2026, 0, 5, 12)
    expect(instantText(Date.UTC(2026, 0, 5, 13, 40), monday)).toBe('Mon 5 Jan, 14:00 UTC')
    expect(instantText(Date.UTC(2026, 0, 12, 13, 40), monday)).toBe('Mon 12 Jan')
    expect([100, 5_400, 200_000].map(durationText)).toEqual(['2 minutes', '2 hours', '2 days'])
  })
  it('name bounds, drivers, jobs likely to fail, and the model', () => {
    const text = commentOf(sampleMergeForecast(), { isWhy: false })
    expect(text.split('\n')[0]).toBe(MARK)
    expect(text).toContain('(chance 90 %)')
    expect(text).toMatch(/half of such pull requests do between .* and .*, nine of ten between/)
    expect(text).toContain('`e2e` (likely to fail, 80 %)')
    expect(text).toContain('What drives it: author (sooner), files (later).')
    expect(text).toContain('by merge-time-1')
  })
  it('expect nothing before now', () => {
    const late = sampleMergeForecast({ observedAt: NOON + 9e7, elapsedSeconds: 93_600 })
    const text = commentOf(late, { isWhy: false })
    expect(text).not.toContain(instantText(late.openedAt + 4e6, late.observedAt))
  })
  it('let no name of a job reach anybody or break out of its line', () => {
    const job = '`@everyone\n\n# [x](http://evil) |'
    const checks = [{ job, runId: '1', attempt: 1, state: 'failed', pFail: null }]
    const text = commentOf(sampleMergeForecast({ checks }), { isWhy: false })
    expect(text).toContain('Checks: `everyone # x (http://evil)` (failed).')
    expect(text).not.toContain('@everyone')
  })
  it('say of an end without a merge that it is one', () => {
    expect(endedComment(sampleMergeScore({ merged: false, looks: [] }))).toContain(
      'closed without a merge after 4 hours.\n',
    )
  })
})

describe('what the bot wants to say', () => {
  const news = { pull: { ...REPO, pull: 7 }, forecast: null, score: null, commands: [] }
  it('is nothing while it knows nothing or was muted before it spoke', () => {
    expect(wanted(NOTHING_YET, news)).toBeNull()
    const forecast = sampleMergeForecast()
    expect(wanted({ ...NOTHING_YET, isMuted: true }, { ...news, forecast })).toBeNull()
  })
  it('follows the last command of those who may tell it something', () => {
    const by = (word: string, association: string) => ({ word, actor: 'x', association })
    const commands = [by('mute', 'MEMBER'), by('unmute', 'CONTRIBUTOR'), by('why', 'OWNER')]
    expect(obeyed(NOTHING_YET, commands, 'ada')).toMatchObject({ isMuted: true, isWhy: true })
  })
})

describe('a command', () => {
  it.each([
    ['/stopline why', 'why'],
    ['Thanks!\r\n/stopline mute\r\nbye', 'mute'],
    ['/stopline  unmute ', 'unmute'],
    ['please /stopline mute', null],
    ['> /stopline mute', null],
    ['/stopline rm -rf', null],
    ['/stopline whyever', null],
    [null, null],
  ])('in %j is %j', (text, word) => {
    expect(commandIn(text)).toBe(word)
  })
})

describe('the options of the bot', () => {
  const asked = (values: Record<string, string>, isLive = true) =>
    botTarget({ values, positionals: [], signal: never }, isLive)
  it('are refused with what to do where they cannot be', () => {
    expect(asked({})).toBeUndefined()
    expect(() => asked({ bot: 'acme' })).toThrow("owner/name, not 'acme'")
    expect(() => asked({ bot: 'acme/shop' }, false)).toThrow('live sources only')
    expect(() => asked({ bot: 'acme/shop' })).toThrow('STOPLINE_BOT_TOKEN')
  })
})
