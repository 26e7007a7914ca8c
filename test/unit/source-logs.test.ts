/** Logs of GitHub, GitLab and Jenkins: read at the end or as they grow, at a budgeted pace, up to the kind of the failure. */

import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { afterEach, describe, expect, it } from 'vitest'
import { failureKind, SETTLE_MS } from '../../processors/failure-kind/failure-kind.ts'
import { runs } from '../../processors/runs/runs.ts'
import { noteRuns, type OpenLogs } from '../../producers/log/follow.ts'
import { GITHUB } from '../../producers/github/source.ts'
import { GITLAB } from '../../producers/gitlab/source.ts'
import { JENKINS } from '../../producers/jenkins/source.ts'
import type { Source } from '../../producers/source.ts'
import type { LogExcerpt } from '../../schemas/events.ts'
import { startCiServer, type Play, type PlayedAnswer } from '../support/ci-server.ts'
import { dataDir } from '../support/data.ts'
import { aFact, aRun } from '../support/facts.ts'
import { playGithub, type WorldRun } from '../support/github-world.ts'
import { byRange, progressive } from '../support/log-worlds.ts'
import { handPace, roundOf, testClient, testSession } from '../support/polling.ts'
import { topologyDriver } from '../support/topology-driver.ts'

const NOW = Date.parse('2026-01-02T12:00:00Z')
const MINUTE_MS = 60_000
const minute = (count: number) => NOW + count * MINUTE_MS
const iso = (at: number) => new Date(at).toISOString()
const NETWORK = 'fatal: unable to access https://git.example/r: Could not resolve host: git.example'
const NOISE = 'downloading, unpacking, waiting\n'.repeat(400)
const NOT_FOUND: PlayedAnswer = { status: 404, body: { message: 'Not Found' } }
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})
const serverOf = async (play: Play) => {
  const server = await startCiServer(play)
  cleanups.push(server.close)
  return server
}
/** Rounds of a source, and what the processors make of them. */
const watch = (source: Source) => {
  const pace = handPace(NOW)
  const client = testClient(source, pace, { silenceMs: 500 })
  cleanups.push(client.close)
  const { session, notes } = testSession(source, client, pace)
  const driver = topologyDriver([runs, failureKind])
  const excerpts: LogExcerpt[] = []
  const round = async (more = 0) => {
    pace.move(more)
    const { batches, error } = await roundOf(session)
    for (const { offers } of batches)
      for (const { topic, record } of offers) {
        if (topic === 'ci.log-excerpts.v1') excerpts.push(record as LogExcerpt)
        driver.pipe(topic, record)
      }
    driver.advance(pace.now())
    return error
  }
  const kinds = () =>
    driver
      .read('ci.failure-kinds.v1')
      .map(({ runId, kind, cause, isFinal }) => [runId, kind, cause, isFinal].join(' '))
  const sightings = () => {
    driver.advance(pace.now() + SETTLE_MS)
    return driver.read('ci.failure-sightings.v1')
  }
  return { round, kinds, sightings, excerpts, notes, pace }
}
const texts = (excerpts: readonly LogExcerpt[]) =>
  excerpts.flatMap(({ lines }) => lines.map(({ line, text }) => `${line} ${text}`))
const COMMON = {
  name: 'ci',
  token: 'secret',
  every: 30_000,
  horizon: 86_400_000,
  logs: 20,
  log_budget: 32,
}

