import { afterEach, describe, expect, it } from 'vitest'
import { newGithubCursor, type GithubCursor } from '../../producers/github/cursor.ts'
import { pollGithub } from '../../producers/github/poll.ts'
import type { GithubConfig } from '../../producers/github/round.ts'
import type { Batch } from '../../producers/polling/session.ts'
import type { Source } from '../../producers/source.ts'
import type { PullEvent, RunEvent } from '../../schemas/events.ts'
import { startCiServer, type Play, type PlayedAnswer } from '../support/ci-server.ts'
import {
  playGithub,
  type GithubWorld,
  type WorldJob,
  type WorldPull,
  type WorldRun,
} from '../support/github-world.ts'
import { handPace, roundOf, testClient, testSession } from '../support/polling.ts'

const NOW = Date.parse('2026-01-02T12:00:00Z')
const MINUTE_MS = 60_000
const minute = (count: number) => NOW + count * MINUTE_MS
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})

const jobOf = (id: number, more: Partial<WorldJob> = {}): WorldJob => ({
  id,
  name: `job ${id}`,
  status: 'completed',
  conclusion: 'success',
  createdAt: minute(-30),
  startedAt: minute(-29),
  completedAt: minute(-20),
  ...more,
})
const runOf = (id: number, more: Partial<WorldRun> = {}): WorldRun => ({
  id,
  attempt: 1,
  status: 'completed',
  conclusion: 'success',
  createdAt: minute(-30),
  updatedAt: minute(-20),
  jobs: [[jobOf(id * 10)]],
  ...more,
})
const pullOf = (number: number, more: Partial<WorldPull> = {}): WorldPull => ({
  number,
  createdAt: minute(-60),
  updatedAt: minute(-50),
  sha: 'a',
  ...more,
})
const RUNNING = { status: 'in_progress', conclusion: null }

const start = async (first: GithubWorld, config: Partial<GithubConfig> = {}) => {
  let world = first
  const server = await startCiServer(playGithub(() => world))
  const pace = handPace(NOW)
  const whole: GithubConfig = {
    source: 'github',
    api: server.url,
    repos: ['o/r'],
    horizonMs: 24 * 60 * MINUTE_MS,
    roundRuns: 5000,
    hasPulls: true,
    hasReviews: true,
    hasFiles: false,
    hasIssues: false,
    logs: { roundLogs: 0, roundBytes: 0, everyMs: 0 },
    ...config,
  }
  const source: Source<GithubCursor> = {
    name: 'github',
    addresses: [server.url],
    everyMs: 30_000,
    newCursor: newGithubCursor,
    poll: (get, cursor, now) => pollGithub(get, cursor, whole, now),
  }
  const client = testClient(source, pace)
  cleanups.push(server.close, client.close)
  const { session, notes } = testSession(source as Source, client, pace)
  const round = async () => {
    const { batches, error } = await roundOf(session)
    if (error !== null) throw error
    return batches
  }
  /** What was heard, however the round ended. */
  const attempt = async () => (await roundOf(session)).batches
  const become = (next: GithubWorld) => {
    world = next
    pace.move(30_000)
  }
  return { server, round, attempt, become, notes, world: () => world }
}
const records = (batches: readonly Batch[]) =>
  batches.flatMap(({ offers }) => offers.map(({ record }) => record as RunEvent | PullEvent))
const tell = (batches: readonly Batch[]) =>
  records(batches).map((record) =>
    'pull' in record && !('job' in record)
      ? `pull ${record.pull} ${record.kind}`
      : `${record.runId}#${record.attempt} ${record.kind}`,
  )

