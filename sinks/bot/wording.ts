/** What the bot says, in words people use: absolute times, rounded as far as they are known. Pure. */

import { percent } from '../../schemas/percent.ts'
import type { MergeForecast, MergeScore } from '../../schemas/events.ts'

const MINUTE_S = 60
const HOUR_S = 3_600
const DAY_S = 86_400
/** First line of the comment: it is found again by it. */
export const MARK = '<!-- stopline: time to merge -->'
export const CHECK_NAME = 'stopline / time to merge'
/** A repository of which fewer merges are known is told nothing. */
export const LEAST_MERGES = 20

const WEEKDAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat']
const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ')
const dayText = (at: Date): string =>
  `${WEEKDAYS[at.getUTCDay()] ?? ''} ${at.getUTCDate()} ${MONTHS[at.getUTCMonth()] ?? ''}`

/**
 * An instant as far as it is worth telling: to the hour within two days, else the day. Example: 5 January 2026, 13:40, told
 * at noon of that day, is `Mon 5 Jan, 14:00 UTC`; told a week before, `Mon 5 Jan`.
 */
export const instantText = (at: number, now: number): string => {
  const rounded = new Date(Math.round(at / (HOUR_S * 1000)) * HOUR_S * 1000)
  const isNear = at - now < 2 * DAY_S * 1000
  if (!isNear) return dayText(new Date(at))
  return `${dayText(rounded)}, ${rounded.toISOString().slice(11, 16)} UTC`
}
/** Example: 100 s is `2 minutes`, 5,400 `2 hours`, 200,000 `2 days`. */
export const durationText = (seconds: number): string => {
  const [unit, word] =
    seconds < HOUR_S
      ? [MINUTE_S, 'minute']
      : seconds < 2 * DAY_S
        ? [HOUR_S, 'hour']
        : [DAY_S, 'day']
  const count = Math.max(1, Math.round(seconds / unit))
  return `${count} ${word}${count === 1 ? '' : 's'}`
}
/** Names of jobs and logins come from outside: no Markdown, no mention, no line of their own. */
const plain = (text: string): string =>
  text
    .replace(/[\s`@<>|*_[\]\\]+/g, ' ')
    .trim()
    .slice(0, 100)

const boundsOf = (forecast: MergeForecast, low: string, high: string): string => {
  const { openedAt, quantiles, observedAt: now } = forecast
  const at = (name: string): number => openedAt + (quantiles[name] ?? 0) * 1000
  const from = instantText(Math.max(now, at(low)), now)
  const to = instantText(at(high), now)
  return from === to ? `about ${from}` : `between ${from} and ${to}`
}

/** The middle in one line: the title of the check run. */
export const titleOf = (forecast: MergeForecast): string => {
  const { openedAt, quantiles, observedAt: now, pMerge } = forecast
  const at = openedAt + (quantiles['p50'] ?? 0) * 1000
  return pMerge < 0.5
    ? `more likely to be closed than merged (${percent(pMerge)})`
    : `expected to merge ${instantText(at, now)}`
}

const troubleText = ({ checks }: MergeForecast): string[] => {
  const words = checks.slice(0, 5).map(({ job, state, pFail }) => {
    const how = state === 'failed' ? 'failed' : `likely to fail, ${percent(pFail ?? 0)}`
    return `\`${plain(job)}\` (${how})`
  })
  return words.length === 0 ? [] : ['', `Checks: ${words.join(', ')}.`]
}
const driverText = ([name, by]: readonly [string, number]): string =>
  `- ${plain(name)}: ${by < 0 ? 'sooner' : 'later'}, time × ${Math.exp(by).toFixed(2)}`

/** What drives it; at length where somebody asked why. */
const whyText = (forecast: MergeForecast, isAsked: boolean): string[] => {
  const { drivers, signs } = forecast
  const strongest = Object.entries(drivers).sort(([, a], [, b]) => Math.abs(b) - Math.abs(a))
  const seen = signs.length === 0 ? [] : [`Seen of it: ${signs.join(', ')}.`]
  if (!isAsked) {
    const words = strongest
      .slice(0, 2)
      .map(([name, by]) => `${plain(name)} (${by < 0 ? 'sooner' : 'later'})`)
    const drive = words.length === 0 ? [] : [`What drives it: ${words.join(', ')}.`]
    return [...drive, ...seen].length === 0 ? [] : ['', ...drive, ...seen]
  }
  const { merged, closed, deciles } = forecast
  return [
    ...[
      '',
      '**Why**',
      ...strongest.map(driverText),
      ...(strongest.length === 0 ? ['- nothing out of the usual'] : []),
    ],
    ...[
      '',
      ...seen,
      `It rests on ${merged} merges and ${closed} closes of this repository heard so far.`,
    ],
    ...(deciles[4] === undefined
      ? []
      : [`Half of its pull requests merge within ${durationText(deciles[4])}.`]),
  ]
}

/** The whole comment on an open pull request. */
export const commentOf = (
  forecast: MergeForecast,
  { isWhy }: { readonly isWhy: boolean },
): string => {
  const { observedAt, pMerge, model } = forecast
  const told = new Date(observedAt).toISOString().slice(0, 16).replace('T', ' ')
  return [
    ...[MARK, `**Time to merge**: ${titleOf(forecast)}.`, ''],
    `If it merges (chance ${percent(pMerge)}): half of such pull requests do ${boundsOf(forecast, 'p25', 'p75')}, nine of ten ${boundsOf(forecast, 'p05', 'p95')}.`,
    ...troubleText(forecast),
    ...whyText(forecast, isWhy),
    ...[
      '',
      `<sub>As of ${told} UTC, by ${plain(model)}. \`/stopline why\` tells more, \`/stopline mute\` ends this.</sub>`,
    ],
  ].join('\n')
}

/** What is left of the comment once it has ended: what was said first, and what came. */
export const endedComment = ({ merged, seconds, looks, model }: MergeScore): string => {
  const first = looks[0]
  const expected =
    first === undefined
      ? ''
      : ` At first ${durationText(first.p50)} had been expected, ${durationText(first.p10)} to ${durationText(first.p90)} for eight of ten.`
  const how = merged ? 'merged' : 'closed without a merge'
  return [
    MARK,
    `**Time to merge**: ${how} after ${durationText(seconds)}.${expected}`,
    '',
    `<sub>By ${plain(model)}.</sub>`,
  ].join('\n')
}
export const mutedComment = (): string =>
  [MARK, '**Time to merge**: muted here. `/stopline unmute` brings it back.'].join('\n')
