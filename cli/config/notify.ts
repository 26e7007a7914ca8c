/** The section `notify` of the configuration: who is told of incidents, of which, and at what pace. THE table of kinds. */

import type { FieldTable } from '../../producers/config/fields.ts'
import {
  isTable,
  readFields,
  type Reading,
  type Values,
} from '../../producers/config/read-fields.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { HttpClient } from '../../runtime/http.ts'
import { createMailer } from '../../runtime/mail.ts'
import type { Filter } from '../../sinks/notify/filter.ts'
import { createGithubReceiver } from '../../sinks/notify/github.ts'
import { createMail } from '../../sinks/notify/mail.ts'
import type { Pace, Quiet } from '../../sinks/notify/pace.ts'
import type { Receiver } from '../../sinks/notify/receiver.ts'
import { createSlack } from '../../sinks/notify/slack.ts'
import { createWebhook } from '../../sinks/notify/webhook.ts'

/** What every receiver may say, beside its own keys. */
export const COMMON_RECEIVER_FIELDS = {
  kind: { type: 'text', doc: 'Kind of the receiver: `webhook`, `slack`, `mail` or `github`.' },
  name: {
    type: 'text',
    doc: 'Its name in metrics and dead letters, and of its place in the topic; two receivers have two. Default: the kind.',
    pattern: /^[a-z][a-z0-9-]{0,40}$/,
  },
  severity: {
    type: 'text',
    doc: 'The least severity it is told: `info`, `warning` or `critical`.',
    pattern: /^(?:info|warning|critical)$/,
    otherwise: 'info',
  },
  alerts: { type: 'list', doc: 'Rules it is told of; `*` stands for any text. Without it, all.' },
  owners: { type: 'list', doc: 'Owners whose incidents it is told. Without it, all.' },
  match: {
    type: 'list',
    doc: 'Names of jobs it is told of; `*` stands for any text. Without it, all.',
  },
  source: { type: 'text', doc: 'Source it is told of; without it, any.' },
  repo: { type: 'text', doc: 'Repositories it is told of; `*` stands for any text.' },
  per_minute: {
    type: 'number',
    unit: 'messages',
    doc: 'Messages in a minute at most.',
    range: [1, 6_000],
    otherwise: 20,
  },
  quiet: {
    type: 'text',
    doc: 'Hours in which only what is critical is sent, as in `22:00-07:00`; the rest waits.',
    pattern: /^(?:[01]\d|2[0-3]):[0-5]\d-(?:[01]\d|2[0-3]):[0-5]\d$/,
  },
  zone: { type: 'text', doc: 'Time zone of the quiet hours.', otherwise: 'UTC' },
} as const satisfies FieldTable

interface Ports {
  readonly http: HttpClient
  readonly clock: Clock
}
type Base = Pick<Receiver, 'name' | 'filter' | 'pace'>
interface KindRow {
  readonly doc: string
  readonly fields: FieldTable
  readonly open: (values: Values, base: Base, ports: Ports) => Receiver
}
const text = (values: Values, name: string): string => {
  const value = values[name]
  return typeof value === 'string' ? value : ''
}
const list = (values: Values, name: string): readonly string[] => values[name] as readonly string[]

export const RECEIVER_KINDS: Readonly<Record<string, KindRow>> = {
  webhook: {
    doc: 'Each record of an incident as a signed POST ([webhook.md](webhook.md)).',
    fields: {
      url: { type: 'url', doc: 'Address of the receiver.' },
      secret: { type: 'secret', doc: 'Secret shared with the receiver, at least 16 characters.' },
    },
    open: (values, base, ports) =>
      createWebhook({ ...base, url: text(values, 'url'), secret: text(values, 'secret') }, ports),
  },
  slack: {
    doc: 'One message per incident in a channel, changed as it changes; its close is also said below it. The token needs chat:write.',
    fields: {
      token: { type: 'secret', doc: 'Token of a bot that is in the channel.' },
      channel: { type: 'text', doc: 'Id or name of the channel.' },
      api: { type: 'url', doc: 'Address of the API.', otherwise: 'https://slack.com/api' },
    },
    open: (values, base, ports) =>
      createSlack(
        {
          ...base,
          api: text(values, 'api'),
          token: text(values, 'token'),
          channel: text(values, 'channel'),
        },
        ports,
      ),
  },
  mail: {
    doc: 'What opened and closed, together.',
    fields: {
      server: {
        type: 'secret',
        doc: 'Address of the mail server, as in smtp://user:password@host:587.',
      },
      from: { type: 'text', doc: 'Sender.' },
      to: { type: 'list', doc: 'Receivers.', least: 1 },
      digest: {
        type: 'duration',
        doc: 'Time that one mail covers.',
        range: ['1m', '7d'],
        otherwise: '1h',
      },
    },
    open: (values, base) =>
      createMail(
        {
          ...base,
          pace: { ...base.pace, digestMs: Number(values['digest']) },
          from: text(values, 'from'),
          to: list(values, 'to'),
        },
        createMailer(text(values, 'server')),
      ),
  },
  github: {
    doc: 'A check run on the commit and one comment on the pull request, changed and never repeated. The check is neutral: it never stands in the way of a merge.',
    fields: {
      token: { type: 'secret', doc: 'Token that may write checks (of an app) and comments.' },
      repos: {
        type: 'list',
        doc: 'Repositories that asked for it; `*` stands for any text.',
        least: 1,
      },
      checks: { type: 'flag', doc: 'Whether check runs are written.', otherwise: true },
      comments: { type: 'flag', doc: 'Whether comments are written.', otherwise: true },
      api: { type: 'url', doc: 'Address of the API.', otherwise: 'https://api.github.com' },
    },
    open: (values, base, ports) =>
      createGithubReceiver(
        {
          ...base,
          api: text(values, 'api'),
          token: text(values, 'token'),
          repos: list(values, 'repos'),
          hasChecks: values['checks'] === true,
          hasComments: values['comments'] === true,
        },
        ports,
      ),
  },
}
const LEAST_SECRET = 16

