/**
 * GitHub: a check run on the commit that an incident is about, and one comment on its pull request, which is changed and
 * never repeated. Both are looked for before they are made, so a crash in between makes no second one.
 */

import type { HttpClient } from '../../runtime/http.ts'
import type { Clock } from '../../runtime/clock.ts'
import type { Incident } from '../../schemas/events.ts'
import { fitsGlob } from '../../schemas/glob.ts'
import {
  githubRequest,
  isNoUser,
  isOurs,
  repoPath,
  type GithubApi,
  type GithubMethod,
  type ListedComment,
} from '../github-request.ts'
import { DELIVERED, deliveryOf, unanswered, type Delivery, type Receiver } from './receiver.ts'
import { retryAfterMs } from './retry.ts'
import { facts, headline } from './words.ts'

const TIMEOUT_MS = 15_000
const MAX_ANSWER_BYTES = 4 * 2 ** 20
const CHECK_NAME = 'stopline'
const COMMENT_MARK = '<!-- stopline -->'
const MOST_TEXT = 60_000

export interface GithubConfig extends Pick<Receiver, 'name' | 'filter' | 'pace'>, GithubApi {
  /** Repositories that asked for it, with * for any text. */
  readonly repos: readonly string[]
  readonly hasChecks: boolean
  readonly hasComments: boolean
}

/** An answer, or why there is none. */
type Asked = { readonly body: unknown } | { readonly failed: Delivery; readonly status?: number }
type Ask = (method: GithubMethod, path: string, body?: object) => Promise<Asked>

const jsonOf = (body: Buffer): unknown => {
  try {
    return JSON.parse(body.toString('utf8')) as unknown
  } catch {
    return null
  }
}

const askerOf =
  (config: GithubApi, http: HttpClient, clock: Clock, signal: AbortSignal): Ask =>
  async (method, path, body) => {
    try {
      const response = await http.send({
        ...githubRequest(config, method, path, body),
        ...{ timeoutMs: TIMEOUT_MS, maxBytes: MAX_ANSWER_BYTES, signal },
      })
      const delivery = deliveryOf(response, clock.now())
      if (delivery.kind === 'delivered') return { body: jsonOf(response.body) }
      // A token that is refused is mended by people; a quota that is used up comes back.
      const isLater = response.status === 401 || response.status === 403
      const { status } = response
      if (!isLater) return { failed: delivery, status }
      const afterMs = retryAfterMs(response, clock.now())
      return { failed: { kind: 'again', why: `GitHub answered ${status}`, afterMs }, status }
    } catch (error) {
      return { failed: unanswered(error) }
    }
  }

