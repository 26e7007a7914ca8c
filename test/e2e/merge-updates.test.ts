/** Forecasts of time to merge while pull requests are open, on payloads that GitHub sent, polled and delivered as they are live. */

import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it, onTestFinished } from 'vitest'
import { buildApp } from '../../api/app.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import { newGithubCursor, type GithubCursor } from '../../producers/github/cursor.ts'
import { pollGithub } from '../../producers/github/poll.ts'
import { createGithubWebhook } from '../../producers/github/webhook.ts'
import { createHeardBefore } from '../../producers/polling/heard-before.ts'
import type { Source } from '../../producers/source.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { MergeForecast, MergeScore } from '../../schemas/events.ts'
import { createTestPipeline } from '../support/api-deps.ts'
import { startCiServer } from '../support/ci-server.ts'
import { dataDir } from '../support/data.ts'
import { handPace, roundOf, testClient, testSession } from '../support/polling.ts'
import {
  playRecordedGithub,
  readRecordedGithub,
  type RecordedGithub,
} from '../support/recorded-github.ts'

const folder = dataDir('fixtures/github')
const HOUR_S = 3_600
const PARTS = new Set(['runs', 'stopping', 'priors', 'pull-checks', 'merge-time', 'merge-priors'])

const pipeline = () => {
  const processors = TOPOLOGY.filter(({ name }) => PARTS.has(name))
  expect(processors).toHaveLength(PARTS.size)
  const runtime = new EmbeddedRuntime(':memory:', processors)
  const forecasts: MergeForecast[] = []
  const scores: MergeScore[] = []
  runtime.onCommit((published) => {
    for (const { topic, record } of published)
      if (topic === 'ci.merge-forecasts.v1') forecasts.push(record as MergeForecast)
      else if (topic === 'ci.merge-scores.v1') scores.push(record as MergeScore)
  })
  onTestFinished(() => {
    runtime.close()
  })
  const of = (pull: number) => forecasts.filter((one) => one.pull === pull)
  return { runtime, forecasts, scores, of }
}

/** Polls a recorded GitHub a second after each thing that happened there. */
const polled = async (world: RecordedGithub) => {
  const one = pipeline()
  const pace = handPace(world.instants[0] ?? 0)
  const server = await startCiServer(playRecordedGithub(world, pace.now))
  const logs = { roundLogs: 0, roundBytes: 0, everyMs: 0 }
  const config = {
    ...{ source: 'github', api: server.url, repos: [world.repo], horizonMs: 24 * 3_600_000 },
    ...{ roundRuns: 100, hasPulls: true, hasReviews: true, hasFiles: false, hasIssues: false },
    logs,
  }
  const source: Source<GithubCursor> = {
    ...{ name: 'github', addresses: [server.url], everyMs: 30_000, newCursor: newGithubCursor },
    poll: (get, cursor, now) => pollGithub(get, cursor, config, now),
  }
  const client = testClient(source, pace)
  const { session, notes } = testSession(source as Source, client, pace)
  for (const instant of world.instants) {
    pace.move(Math.max(0, instant + 1_000 - pace.now()))
    const { batches, error } = await roundOf(session)
    if (error !== null) throw error
    for (const { offers } of batches) one.runtime.commit(offers, pace.now())
  }
  await client.close()
  await server.close()
  expect(notes).toEqual([])
  return one
}

