/** A local GitHub that takes comments and check runs, with faults on demand. */

import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'

const SELF = { login: 'stopline-ci' }
interface Comment {
  readonly id: number
  readonly pull: number
  body: string
  /** Of the user that the token is. */
  readonly user: { readonly login: string }
}
interface Check {
  readonly id: number
  readonly head_sha: string
  readonly name: string
  readonly status: string
  readonly conclusion: string
  readonly output: { readonly title: string; readonly summary: string }
}
export interface GithubPulls {
  readonly url: string
  readonly comments: Comment[]
  readonly checks: readonly Check[]
  /** Method and path of every request. */
  readonly heard: readonly string[]
  readonly tokens: ReadonlySet<string>
  /** Answers the next requests with a status instead. */
  fail(requests: number, status: number): void
  close(): Promise<void>
}

const bodyOf = async (request: IncomingMessage): Promise<Record<string, unknown>> => {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}

/** `onMade` is told once a comment or a check run is there, before that is answered. */
export const startGithubPulls = async (
  onMade: () => void = () => undefined,
): Promise<GithubPulls> => {
  const comments: Comment[] = []
  const checks: Check[] = []
  const heard: string[] = []
  const tokens = new Set<string>()
  let failing = { requests: 0, status: 500 }

  const answer = (
    method: string,
    url: URL,
    body: Record<string, unknown>,
  ): { readonly status: number; readonly json: unknown } => {
    const [, , , , kind = '', first = '', second = ''] = url.pathname.split('/')
    const edited = <T extends { readonly id: number }>(all: T[], id: string, change: object) => {
      const place = all.findIndex((each) => each.id === Number(id))
      const known = all[place]
      if (known === undefined) return { status: 404, json: {} }
      all[place] = { ...known, ...change }
      return { status: 200, json: all[place] }
    }
    if (url.pathname === '/user') return { status: 200, json: SELF }
    if (method === 'PATCH' && kind === 'issues') return edited(comments, second, body)
    if (method === 'PATCH' && kind === 'check-runs') return edited(checks, first, body)
    if (method === 'POST' && kind === 'issues') {
      const more = { pull: Number(first), body: String(body['body']), user: SELF }
      const made = { id: comments.length + 1, ...more }
      comments.push(made)
      return { status: 201, json: made }
    }
    if (method === 'POST' && kind === 'check-runs') {
      const made = { id: checks.length + 1, ...body } as Check
      checks.push(made)
      return { status: 201, json: made }
    }
    if (kind === 'commits') {
      const found = checks.filter(({ head_sha: sha }) => sha === first)
      return { status: 200, json: { total_count: found.length, check_runs: found } }
    }
    return { status: 200, json: comments.filter(({ pull }) => pull === Number(first)) }
  }

  const server = createServer((request, response) => {
    void (async () => {
      const url = new URL(request.url ?? '/', 'http://localhost')
      const body = await bodyOf(request)
      heard.push(`${request.method ?? ''} ${url.pathname}`)
      tokens.add(request.headers.authorization ?? '')
      const isFailing = failing.requests > 0
      if (isFailing) failing = { ...failing, requests: failing.requests - 1 }
      const { status, json } = isFailing
        ? { status: failing.status, json: {} }
        : answer(request.method ?? '', url, body)
      if (status === 201) onMade()
      response.writeHead(status, { 'content-type': 'application/json' })
      response.end(JSON.stringify(json))
    })()
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    ...{ comments, checks, heard, tokens },
    fail: (requests, status) => {
      failing = { requests, status }
    },
    close: () =>
      new Promise((resolve) => {
        server.closeAllConnections()
        server.close(() => {
          resolve()
        })
      }),
  }
}
