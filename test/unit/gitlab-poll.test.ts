import { describe, expect, it } from 'vitest'
import {
  newGitlabCursor,
  pollGitlab,
  type GitlabConfig,
  type GitlabCursor,
} from '../../producers/gitlab/poll.ts'
import { GITLAB } from '../../producers/gitlab/source.ts'
import type { Get } from '../../producers/payload/reach.ts'
import type { Turn } from '../../producers/payload/turn.ts'
import { answer, serve } from '../support/answers.ts'

const NOW = Date.parse('2026-01-02T12:00:00Z')
const config: GitlabConfig = {
  source: 'gitlab',
  url: 'https://gitlab.example/',
  projects: ['group/app'],
  runs: 'jobs',
  horizonMs: 86_400_000,
  logs: { roundLogs: 0, roundBytes: 0, everyMs: 0 },
}
const API = '/api/v4/projects/group%2Fapp'
const job = (id: number, status: string) => ({
  id,
  name: `job ${id}`,
  status,
  created_at: '2026-01-02T11:00:00Z',
  started_at: status === 'pending' ? null : '2026-01-02T11:10:00Z',
  finished_at: status === 'success' ? '2026-01-02T11:20:00Z' : null,
})
const round = async (get: Get, cursor: GitlabCursor, more: Partial<GitlabConfig> = {}) => {
  const turns: Turn[] = []
  for await (const turn of pollGitlab(get, cursor, { ...config, ...more }, NOW)) turns.push(turn)
  return turns
}
const told = (turns: readonly Turn[]) =>
  turns.flatMap(({ facts }) => facts).map(({ runId, kind }) => `${runId} ${kind}`)
const pages = (pipelines: unknown, jobs: unknown) => ({
  [`${API}/pipelines`]: pipelines,
  [`${API}/pipelines/7/jobs`]: jobs,
})

describe('a round of polling', () => {
  it('hears the jobs of pipelines that changed or go on, and each fact once', async () => {
    const cursor = newGitlabCursor()
    const first = pages([{ id: 7, status: 'running' }], [job(1, 'success'), job(2, 'pending')])
    expect(told(await round(serve(first), cursor))).toEqual([
      ...['1 queued', '1 started', '1 finished', '2 queued'],
    ])
    // Not listed as changed, but it goes on.
    const second = pages([], [job(1, 'success'), job(2, 'running')])
    const kept = JSON.parse(JSON.stringify(cursor)) as GitlabCursor
    expect(told(await round(serve(second), kept))).toEqual(['2 started'])
    const third = pages([{ id: 7, status: 'success' }], [job(1, 'success'), job(2, 'success')])
    expect(told(await round(serve(third), kept))).toEqual(['2 finished'])
    const asked: string[] = []
    expect(await round(serve(pages([], []), asked), kept)).toEqual([])
    expect(asked).toEqual([`gitlab.example${API}/pipelines`])
    expect(kept.projects['group/app']?.pipelines).toEqual({})
  })

  it('reads all pages, by number, and never an address out of an answer', async () => {
    const asked: string[] = []
    const get: Get = (url) => {
      asked.push(url)
      const { pathname, searchParams } = new URL(url)
      if (pathname === `${API}/pipelines`)
        return Promise.resolve(answer(200, [{ id: 7, status: 'success', web_url: 'http://evil' }]))
      const isFirst = searchParams.get('page') === '1'
      const headers = { 'x-next-page': isFirst ? '2' : '', link: '<http://evil>; rel="next"' }
      return Promise.resolve(answer(200, [job(isFirst ? 1 : 2, 'success')], headers))
    }
    expect(told(await round(get, newGitlabCursor()))).toHaveLength(6)
    expect(asked.every((url) => url.startsWith('https://gitlab.example/api/v4/'))).toBe(true)
    expect(new URL(asked[0] ?? '').searchParams.get('updated_after')).toBe(
      '2026-01-01T11:58:00.000Z',
    )
  })

  it('goes on in the next round where more changed than is listed in one', async () => {
    const all = Array.from({ length: 10_150 }, (_, index) => {
      const updatedAt = NOW - 86_400_000 + index * 1_000
      return { id: index + 1, status: 'success', updatedAt }
    })
    const get: Get = (url) => {
      const { pathname, searchParams: query } = new URL(url)
      const [, id] = /pipelines\/(\d+)\/jobs$/.exec(pathname) ?? []
      if (id !== undefined) return Promise.resolve(answer(200, [job(Number(id), 'success')]))
      const since = Date.parse(query.get('updated_after') ?? '')
      const from = (Number(query.get('page')) - 1) * 100
      const items = all.filter(({ updatedAt }) => updatedAt >= since).slice(from, from + 100)
      const page = items.map(({ updatedAt, ...one }) => ({
        ...one,
        updated_at: new Date(updatedAt).toISOString(),
      }))
      return Promise.resolve(answer(200, page))
    }
    const cursor = newGitlabCursor()
    const ends = async () =>
      told(await round(get, cursor)).filter((line) => line.endsWith('finished'))
    const [first, second] = [await ends(), await ends()]
    expect(first).toHaveLength(10_000)
    expect(new Set([...first, ...second]).size).toBe(10_150)
  })

  it('takes pipelines for runs where that is wanted', async () => {
    const pipeline = { ...job(7, 'success'), ref: 'main' }
    const get = serve({
      [`${API}/pipelines`]: [{ id: 7, status: 'success' }],
      [`${API}/pipelines/7`]: pipeline,
    })
    const turns = await round(get, newGitlabCursor(), { runs: 'pipelines' })
    expect(told(turns)).toEqual(['7 queued', '7 started', '7 finished'])
  })

  it('puts aside a job that cannot be read, and goes on; a deleted pipeline is let go', async () => {
    const cursor = newGitlabCursor()
    const broken = pages([{ id: 7, status: 'running' }], [{ id: 1 }, job(2, 'success')])
    const turns = await round(serve(broken), cursor)
    expect(turns.flatMap(({ refused }) => refused)).toMatchObject([{ reason: 'missing-field' }])
    expect(told(turns)).toHaveLength(3)
    expect((await round(serve(broken), cursor)).flatMap(({ refused }) => refused)).toEqual([])
    await round(serve({ [`${API}/pipelines`]: [] }), cursor)
    expect(cursor.projects['group/app']?.pipelines['7']?.isOpen).toBe(false)
  })
})

describe('the row of the source table', () => {
  const values = {
    name: 'ours',
    url: 'https://gitlab.example',
    projects: ['group/app'],
    token: 't',
    log_hosts: [],
  }
  it('sends the token to the server alone, and puts its name into each fact', async () => {
    const source = GITLAB.open({ ...values, runs: 'jobs', every: 30_000, horizon: 86_400_000 })
    expect(source).toMatchObject({ addresses: ['https://gitlab.example'], everyMs: 30_000 })
    expect(await source.authorize?.('https://gitlab.example/api')).toEqual({ 'private-token': 't' })
    const world = pages([{ id: 7, status: 'running' }], [job(1, 'pending')])
    const turns: Turn[] = []
    for await (const turn of source.poll(serve(world), source.newCursor(), NOW)) turns.push(turn)
    expect(turns[0]?.facts).toMatchObject([{ source: 'ours', repo: 'group/app' }])
    const open = GITLAB.open({ ...values, token: null, every: 1 })
    expect(open.authorize).toBeUndefined()
  })
})