const part = (text: string): string => encodeURIComponent(text)
/** Text of somebody else, so that it is shown as it is. */
const shown = (text: string): string =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll(/[<[`*~]/g, (mark) => `&#${mark.charCodeAt(0)};`)
    .replaceAll('@', '@\u200b')
    .replaceAll('|', '\\|')
const tableOf = (incident: Incident): string =>
  [
    '| | |',
    '| --- | --- |',
    ...facts(incident).map(([name, text]) => `| ${name} | ${shown(text).replaceAll('\n', ' ')} |`),
  ].join('\n')

const checkOf = (incident: Incident): object => ({
  name: CHECK_NAME,
  external_id: incident.incident.slice(0, 250),
  status: incident.state === 'closed' ? 'completed' : 'in_progress',
  // Never a failure: it is advice, and must not stand in the way of a merge.
  ...(incident.state === 'closed' ? { conclusion: 'neutral' } : {}),
  output: {
    title: headline(incident).slice(0, 250),
    summary: tableOf(incident).slice(0, MOST_TEXT),
  },
})

interface Listed {
  readonly id?: number
  readonly external_id?: string
}
const listIn = (body: unknown, name?: string): readonly Listed[] => {
  const list = name === undefined ? body : (body as Record<string, unknown> | null)?.[name]
  return Array.isArray(list) ? (list as Listed[]) : []
}

const tellCheck = async (ask: Ask, incident: Incident, sha: string): Promise<Delivery> => {
  const repo = repoPath(incident.repo)
  const there = await ask(
    'GET',
    `${repo}/commits/${part(sha)}/check-runs?check_name=${CHECK_NAME}&per_page=100`,
  )
  if ('failed' in there) return there.failed
  const check = checkOf(incident)
  const mine = listIn(there.body, 'check_runs').find(
    (each) => each.external_id === incident.incident.slice(0, 250),
  )
  const told =
    mine?.id === undefined
      ? await ask('POST', `${repo}/check-runs`, { ...check, head_sha: sha })
      : await ask('PATCH', `${repo}/check-runs/${mine.id}`, check)
  return 'failed' in told ? told.failed : DELIVERED
}

/** Login of the user that we are; null for an app. */
type Self = string | null
const whoWeAre = async (ask: Ask): Promise<{ readonly login: Self } | Delivery> => {
  const asked = await ask('GET', '/user')
  if (!('failed' in asked)) return { login: (asked.body as { login?: string }).login ?? null }
  return isNoUser(asked.status ?? 0) ? { login: null } : asked.failed
}

const COMMENT_PAGES = 10
const findComment = async (ask: Ask, path: string): Promise<ListedComment | Delivery | null> => {
  for (let page = 1; page <= COMMENT_PAGES; page += 1) {
    const asked = await ask('GET', `${path}?per_page=100&page=${page}`)
    if ('failed' in asked) return asked.failed
    const comments = listIn(asked.body) as readonly ListedComment[]
    const marked = comments.filter(({ body }) => body?.startsWith(COMMENT_MARK) === true)
    if (marked.length > 0) {
      const self = await whoWeAre(ask)
      if ('kind' in self) return self
      const mine = marked.find((comment) => isOurs(comment, COMMENT_MARK, self.login))
      if (mine !== undefined) return mine
    }
    if (comments.length < 100) return null
  }
  return null
}

const markOf = (incident: string): string => encodeURIComponent(incident).replaceAll('--', '%2D-')
/** The comment with the section of an incident put in or changed; those of others stay. */
export const commentWith = (before: string, incident: Incident): string => {
  const mark = markOf(incident.incident)
  const [open, close] = [`<!-- ${mark} -->`, `<!-- /${mark} -->`]
  const section = `${open}\n### ${shown(headline(incident))}\n\n${tableOf(incident)}\n${close}`
  const from = before.indexOf(open)
  const to = before.indexOf(close)
  if (from >= 0 && to > from)
    return before.slice(0, from) + section + before.slice(to + close.length)
  return `${before === '' ? COMMENT_MARK : before}\n\n${section}`
}

const tellComment = async (ask: Ask, incident: Incident, pull: string): Promise<Delivery> => {
  const repo = repoPath(incident.repo)
  const path = `${repo}/issues/${part(pull)}/comments`
  const found = await findComment(ask, path)
  if (found !== null && 'kind' in found) return found
  const body = commentWith(found?.body ?? '', incident)
  if (body.length > MOST_TEXT) return DELIVERED // it says enough
  const told =
    found?.id === undefined
      ? await ask('POST', path, { body })
      : await ask('PATCH', `${repo}/issues/comments/${found.id}`, { body })
  return 'failed' in told ? told.failed : DELIVERED
}

export const createGithubReceiver = (
  config: GithubConfig,
  { http, clock }: { readonly http: HttpClient; readonly clock: Clock },
): Receiver => ({
  ...{ name: config.name, filter: config.filter, pace: { ...config.pace, digestMs: 0 } },
  isPlain: false,
  send: async ([notice], signal) => {
    if (notice === undefined) return DELIVERED
    const { incident } = notice
    const isAsked = config.repos.some((glob) => fitsGlob(glob, incident.repo))
    if (!isAsked || !/^[\w.-]+\/[\w.-]+$/.test(incident.repo)) return DELIVERED
    const ask = askerOf(config, http, clock, signal)
    const pull = /^pull (\d+)$/.exec(incident.head ?? '')?.[1]
    if (config.hasChecks && incident.sha !== null && /^[0-9a-f]{7,64}$/.test(incident.sha)) {
      const told = await tellCheck(ask, incident, incident.sha)
      if (told.kind !== 'delivered') return told
    }
    if (!config.hasComments || pull === undefined) return { ...DELIVERED, thread: 'told' }
    const told = await tellComment(ask, incident, pull)
    return told.kind === 'delivered' ? { kind: 'delivered', thread: 'told' } : told
  },
})