describe('logs of GitHub', () => {
  const jobOf = (id: number, conclusion: string) => ({
    ...{ id, name: `job ${id}`, status: 'completed', conclusion },
    ...{ createdAt: minute(-9), startedAt: minute(-8), completedAt: minute(-1) },
  })
  const world: WorldRun = {
    ...{ id: 1, attempt: 1, status: 'completed', conclusion: 'failure' },
    ...{ createdAt: minute(-9), updatedAt: minute(-1) },
    jobs: [[jobOf(10, 'failure'), jobOf(11, 'success'), jobOf(12, 'cancelled')]],
  }
  const start = async (log: Play, runsThere = [world]) => {
    const store = await serverOf(log)
    let isReady = true
    const jobs = playGithub(() => ({ runs: runsThere, pulls: [] }))
    const api = await serverOf((request) => {
      const [, id] = /\/actions\/jobs\/(\d+)\/logs$/.exec(request.path) ?? []
      if (id === undefined) return jobs(request)
      if (!isReady) return NOT_FOUND
      return { status: 302, headers: { location: `${store.url}/${id}?sig=s` } }
    })
    const values = {
      ...COMMON,
      ...{ api: api.url, repos: ['o/r'], token: 'secret', log_hosts: [store.url] },
      ...{ app_id: null, installation: null, private_key: null, webhook_secret: null },
      ...{ runs: 200, pulls: false, reviews: false, files: false, issues: false },
    }
    const setReady = (next: boolean) => {
      isReady = next
    }
    return { api, store, values, setReady }
  }
  const asked = (requests: readonly { path: string }[]) =>
    requests.filter(({ path }) => path.endsWith('/logs')).map(({ path }) => path)

  it('are read of failed jobs alone, where GitHub sends us, without our token there', async () => {
    const { api, store, values } = await start((request) =>
      byRange(`${iso(minute(-5))} ##[error]${NETWORK}\n${NOISE}`, request),
    )
    const { round, kinds, sightings, excerpts } = watch(GITHUB.open(values))
    expect(await round()).toBeNull()
    expect(asked(api.requests)).toEqual(['/repos/o/r/actions/jobs/10/logs'])
    expect(api.requests[0]?.headers.authorization).toBe('Bearer secret')
    expect(store.requests.map(({ headers }) => headers.authorization)).toEqual([undefined])
    expect(kinds().at(-1)).toBe('10 infrastructure network true')
    expect(excerpts.at(-1)).toMatchObject({ log: 'job log', isEnd: true, linesRead: 401 })
    expect(sightings()).toMatchObject([{ runId: '10', kind: 'infrastructure' }])
    await round(30_000)
    expect(asked(api.requests)).toHaveLength(1)
  })

  it('that are not there yet are read later; one that never comes is named and let go', async () => {
    const { api, values, setReady } = await start((request) => byRange(`${NETWORK}\n`, request))
    setReady(false)
    const first = watch(GITHUB.open(values))
    await first.round()
    setReady(true)
    await first.round(30_000)
    expect(first.kinds().at(-1)).toBe('10 infrastructure network true')
    setReady(false)
    const second = watch(GITHUB.open(values))
    for (let i = 0; i < 8; i += 1) expect(await second.round(30_000)).toBeNull()
    expect(second.notes).toEqual([
      { oddity: 'unread-part', detail: 'the log of run 10: answered 404' },
    ])
    expect(asked(api.requests)).toHaveLength(2 + 5)
  })

  it('are never looked for on a host that is not configured, and nothing else suffers', async () => {
    const { values, store } = await start((request) => byRange(`${NETWORK}\n`, request))
    const { round, notes } = watch(GITHUB.open({ ...values, log_hosts: ['http://127.0.0.1:9'] }))
    for (let i = 0; i < 5; i += 1) expect(await round(30_000)).toBeNull()
    expect(store.requests).toEqual([])
    expect(notes.at(-1)?.detail).toContain('is not configured')
  })

  it('are not asked for without a token, nor of runs that ended long ago', async () => {
    const { api, values } = await start((request) => byRange(`${NETWORK}\n`, request))
    await watch(GITHUB.open({ ...values, token: null })).round()
    const late = watch(GITHUB.open(values))
    late.pace.move(2 * 60 * MINUTE_MS)
    await late.round()
    expect(asked(api.requests)).toEqual([])
  })

  it.each(['hang', 'cut', 'break', 'truncate'] as const)(
    'come whole after a connection with the fault %s',
    async (fault) => {
      const log = `${NOISE}${NETWORK}\n${NOISE}##[error]Process completed with exit code 128.\n`
      const faulty = { from: 0, to: fault === 'truncate' ? 0 : 4 }
      let requests = 0
      const { values } = await start((request) => {
        const isFaulty = requests >= faulty.from && requests < faulty.to
        requests += 1
        return { ...byRange(log, request), ...(isFaulty && { fault }) }
      })
      const { round, excerpts, sightings } = watch(GITHUB.open(values))
      for (let i = 0; i < 5; i += 1) await round(120_000)
      const read = excerpts.filter(({ linesRead }) => linesRead > 0)
      expect(read).toHaveLength(1)
      expect(read[0]).toMatchObject({ linesRead: 802, isEnd: true })
      expect(texts(read)).toContain(`401 ${NETWORK}`)
      expect(sightings()).toHaveLength(1)
    },
  )

  const folder = dataDir('pytorch-failure-logs')
  it.skipIf(folder === null)('as recorded come through HTTP as they do out of a file', async () => {
    const rows = parse<{ file: string }>(readFileSync(join(folder ?? '', 'labels.csv')), {
      columns: true,
    })
    const logs = rows.slice(0, 8).map(({ file }) => {
      const bytes = readFileSync(join(folder ?? '', file))
      return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8')
    })
    const jobs = logs.map((_, i) => jobOf(i, 'failure'))
    const { values } = await start(
      (request) => byRange(logs[Number(request.path.slice(1))] ?? '', request),
      [{ ...world, jobs: [jobs] }],
    )
    const { round, excerpts, kinds } = watch(GITHUB.open(values))
    await round()
    logs.forEach((log, i) => {
      const ends = excerpts.filter(({ runId, isEnd }) => runId === String(i) && isEnd)
      expect(ends.map(({ linesRead }) => linesRead)).toEqual([log.trimEnd().split('\n').length])
    })
    expect(new Set(kinds().map((said) => said.split(' ')[0])).size).toBe(logs.length)
  })
})

