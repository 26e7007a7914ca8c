import { describe, expect, it } from 'vitest'
import {
  newJenkinsCursor,
  pollJenkins,
  type JenkinsConfig,
  type JenkinsCursor,
} from '../../producers/jenkins/poll.ts'
import { JENKINS } from '../../producers/jenkins/source.ts'
import type { Get } from '../../producers/payload/reach.ts'
import type { Turn } from '../../producers/payload/turn.ts'
import { answer, serve } from '../support/answers.ts'

const NOW = Date.parse('2026-01-02T12:00:00Z')
const config: JenkinsConfig = {
  source: 'jenkins',
  url: 'https://ci.example/',
  jobs: ['team/app'],
  repo: null,
  pageBuilds: 3,
  maxPages: 5,
  logs: { roundLogs: 0, roundBytes: 0, everyMs: 0 },
}
const JOB = '/job/team/job/app'
const build = (number: number, result: string | null) => ({
  number,
  timestamp: NOW - 600_000 + number,
  duration: result === null ? 0 : 1000,
  result,
  building: result === null,
})
const round = async (get: Get, cursor: JenkinsCursor) => {
  const turns: Turn[] = []
  for await (const turn of pollJenkins(get, cursor, config, NOW)) turns.push(turn)
  return turns
}
const told = (turns: readonly Turn[]) =>
  turns
    .flatMap(({ facts }) => facts)
    .map(({ runId, kind, step }) => `${runId} ${kind}${step === null ? '' : ` ${step}`}`)
const stage = (status: string) => ({
  id: '6',
  name: 'Test',
  status,
  startTimeMillis: NOW - 500_000,
})

describe('a round of polling', () => {
  it('hears builds and their stages as they go on, and each fact once', async () => {
    const cursor = newJenkinsCursor()
    const world = (result: string | null, status: string) =>
      serve({
        [`${JOB}/api/json`]: { allBuilds: [build(2, result), build(1, 'SUCCESS')] },
        [`${JOB}/2/wfapi/describe`]: { stages: [stage(status)] },
      })
    expect(told(await round(world(null, 'IN_PROGRESS'), cursor))).toEqual([
      ...['1 started', '1 finished', '2 started', '2 stepStarted Test'],
    ])
    expect(told(await round(world(null, 'IN_PROGRESS'), cursor))).toEqual([])
    const kept = JSON.parse(JSON.stringify(cursor)) as JenkinsCursor
    expect(told(await round(world('FAILURE', 'FAILED'), kept))).toEqual([
      ...['2 stepFinished Test', '2 finished'],
    ])
    expect(kept.jobs['team/app']).toEqual({ newest: 2, open: {}, logs: {} })
  })

  it('goes back page by page to the newest build it knows', async () => {
    const cursor = newJenkinsCursor()
    const asked: string[] = []
    const world =
      (newest: number): Get =>
      (url) => {
        const tree = new URL(url).searchParams.get('tree')
        if (tree === null) return Promise.resolve(answer(404, 'no'))
        asked.push(tree.slice(tree.indexOf('{')))
        const [from = 0, to = 0] = (/\{(\d+),(\d+)\}/.exec(tree) ?? []).slice(1).map(Number)
        const all = Array.from({ length: newest }, (_, i) => build(newest - i, 'SUCCESS'))
        return Promise.resolve(answer(200, { allBuilds: all.slice(from, to) }))
      }
    await round(world(4), cursor)
    expect(asked).toEqual(['{0,3}'])
    const turns = await round(world(9), cursor)
    expect(asked.slice(1)).toEqual(['{0,3}', '{3,6}'])
    expect(told(turns)).toEqual([5, 6, 7, 8, 9].flatMap((n) => [`${n} started`, `${n} finished`]))
    expect(turns[0]?.facts[0]).toMatchObject({ job: 'team/app', repo: 'team' })
  })

  it('says how many builds it passed over where it was away for too long', async () => {
    const cursor = newJenkinsCursor()
    const world =
      (newest: number): Get =>
      (url) => {
        const tree = new URL(url).searchParams.get('tree') ?? ''
        const [from = 0, to = 0] = (/\{(\d+),(\d+)\}/.exec(tree) ?? []).slice(1).map(Number)
        const all = Array.from({ length: newest }, (_, i) => build(newest - i, 'SUCCESS'))
        return Promise.resolve(
          tree === '' ? answer(404, 'no') : answer(200, { allBuilds: all.slice(from, to) }),
        )
      }
    await round(world(4), cursor)
    const turns = await round(world(30), cursor)
    expect(turns.flatMap(({ notes }) => notes)).toEqual([
      {
        oddity: 'unread-part',
        detail: '11 builds of team/app before the newest were passed over',
      },
    ])
    expect(told(turns)).toHaveLength(2 * 15)
  })

  it('takes what is no list of builds for no answer: a build that goes on is not forgotten', async () => {
    const cursor = newJenkinsCursor()
    const world = (page: unknown) => serve({ [`${JOB}/api/json`]: page })
    await round(world({ allBuilds: [build(1, null)] }), cursor)
    await expect(round(world({ message: 'Server Error' }), cursor)).rejects.toThrow('allBuilds')
    expect(told(await round(world({ allBuilds: [build(1, 'SUCCESS')] }), cursor))).toEqual([
      '1 finished',
    ])
  })

  it('puts aside a build that cannot be read, once, and goes on', async () => {
    const cursor = newJenkinsCursor()
    const builds = [build(3, 'SUCCESS'), { number: 2 }]
    const world = serve({ [`${JOB}/api/json`]: { allBuilds: builds } })
    const turns = await round(world, cursor)
    expect(turns.flatMap(({ refused }) => refused)).toMatchObject([{ reason: 'missing-field' }])
    expect(told(turns)).toEqual(['3 started', '3 finished'])
    expect(await round(world, cursor)).toEqual([])
  })

  it('keeps to the path of the job', async () => {
    const asked: string[] = []
    const jobs = ['a b/../c?d']
    const get = serve({}, asked)
    const turns = pollJenkins(get, newJenkinsCursor(), { ...config, jobs }, NOW)
    await expect(turns.next()).rejects.toThrow('a folder or job cannot be named')
    expect(asked).toEqual([])
  })
})

describe('the row of the source table', () => {
  it('sends user and token as Jenkins wants them', async () => {
    const values = { name: 'ci', url: 'https://ci.example', jobs: ['a'], repo: 'o/r', every: 1000 }
    const source = JENKINS.open({ ...values, user: 'me', token: 't' })
    expect(source).toMatchObject({ name: 'ci', addresses: ['https://ci.example'], everyMs: 1000 })
    expect(await source.authorize?.('https://ci.example')).toEqual({
      authorization: 'Basic bWU6dA==',
    })
    expect(JENKINS.open({ ...values, user: null, token: null }).authorize).toBeUndefined()
  })
})
