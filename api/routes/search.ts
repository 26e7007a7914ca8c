/** One search over everything that has a page. */

import type { Incident, Kpi, MergeForecast, TestState } from '../../schemas/events.ts'
import { keyParts } from '../../schemas/keys.ts'
import type { ViewStore } from '../../runtime/ports.ts'
import { listOf, object, text } from '../json-schema.ts'
import { pageOf } from '../paging.ts'
import { route } from '../route.ts'
import { isDemo } from './params.ts'

const MOST_OF_A_KIND = 8

type FoundKind = 'job' | 'run' | 'test' | 'pull' | 'incident' | 'subject'
interface Found {
  readonly kind: FoundKind
  readonly isSimulated: boolean
  readonly title: string
  readonly under: string
  /** What its page is addressed by, part by part. */
  readonly parts: readonly string[]
}
interface Kind {
  readonly kind: FoundKind
  readonly view: string
  /** Text of a row in which the words are looked for. */
  readonly textOf: (row: Row) => string
  readonly found: (row: Row) => Omit<Found, 'kind'>
}
interface Row {
  readonly key: string
  readonly json: string
}

const lastOf = (parts: readonly string[]): string => parts.at(-1) ?? ''
const titled = (title: string, under: string, parts: readonly string[], isSimulated: boolean) => ({
  ...{ title, under, parts, isSimulated },
})

/** THE table of what is searched, in the order of the answer. Keys are read before values: they cost nothing. */
const KINDS: readonly Kind[] = [
  {
    kind: 'job',
    view: 'jobs',
    textOf: ({ key }) => key,
    found: ({ key }) => {
      const [source = '', repo = '', job = ''] = keyParts(key)
      return titled(job, `${source} ${repo}`, [source, repo, job], isDemo({ source }))
    },
  },
  {
    kind: 'subject',
    view: 'kpis',
    textOf: ({ key }) => (key.endsWith(':7d') && !/^(job|tests|pulls):/.test(key) ? key : ''),
    found: ({ key, json }) => {
      const [dimension = '', subject = ''] = keyParts(key)
      const { simulated } = JSON.parse(json) as Kpi
      return titled(keyParts(subject).join(' · '), dimension, [dimension, subject], simulated)
    },
  },
  {
    kind: 'incident',
    view: 'incidents',
    textOf: ({ key, json }) => `${key} ${(JSON.parse(json) as Incident).title}`,
    found: ({ key, json }) => {
      const { title, alert, state, source } = JSON.parse(json) as Incident
      const under = `${alert}, ${state === 'closed' ? 'closed' : 'open'}`
      return titled(title, under, [key], isDemo({ source }))
    },
  },
  {
    kind: 'pull',
    view: 'pulls',
    textOf: ({ key, json }) => `${key} ${(JSON.parse(json) as MergeForecast).title ?? ''}`,
    found: ({ json }) => {
      const { source, repo, pull, title } = JSON.parse(json) as MergeForecast
      const parts = [source, repo, String(pull)]
      return titled(title ?? `#${pull}`, `${repo} #${pull}`, parts, isDemo({ source }))
    },
  },
  {
    kind: 'test',
    view: 'tests',
    textOf: ({ key }) => key,
    found: ({ json }) => {
      const { source, repo, job, test, word } = JSON.parse(json) as TestState
      return titled(test, `${word} in ${job}`, [source, repo, job, test], isDemo({ source }))
    },
  },
  {
    kind: 'run',
    view: 'runs',
    textOf: ({ key }) => lastOf(key.split(':')),
    found: ({ key }) => {
      const [source = '', repo = '', job = '', name = ''] = keyParts(key)
      const at = name.lastIndexOf('#')
      const [runId, attempt] = [name.slice(0, at), name.slice(at + 1)]
      const parts = [source, repo, job, runId, attempt]
      return titled(`run ${runId}`, job, parts, isDemo({ source }))
    },
  },
]

/** Keys are escaped: words are looked for in what people see. */
const plain = (escaped: string): string => escaped.replace(/%3A/g, ':').replace(/%25/g, '%')

const foundOf = async (
  views: ViewStore,
  kind: Kind,
  words: readonly string[],
): Promise<Found[]> => {
  const keep = (row: Row): boolean => {
    const text = plain(kind.textOf(row)).toLowerCase()
    return text !== '' && words.every((word) => text.includes(word))
  }
  const { rows } = await pageOf(views, kind.view, { limit: MOST_OF_A_KIND }, { keep })
  return rows.map((row) => ({ kind: kind.kind, ...kind.found(row) }))
}

const search = route<object, { q?: string }>({
  path: '/v1/search',
  tag: 'search',
  summary:
    'Jobs, subjects of KPIs, incidents, pull requests, tests and runs by words in their names',
  description: `All words must be there. At most ${MOST_OF_A_KIND} of each kind, the last changed first, among the newest 10,000 of each.`,
  query: { q: { ...text('Words, in any order.'), maxLength: 200 } },
  data: listOf(
    object({
      kind: { type: 'string', enum: KINDS.map(({ kind }) => kind) },
      title: text('Its name.'),
      under: text('Where it belongs.'),
      parts: listOf(text('Part of the address of its page.')),
    }),
  ),
  handle: async ({ views }, _params, { q = '' }) => {
    const words = q
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '')
    const found =
      words.length === 0
        ? []
        : await Promise.all(KINDS.map(async (kind) => foundOf(views, kind, words)))
    const all = found.flat()
    const shown = all.map(({ kind, title, under, parts }) => ({ kind, title, under, parts }))
    return { data: JSON.stringify(shown), isSimulated: all.some(({ isSimulated }) => isSimulated) }
  },
})

export const SEARCH_ROUTES = [search]