describe('a round of polling GitHub', () => {
  it('tells a run from the inside while it goes on, each fact once, and then only changes', async () => {
    const step = (number: number, status: string, conclusion: string | null) => ({
      name: `s${number}`,
      number,
      status,
      conclusion,
    })
    const open = { ...RUNNING, completedAt: null, createdAt: minute(-2), startedAt: minute(-1) }
    const at = { ...RUNNING, createdAt: minute(-2), updatedAt: minute(-1) }
    const first = jobOf(10, { ...open, steps: [step(1, 'in_progress', null)] })
    const { round, become, server } = await start({
      runs: [runOf(1, { ...at, jobs: [[first]] })],
      pulls: [],
    })
    expect(tell(await round())).toEqual(['10#1 queued', '10#1 started', '10#1 stepStarted'])
    const asked = server.requests.length
    expect(tell(await round())).toEqual([])
    expect(server.requests.length - asked).toBe(4)
    const failed = jobOf(10, {
      ...open,
      steps: [step(1, 'completed', 'failure'), step(2, 'in_progress', null)],
    })
    become({ runs: [runOf(1, { ...at, jobs: [[failed]] })], pulls: [] })
    expect(tell(await round())).toEqual(['10#1 stepFinished', '10#1 stepStarted'])
    const ended = jobOf(10, {
      conclusion: 'failure',
      createdAt: minute(-2),
      startedAt: minute(-1),
      completedAt: minute(1),
    })
    become({
      runs: [
        runOf(1, {
          ...at,
          status: 'completed',
          conclusion: 'failure',
          updatedAt: minute(1),
          jobs: [[ended]],
        }),
      ],
      pulls: [],
    })
    expect(tell(await round())).toEqual(['10#1 finished'])
    expect(tell(await round())).toEqual([])
  })

  it('reads all attempts, also those of a run that was created long ago', async () => {
    const copy = jobOf(12, { createdAt: minute(-10) })
    const again = jobOf(13, {
      createdAt: minute(-10),
      startedAt: minute(-9),
      completedAt: minute(-5),
    })
    const two = runOf(1, {
      attempt: 2,
      jobs: [
        [jobOf(10), jobOf(11, { conclusion: 'failure' })],
        [copy, again],
      ],
    })
    const { round, become } = await start({ runs: [two], pulls: [] })
    const ends = (batches: readonly Batch[]) =>
      tell(batches).filter((line) => line.endsWith('finished'))
    expect(ends(await round())).toEqual(['10#1 finished', '11#1 finished', '13#2 finished'])
    const late = jobOf(14, {
      ...RUNNING,
      createdAt: minute(200),
      startedAt: minute(201),
      completedAt: null,
    })
    const old = runOf(9, {
      createdAt: minute(-3000),
      jobs: [[jobOf(90, { createdAt: minute(-3000) })]],
    })
    const fresh = runOf(8, { createdAt: minute(190), updatedAt: minute(190) })
    become({
      runs: [two, fresh, { ...old, ...RUNNING, attempt: 2, jobs: [...old.jobs, [late]] }],
      pulls: [],
    })
    expect(tell(await round())).toContain('14#2 started')
  })

  it('lists more runs than GitHub shows, in windows, oldest first', async () => {
    const runs = Array.from({ length: 2300 }, (_, index) =>
      runOf(index + 1, {
        createdAt: NOW - (2300 - index) * 20_000,
        jobs: [[jobOf(index + 10_000)]],
      }),
    )
    const { round, server } = await start({ runs, pulls: [] }, { hasPulls: false })
    const ends = tell(await round()).filter((line) => line.endsWith('finished'))
    expect(ends).toHaveLength(2300)
    expect(new Set(ends).size).toBe(2300)
    const pages = server.requests.filter(({ query }) => query.has('created'))
    expect(pages.length).toBeLessThan(40)
  })

  it('loses nothing where pages shift while they are read, and doubles nothing', async () => {
    const pulls = Array.from({ length: 350 }, (_, index) =>
      pullOf(index + 1, { updatedAt: minute(-400 + index) }),
    )
    let runs = Array.from({ length: 350 }, (_, index) =>
      runOf(index + 1, { createdAt: minute(-400 + index) }),
    )
    let shown: readonly WorldPull[] = pulls
    const { round, server, become } = await start({ runs, pulls }, { hasReviews: false })
    const playing: Play = playGithub(() => ({ runs, pulls: shown }))
    server.play((request) => {
      const answer = playing(request)
      const page = request.query.get('page')
      // After the first page of each list the world moves on: one changes, one is deleted.
      if (page === '1' && request.path.endsWith('/pulls'))
        shown = shown.map((one) =>
          one.number === 100 ? { ...one, updatedAt: minute(1), sha: 'b' } : one,
        )
      if (page === '1' && request.query.has('created')) runs = runs.filter(({ id }) => id !== 349)
      return answer
    })
    const told = tell(await round())
    const finished = told.filter((line) => line.endsWith('finished'))
    expect(new Set(finished).size).toBe(finished.length)
    expect(finished.length).toBeGreaterThanOrEqual(349)
    expect(told.filter((line) => line.startsWith('pull'))).toHaveLength(349)
    server.play(playing)
    become({ runs, pulls: shown })
    expect(tell(await round())).toEqual(['pull 100 opened'])
  })

  it('tells pull requests with sizes and reviews, and what changes of them', async () => {
    const reviews = [{ id: 5, submittedAt: minute(-55) }]
    const { round, become } = await start({ runs: [], pulls: [pullOf(1, { reviews })] })
    const batches = await round()
    expect(tell(batches)).toEqual(['pull 1 opened', 'pull 1 reviewed'])
    expect(records(batches)[0]).toMatchObject({
      additions: 3,
      repo: 'o/r',
      eventAt: minute(-60),
      observedAt: NOW,
    })
    become({
      runs: [],
      pulls: [pullOf(1, { reviews, sha: 'b', labels: ['lgtm'], updatedAt: minute(-1) })],
    })
    expect(tell(await round())).toEqual(['pull 1 synchronised', 'pull 1 labelled'])
    become({
      runs: [],
      pulls: [pullOf(1, { sha: 'b', labels: ['lgtm'], updatedAt: minute(1), mergedAt: minute(1) })],
    })
    expect(tell(await round())).toEqual(['pull 1 merged'])
    expect(tell(await round())).toEqual([])
  })

  it('tells the files of a pull request where that is asked for', async () => {
    const { round } = await start({ runs: [], pulls: [pullOf(1)] }, { hasFiles: true })
    expect(records(await round())[0]).toMatchObject({ files: ['go.mod', 'main.go'] })
  })

  it('tells issues and comments, each once, and what changes of them', async () => {
    const asked = { hasPulls: false, hasIssues: true }
    const issue = { number: 7, createdAt: minute(-60), updatedAt: minute(-60) }
    const pull = { number: 8, createdAt: minute(-60), updatedAt: minute(-60), isPull: true }
    const comments = [
      { id: 1, number: 7, createdAt: minute(-50) },
      { id: 2, number: 8, createdAt: minute(-40), isPull: true },
    ]
    const start1 = { runs: [], pulls: [], issues: [issue, pull], comments }
    const { round, become } = await start(start1, asked)
    const names = (batches: readonly Batch[]) =>
      records(batches).map(({ eventId }) => eventId.split(':').slice(2).join(':'))
    const first = await round()
    expect(names(first)).toEqual(['issue:7:opened', 'pull:8:commented:2', 'issue:7:commented:1'])
    expect(records(first)[0]).toMatchObject({ author: 'ann', titleWords: 3, bodyWords: 0 })
    expect(records(first)[1]).toMatchObject({ kind: 'commented', actor: 'eve', bodyWords: 3 })
    expect(names(await round())).toEqual([])
    const closed = { ...issue, updatedAt: minute(-1), closedAt: minute(-1), labels: ['bug'] }
    // A comment that is changed long after is no new one.
    const edited = [{ id: 1, number: 7, createdAt: minute(-50), updatedAt: minute(-1) }]
    become({ ...start1, issues: [closed, pull], comments: edited })
    expect(names(await round())).toEqual(['issue:7:labelled:bug', `issue:7:closed:${minute(-1)}`])
    become({ ...start1, issues: [{ ...issue, labels: ['bug'], updatedAt: minute(2) }] })
    expect(names(await round())).toEqual([`issue:7:reopened:${minute(2)}`])
  })

  it('reads the others where one repository cannot be read, and says so', async () => {
    const { round, notes } = await start(
      { runs: [runOf(1)], pulls: [] },
      { repos: ['o/gone', 'o/r'] },
    )
    expect(tell(await round())).toContain('10#1 finished')
    expect(notes).toMatchObject([{ oddity: 'unread-part' }])
  })

  it('goes on where a round broke off: what was not acknowledged is told again', async () => {
    const { round, server } = await start(
      { runs: [runOf(1), runOf(2)], pulls: [] },
      { hasPulls: false },
    )
    const playing = playGithub(() => ({ runs: [runOf(1), runOf(2)], pulls: [] }))
    server.play((request) =>
      request.path.includes('/runs/2/')
        ? { body: 'x'.repeat(1000), isGzipped: true, fault: 'truncate' }
        : playing(request),
    )
    await expect(round()).rejects.toThrow('gzip')
    server.play(playing)
    const ends = tell(await round()).filter((line) => line.endsWith('finished'))
    expect(ends).toEqual(['20#1 finished'])
  })

  it('loses nothing, doubles nothing and keeps the order of each run through any faults', async () => {
    const FAULTS: readonly ((answer: PlayedAnswer) => PlayedAnswer)[] = [
      () => ({ status: 429, headers: { 'retry-after': '3' } }),
      () => ({ status: 403, headers: { 'retry-after': '90' } }),
      () => ({ status: 500, body: 'oops' }),
      () => ({ status: 502, body: '<html>Bad gateway</html>' }),
      () => ({ body: '<html>Sign in</html>' }),
      () => ({ body: { message: 'Server Error' } }),
      () => ({ fault: 'cut' }),
      (answer) => ({ ...answer, fault: 'truncate' }),
      (answer) => ({ ...answer, fault: 'break' }),
      () => ({ status: 404, body: { message: 'Not Found' } }),
    ]
    /** Twelve runs, each a step further from round to round; they end one after the other. */
    const worldAt = (tick: number): GithubWorld => ({
      pulls: [pullOf(1, { updatedAt: minute(tick), sha: `sha ${Math.min(tick, 4)}` })],
      runs: Array.from({ length: 12 }, (_, index) => {
        const isEnded = tick > index
        const [status, conclusion] = isEnded ? ['completed', 'success'] : ['in_progress', null]
        const ends = isEnded ? minute(index + 1) : null
        const job = jobOf(index * 10 + 5, { status, conclusion, completedAt: ends })
        const more = { status, conclusion, updatedAt: minute(Math.min(tick, index + 1)) }
        return runOf(index + 1, { ...more, jobs: [[job]] })
      }),
    })
    const tellAll = async (isFaulty: boolean): Promise<string[]> => {
      const { attempt, become, server } = await start(worldAt(0))
      let tick = 0
      let seed = 7
      const playing = playGithub(() => worldAt(tick))
      server.play((request) => {
        seed = (seed * 48_271) % 2_147_483_647
        const fault = FAULTS[seed % FAULTS.length]
        const isHit = isFaulty && tick < 15 && seed % 100 < 35
        return isHit && fault !== undefined ? fault(playing(request)) : playing(request)
      })
      const told: string[] = []
      for (; tick < 40; tick += 1) {
        become(worldAt(tick))
        told.push(...tell(await attempt()))
      }
      return told
    }
    const [clean, faulty] = [await tellAll(false), await tellAll(true)]
    const runsOf = (all: readonly string[]) => all.filter((line) => !line.startsWith('pull'))
    expect(new Set(runsOf(faulty))).toEqual(new Set(runsOf(clean)))
    expect(runsOf(faulty)).toHaveLength(runsOf(clean).length)
    expect(clean.filter((line) => line.endsWith('finished'))).toHaveLength(12)
    for (const run of new Set(runsOf(clean).map((line) => line.split(' ')[0] ?? '')))
      expect(faulty.filter((line) => line.startsWith(`${run} `))).toEqual(
        clean.filter((line) => line.startsWith(`${run} `)),
      )
  })
})
