import { describe, expect, it } from 'vitest'
import type { Get } from '../../producers/payload/reach.ts'
import type { Turn } from '../../producers/payload/turn.ts'
import { newCursor, type ProwCursor } from '../../producers/prow/cursor.ts'
import { SourceError } from '../../producers/polling/source-error.ts'
import { pollProw } from '../../producers/prow/poll.ts'
import { answer } from '../support/answers.ts'
import { config, iso, MINUTE_MS, prowJob, serve, START, type World } from '../support/prow-world.ts'

const round = async (cursor: ProwCursor, world: World, asked: string[] = []): Promise<Turn[]> => {
  const turns: Turn[] = []
  const now = START + world.minute * MINUTE_MS
  for await (const turn of pollProw(serve(world, asked), cursor, config, now)) turns.push(turn)
  return turns
}
const tell = (turns: readonly Turn[]) => [
  ...turns
    .flatMap(({ facts }) => facts)
    .map(({ kind, step, outcome, labels }) =>
      [kind, step, outcome, labels['capacity'] ?? labels['reason'] ?? labels['node']]
        .filter(Boolean)
        .join(' '),
    ),
  ...turns.flatMap(({ tests }) => tests).map(({ test, status }) => `${test} ${status}`),
]

describe('rounds of polling', () => {
  it('hear a run from its queue to its end, and what goes on inside', async () => {
    const cursor = newCursor()
    const heard: Record<number, string[]> = {}
    for (const minute of [0, 2, 20, 32, 34, 37, 39, 41, 42])
      heard[minute] = tell(await round(cursor, { minute }))
    expect(heard).toEqual({
      0: ['queued'],
      2: ['started', 'stepStarted acquire-lease', 'logProgress acquire-lease'],
      20: [],
      32: ['logProgress acquire-lease starved'],
      34: ['stepFinished acquire-lease success', 'stepStarted e2e-test', 'logProgress e2e-test'],
      37: ['testsReported', 'a passed', 'b failed'],
      39: ['stepFinished e2e-test failure', 'logProgress'],
      41: [
        'finished failure',
        'logProgress executing_graph:step_failed',
        'logProgress',
        'logProgress n1',
      ],
      42: [],
    })
    expect(cursor.open).toEqual({})
  })

  it('say the same where the log comes whole each time', async () => {
    const facts = async (heedsRange: boolean) => {
      const cursor = newCursor()
      const turns: Turn[] = []
      for (const minute of [2, 32, 34, 39, 41])
        turns.push(...(await round(cursor, { minute, heedsRange })))
      return turns.flatMap((turn) => turn.facts)
    }
    expect(await facts(false)).toEqual(await facts(true))
  })

  it('read the past runs of a job once, under the repository of those listed', async () => {
    const cursor = newCursor()
    const past = { ...config, history: ['periodic-e2e', '..'] }
    for (let i = 0; i < 2; i += 1) {
      const turns: Turn[] = []
      for await (const turn of pollProw(serve({ minute: 0 }), cursor, past, START)) turns.push(turn)
      const facts = turns.flatMap((turn) => turn.facts).filter(({ runId }) => runId === '10')
      expect(facts.map(({ repo, kind }) => `${repo} ${kind}`)).toEqual(
        i === 0 ? ['o/r started', 'o/r finished'] : [],
      )
    }
  })

  it('read past runs page by page, those of presubmits too, up to so many', async () => {
    const pages = (builds: readonly number[], before: string | null) => {
      const from = before === null ? 0 : builds.findIndex((id) => String(id) === before) + 1
      const shown = builds.slice(from, from + 20).map((id) => ({
        ...{ ID: String(id), Started: iso(-90 - (500 - id) * 10), Duration: 60e9 },
        Result: id % 2 === 0 ? 'SUCCESS' : 'FAILURE',
      }))
      return answer(200, `<script>var allBuilds = ${JSON.stringify(shown)};</script>`)
    }
    const ids = (count: number) => Array.from({ length: count }, (_, i) => 500 - i)
    const builds: Readonly<Record<string, readonly number[]>> = {
      '/job-history/gs/b-1/logs/periodic-e2e': ids(250),
      '/job-history/gs/b-1/pr-logs/directory/pull-unit': ids(47),
    }
    let isDown = true
    const get: Get = (url, asking) => {
      const { pathname, searchParams } = new URL(url)
      if (!pathname.startsWith('/job-history')) return serve({ minute: 0 })(url, asking)
      if (isDown && pathname.endsWith('pull-unit')) return Promise.resolve(answer(500, 'oops'))
      return Promise.resolve(pages(builds[pathname] ?? [], searchParams.get('buildId')))
    }
    const cursor = newCursor()
    const past = { ...config, history: ['periodic-e2e', 'pull-unit'], historyRuns: 100 }
    const ends = async () => {
      const found: string[] = []
      for await (const { facts } of pollProw(get, cursor, past, START))
        for (const { kind, job, runId } of facts)
          if (kind === 'finished') found.push(`${job} ${runId}`)
      return found
    }
    expect(await ends()).toEqual(ids(100).map((id) => `periodic-e2e ${id}`))
    isDown = false
    expect(await ends()).toEqual(ids(47).map((id) => `pull-unit ${id}`))
    expect(await ends()).toEqual([])
  })

  it('take the end of a run that Prow forgot from its bucket', async () => {
    const cursor = newCursor()
    await round(cursor, { minute: 20 })
    const turns = await round(cursor, { minute: 45, forgets: true })
    expect(turns.flatMap(({ facts }) => facts)[0]).toMatchObject({
      kind: 'finished',
      outcome: 'failure',
      eventAt: START + 40 * MINUTE_MS,
    })
    expect(cursor.jobs).toEqual({})
  })

  it('hear the runs of deck while the object store is away, and lose nothing that lies there', async () => {
    const minutes = [0, 2, 32, 34, 37, 39, 41, 42, 43, 44, 45, 46]
    const heard = async (awayAt: readonly number[]) => {
      const cursor = newCursor()
      const turns: Turn[] = []
      for (const minute of minutes) {
        const there = serve({ minute })
        const isAway = awayAt.includes(minute)
        const get: Get = (url, asking) => {
          if (!isAway || new URL(url).host !== 'storage.example') return there(url, asking)
          // At times it answers, and breaks off.
          if (!url.endsWith('build-log.txt') || minute % 2 === 0)
            return Promise.reject(new SourceError('unreachable', 'it is down'))
          return there(url, asking).then((whole) => ({
            ...whole,
            body: (async function* () {
              for await (const piece of whole.body) yield piece
              throw new SourceError('timeout', 'it fell silent')
            })(),
          }))
        }
        const now = START + minute * MINUTE_MS
        for await (const turn of pollProw(get, cursor, config, now)) turns.push(turn)
      }
      return { ids: tell(turns).toSorted(), open: cursor.open, turns }
    }
    const well = await heard([])
    const away = await heard([34, 37, 39, 41, 42, 43, 44])
    expect(away.ids).toEqual(well.ids)
    expect(away.open).toEqual({})
    expect(away.turns.flatMap(({ notes }) => notes)).toContainEqual({
      oddity: 'unread-part',
      detail: 'the object store: timeout',
    })
  })

  it('ask no host but those configured', async () => {
    const asked: string[] = []
    const cursor = newCursor()
    for (const minute of [0, 20, 37, 41]) await round(cursor, { minute }, asked)
    const hosts = new Set(asked.map((address) => address.split('/')[0]))
    expect([...hosts].sort()).toEqual(['deck.example', 'storage.example'])
  })

  it('end where the list is no list, and remember what they did', async () => {
    const html: Get = () => Promise.resolve(answer(200, '<html>Sign in</html>'))
    const turns = pollProw(html, newCursor(), config, START)
    await expect(turns.next()).rejects.toThrow('the list is no JSON, or broke off')
  })

  it('put a job that cannot be read into the dead letters, once, and go on', async () => {
    const items = [{ metadata: { name: 'x' }, spec: {}, status: { state: 'pending' } }, prowJob(0)]
    const get: Get = () => Promise.resolve(answer(200, JSON.stringify({ items })))
    const cursor = newCursor()
    const turns: Turn[] = []
    for (let i = 0; i < 2; i += 1)
      for await (const turn of pollProw(get, cursor, config, START)) turns.push(turn)
    expect(turns.flatMap(({ refused }) => refused)).toMatchObject([
      { reason: 'missing-field', detail: 'spec.job is missing' },
    ])
    expect(tell(turns)).toEqual(['queued'])
  })

  it('pass over a job with a field of 10 MB, say so, and hear the others', async () => {
    const long = { metadata: { name: 'long' }, spec: { job: 'x'.repeat(10_000_000) } }
    const get: Get = (url, asking) =>
      new URL(url).pathname === '/prowjobs.js'
        ? Promise.resolve(answer(200, { items: [long, prowJob(0)] }))
        : serve({ minute: 0 })(url, asking)
    const turns: Turn[] = []
    for await (const turn of pollProw(get, newCursor(), config, START)) turns.push(turn)
    expect(turns.flatMap(({ facts }) => facts).map(({ kind }) => kind)).toEqual(['queued'])
    expect(turns.flatMap(({ notes }) => notes)).toEqual([
      { oddity: 'unread-part', detail: '1 jobs of the list are no objects, or over 4 MB' },
    ])
  })

  it('take a job whose name every object has for a job like others', async () => {
    const odd = (name: string) => ({ ...prowJob(20), metadata: { name } })
    const text = JSON.stringify({ items: [odd('constructor'), odd('__proto__')] })
    const get: Get = (url) => Promise.resolve(answer(url.includes('prowjobs') ? 200 : 404, text))
    const cursor = newCursor()
    for await (const { facts } of pollProw(get, cursor, config, START + 20 * MINUTE_MS))
      expect(facts.every(({ runId }) => runId === '11')).toBe(true)
    expect(Object.keys(cursor.open)).toEqual(['.constructor', '.__proto__'])
    expect(({} as Record<string, unknown>)['isStarted']).toBeUndefined()
  })

  it('keep the count of retests of one change', async () => {
    const refs = { org: 'o', repo: 'r', pulls: [{ number: 1, sha: 's' }] }
    const retest = (n: number) => ({
      metadata: { name: `u${n}` },
      spec: { type: 'presubmit', job: 'unit', refs },
      status: { startTime: iso(n), build_id: String(n), state: 'triggered' },
    })
    const get: Get = () =>
      Promise.resolve(answer(200, JSON.stringify({ items: [retest(2), retest(1), retest(3)] })))
    const turns: Turn[] = []
    for await (const turn of pollProw(get, newCursor(), config, START + 5 * MINUTE_MS))
      turns.push(turn)
    const told = turns.flatMap(({ facts }) => facts)
    expect(told.map(({ runId, labels }) => [runId, labels['retest']])).toEqual([
      ['2', '1'],
      ['1', undefined],
      ['3', '2'],
    ])
  })
})