const isZone = (zone: string): boolean => {
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone })
    return true
  } catch {
    return false
  }
}
const quietOf = (span: unknown, zone: string): Quiet | null => {
  if (typeof span !== 'string') return null
  const [from = 0, to = 0] = span.split('-').map((time) => {
    const [hours = 0, minutes = 0] = time.split(':').map(Number)
    return hours * 60 + minutes
  })
  return { from, to, zone }
}
const paceOf = (values: Values): Pace => ({
  perMinute: Number(values['per_minute']),
  quiet: quietOf(values['quiet'], text(values, 'zone')),
  digestMs: 0,
})
const filterOf = (values: Values): Filter => ({
  severity: text(values, 'severity'),
  alerts: list(values, 'alerts'),
  owners: list(values, 'owners'),
  match: list(values, 'match'),
  source: (values['source'] ?? null) as string | null,
  repo: (values['repo'] ?? null) as string | null,
})

const readOne = (given: unknown, place: string, outer: Reading, ports: Ports): Receiver[] => {
  const kind = isTable(given) ? given['kind'] : undefined
  const row =
    typeof kind === 'string' && Object.hasOwn(RECEIVER_KINDS, kind)
      ? RECEIVER_KINDS[kind]
      : undefined
  if (!isTable(given) || row === undefined) {
    outer.problems.push(`${place}.kind takes one of ${Object.keys(RECEIVER_KINDS).join(', ')}`)
    return []
  }
  const reading = { ...outer, where: `${place}.` }
  const before = outer.problems.length
  const values = readFields({ ...COMMON_RECEIVER_FIELDS, ...row.fields }, given, reading)
  // Everything of its own has to be there.
  for (const [name, value] of Object.entries(values))
    if (Object.hasOwn(row.fields, name) && value === null && (given[name] ?? null) === null)
      outer.problems.push(`${place}.${name} is missing`)
  if (!isZone(text(values, 'zone'))) outer.problems.push(`${place}.zone is no time zone`)
  if (
    kind === 'webhook' &&
    typeof values['secret'] === 'string' &&
    values['secret'].length < LEAST_SECRET
  )
    outer.problems.push(`${place}.secret has less than ${LEAST_SECRET} characters`)
  if (kind === 'mail' && !/^smtps?:\/\/./.test(text(values, 'server')))
    outer.problems.push(`${place}.server is no address that begins with smtp:// or smtps://`)
  if (outer.problems.length > before) return []
  const name = typeof values['name'] === 'string' ? values['name'] : String(kind)
  return [row.open(values, { name, filter: filterOf(values), pace: paceOf(values) }, ports)]
}

/** Receivers as configured; problems are added to those of the reading. */
export const readNotify = (given: unknown, reading: Reading, ports: Ports): readonly Receiver[] => {
  const items = given ?? []
  if (!Array.isArray(items)) {
    reading.problems.push('notify takes a list')
    return []
  }
  const receivers = items.flatMap((item: unknown, index) =>
    readOne(item, `notify[${index}]`, reading, ports),
  )
  const names = receivers.map(({ name }) => name)
  for (const [index, name] of names.entries())
    if (names.indexOf(name) < index) reading.problems.push(`notify: two are named ${name}`)
  return receivers
}