describe('traces of GitLab', () => {
  const start = async (isRanged: boolean) => {
    const at = { log: '', status: 'running', endedAt: null as number | null }
    const server = await serverOf((request) => {
      if (request.path.endsWith('/pipelines')) return { body: [{ id: 7, status: at.status }] }
      if (request.path.endsWith('/pipelines/7/jobs'))
        return {
          body: [
            {
              ...{ id: 5, name: 'test', status: at.status, created_at: iso(minute(-2)) },
              ...{
                started_at: iso(minute(-1)),
                finished_at: at.endedAt === null ? null : iso(at.endedAt),
              },
            },
          ],
        }
      if (!request.path.endsWith('/projects/g%2Fa/jobs/5/trace')) return NOT_FOUND
      return isRanged ? byRange(at.log, request) : { body: at.log }
    })
    const values = {
      ...COMMON,
      url: server.url,
      projects: ['g/a'],
      runs: 'jobs',
      logs_every: 60_000,
      log_hosts: [],
    }
    return { server, at, watching: watch(GITLAB.open(values)) }
  }

  it.each([true, false])(
    'are read as they grow, each line once, where ranges are heeded: %s',
    async (isRanged) => {
      const { server, at, watching } = await start(isRanged)
      const { round, kinds, excerpts, sightings } = watching
      at.log = `section_start:1:prepare\r\u001b[0K\u001b[32;1mRunning\u001b[0;m\n${NETWORK}\nhalf of a li`
      await round()
      expect(kinds()).toEqual(['5 infrastructure network false'])
      at.log += 'ne that failed: error\n'
      await round(10_000)
      expect(server.requests.filter(({ path }) => path.endsWith('/trace'))).toHaveLength(1)
      await round(60_000)
      at.log += 'ERROR: Job failed: exit code 1\n'
      at.status = 'failed'
      at.endedAt = minute(2)
      await round(60_000)
      expect(texts(excerpts)).toEqual([
        `2 ${NETWORK}`,
        '3 half of a line that failed: error',
        ...texts(excerpts).slice(2),
      ])
      expect(excerpts.at(-1)).toMatchObject({ log: 'trace', linesRead: 4, isEnd: true })
      expect(sightings()).toHaveLength(1)
      const asked = server.requests.length
      await round(60_000)
      expect(server.requests.slice(asked).filter(({ path }) => path.endsWith('/trace'))).toEqual([])
    },
  )

  it('of a job that passes are let go', async () => {
    const { server, at, watching } = await start(true)
    at.log = 'warning: this may fail\n'
    await watching.round()
    at.status = 'success'
    at.endedAt = minute(1)
    await watching.round(90_000)
    await watching.round(90_000)
    expect(server.requests.filter(({ path }) => path.endsWith('/trace'))).toHaveLength(1)
    expect(watching.sightings()).toEqual([])
  })
})