describe.skipIf(folder === null)('forecasts of pull requests that GitHub told of', () => {
  const world = readRecordedGithub(folder ?? '')
  const errorOf = (seconds: number, { seconds: actual }: MergeScore): number =>
    Math.abs(Math.log1p(seconds) - Math.log1p(actual))
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, value) => sum + value, 0) / values.length

  it('are renewed by time, reviews and checks, and nearer the older a pull request is', async () => {
    const { of, scores } = await polled(world)
    expect(scores.length).toBeGreaterThan(40)

    // By time: at one hour and each doubling, until it is merged after twelve days.
    const looked = of(19).filter(({ cause }) => cause === 'time')
    const hours = looked.map(({ elapsedSeconds }) => Math.round(elapsedSeconds / HOUR_S))
    expect(hours).toEqual([1, 2, 4, 8, 16, 32, 64, 128, 256])
    expect(of(19)[0]).toMatchObject({ cause: 'opened', signs: [] })

    // By reviews: each that changes what is known, with its sign from then on.
    const reviewed = of(53).filter(({ cause }) => cause === 'reviewed')
    expect(reviewed[0]).toMatchObject({ signs: ['changes requested'] })
    expect(of(53)[0]?.signs).toEqual([])
    expect(of(41).find(({ cause }) => cause === 'reviewed')?.signs).toEqual(['reviewed'])

    // By checks: one was recorded of an open pull request, of a fork and so without its number.
    expect(
      of(136)
        .map(({ cause }) => cause)
        .slice(0, 3),
    ).toEqual(['opened', 'check passed', 'time'])
    expect(of(136)[1]).toMatchObject({ signs: ['checks passed'], checks: [], checksRunning: 0 })
    const without = await polled({ ...world, jobs: [] })
    const atHour = (forecasts: readonly MergeForecast[]): number =>
      forecasts.find(({ cause }) => cause === 'time')?.quantiles['p50'] ?? NaN
    expect(atHour(of(136))).toBeLessThan(atHour(without.of(136)))

    // What was said at the age of eight hours is nearer than what was said of the same ones when they were opened.
    const old = scores.filter(({ merged, seconds }) => merged && seconds > 8 * HOUR_S)
    const said = old.map((score) => {
      const { looks } = score
      const then = looks.findLast(({ elapsedSeconds }) => elapsedSeconds <= 8 * HOUR_S + 1)
      return [errorOf(looks[0]?.p50 ?? 0, score), errorOf(then?.p50 ?? 0, score)] as const
    })
    expect(said.length).toBeGreaterThan(10)
    expect(mean(said.map(([, then]) => then))).toBeLessThan(mean(said.map(([first]) => first)))
  })

  it('hear a check, a push and the end by webhook', async () => {
    const { runtime, of, scores } = pipeline()
    const secret = 'a secret of some length'
    let now = 0
    const { take } = createGithubWebhook({
      store: { loadText: () => undefined, saveText: () => Promise.resolve() },
      ...{ source: 'github', secret, clock: { now: () => now } },
      ...{ heard: createHeardBefore(), startLabels: () => null, onNotes: () => undefined },
      offer: (offers) => {
        runtime.commit(offers, now)
        return Promise.resolve()
      },
    })
    const app = await buildApp(createTestPipeline({ ingest: take }).deps)
    onTestFinished(() => app.close())
    const deliver = async (name: string, at: string): Promise<void> => {
      now = Date.parse(at)
      const payload = readFileSync(join(folder ?? '', 'webhooks', `${name}.json`), 'utf8')
      const signature = createHmac('sha256', secret).update(payload).digest('hex')
      const headers = {
        'content-type': 'application/json',
        'x-github-event': name.split('.')[0] ?? '',
        'x-github-delivery': name,
        'x-hub-signature-256': `sha256=${signature}`,
      }
      const answer = await app.inject({
        method: 'POST',
        url: '/v1/ingest/github',
        payload,
        headers,
      })
      expect(answer.json()).toMatchObject({ result: 'taken' })
    }
    await deliver('pull_request.opened', '2019-05-15T15:20:34Z')
    await deliver('check_run.completed', '2019-05-15T15:21:13Z')
    await deliver('pull_request.synchronize', '2019-05-15T15:21:20Z')
    expect(of(2).map(({ cause, signs }) => [cause, signs])).toEqual([
      ['opened', []],
      ['check passed', ['checks passed']],
      ['synchronised', ['checks passed']],
    ])
    await deliver('pull_request.closed', '2019-05-15T16:00:00Z')
    expect(scores).toMatchObject([{ pull: 2, merged: false, looks: { length: 3 } }])
  })
})