describe('console logs of Jenkins', () => {
  const start = async (marks: number) => {
    const at = { log: '', result: null as string | null }
    const server = await serverOf((request) => {
      if (request.path === '/job/team/job/app/api/json') {
        const building = at.result === null
        const build = { number: 3, timestamp: minute(-1), duration: building ? 0 : 120_000 }
        return { body: { allBuilds: [{ ...build, result: at.result, building }] } }
      }
      return request.path === '/job/team/job/app/3/logText/progressiveText'
        ? progressive(at.log, request, at.result === null, marks)
        : NOT_FOUND
    })
    const values = {
      ...COMMON,
      url: server.url,
      jobs: ['team/app'],
      repo: null,
      user: null,
      logs_every: 60_000,
    }
    return { server, at, watching: watch(JENKINS.open(values)) }
  }
  const starts = (requests: readonly { path: string; query: URLSearchParams }[]) =>
    requests.flatMap(({ path, query }) =>
      path.endsWith('Text') ? [Number(query.get('start'))] : [],
    )

  it.each([0, 100])(
    'are read on from where they were left, with %s bytes that are not shown',
    async (marks) => {
      const { server, at, watching } = await start(marks)
      const { round, kinds, excerpts, sightings } = watching
      at.log = `Started by timer\n${NETWORK}\n`
      await round()
      expect(kinds()).toEqual(['3 infrastructure network false'])
      const first = at.log.length
      at.log += `${NOISE}Finished: FAILURE\n`
      at.result = 'FAILURE'
      await round(60_000)
      expect(starts(server.requests)).toEqual([0, first + marks])
      expect(texts(excerpts).filter((line) => line.includes('resolve'))).toEqual([`2 ${NETWORK}`])
      expect(excerpts.at(-1)).toMatchObject({ log: 'console', isEnd: true, linesRead: 403 })
      expect(sightings()).toMatchObject([{ runId: '3', kind: 'infrastructure' }])
    },
  )

  it('go on at the beginning of a line that was half there', async () => {
    const { server, at, watching } = await start(0)
    at.log = 'Started by timer\njava.lang.Nul'
    await watching.round()
    at.log += 'lPointerException: it is null\nFinished: FAILURE\n'
    at.result = 'FAILURE'
    await watching.round(60_000)
    expect(starts(server.requests)).toEqual([0, 'Started by timer\n'.length])
    expect(texts(watching.excerpts)).toContain('2 java.lang.NullPointerException: it is null')
  })
})

describe('what is remembered of logs', () => {
  const service = { name: 'log', isLive: true }
  it('is bounded, and left alone where no logs are wanted', () => {
    const logs: OpenLogs = {}
    const started = Array.from({ length: 50 }, (_, i) =>
      aFact(aRun({ runId: String(i) }), 'started', NOW),
    )
    noteRuns(logs, started, service, { roundLogs: 20 }, NOW)
    expect(Object.keys(logs)).toHaveLength(20)
    const ended = Array.from({ length: 3000 }, (_, i) =>
      aFact(aRun({ runId: String(i) }), 'finished', NOW, { outcome: 'failure' }),
    )
    noteRuns(logs, ended, service, { roundLogs: 20 }, NOW)
    expect(Object.keys(logs)).toHaveLength(1000)
    const none: OpenLogs = {}
    expect(noteRuns(none, ended, service, { roundLogs: 0 }, NOW)).toEqual([])
    expect(none).toEqual({})
  })
})
