/**
 * Collect → train → promote → serve → comment, in one piece: recorded pull requests delivered as GitHub delivers them, a
 * model trained from what the store heard, put into service by one command, asked over HTTP, and a comment that names it.
 */

import { createHmac } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { buildApp } from '../../api/app.ts'
import { models as modelsCommand } from '../../cli/commands/models.ts'
import { train } from '../../cli/commands/train.ts'
import { MERGING } from '../../cli/merge-backtest/run.ts'
import { MODEL_FEATURES, MODEL_TABLE } from '../../cli/models.ts'
import { createGithubWebhook } from '../../producers/github/webhook.ts'
import { createHeardBefore } from '../../producers/polling/heard-before.ts'
import type { Models } from '../../processors/processor.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import { createHttpClient } from '../../runtime/http.ts'
import { currentOf, loadModels, versionsOf } from '../../runtime/models/registry.ts'
import { servedModels } from '../../runtime/models/serving.ts'
import type { MergeForecast } from '../../schemas/events.ts'
import { botRound, type BotDeps } from '../../sinks/bot/bot.ts'
import { openGithub } from '../../sinks/bot/github.ts'
import { createTestPipeline } from '../support/api-deps.ts'
import { dataDir } from '../support/data.ts'
import { startGithubPulls } from '../support/github-pulls.ts'
import { temporaryFolder } from '../support/temporary.ts'

const RECORDED = dataDir('onnxruntime-pulls')
const COLLECTED = 1_000
const AFTERWARDS = 40
const SECRET = 'a secret of some length'
const { signal } = new AbortController()

type Row = Record<string, string>
interface Delivery {
  readonly at: number
  readonly payload: object
}
/** An empty cell is unknown. */
const isTold = (text: string | undefined): text is string => text !== undefined && text !== ''
const endOf = (row: Row): string | undefined => [row['merged_at'], row['closed_at']].find(isTold)
const payloadOf = (row: Row, isOver: boolean): object => ({
  action: isOver ? 'closed' : 'opened',
  sender: { login: row['author'] },
  repository: { full_name: row['repo'] },
  pull_request: {
    ...{ number: Number(row['number']), title: 'Recorded', body: null, labels: [] },
    ...{ state: isOver ? 'closed' : 'open', draft: row['draft'] === 'true' },
    ...{ user: { login: row['author'] }, author_association: row['author_association'] },
    ...{ head: { sha: `${row['number'] ?? ''}abc` }, base: { ref: row['base'] } },
    ...{ created_at: row['created_at'], updated_at: row['created_at'] },
    closed_at: isOver ? endOf(row) : null,
    merged_at: isOver && isTold(row['merged_at']) ? row['merged_at'] : null,
  },
})
/** Openings and ends in order of time. */
const deliveriesOf = (rows: readonly Row[]): Delivery[] =>
  rows
    .flatMap((row) => {
      const ended = endOf(row)
      const opened = { at: Date.parse(row['created_at'] ?? ''), payload: payloadOf(row, false) }
      return ended === undefined
        ? [opened]
        : [opened, { at: Date.parse(ended), payload: payloadOf(row, true) }]
    })
    .sort((a, b) => a.at - b.at)

/** Takes deliveries into a store, signed, each at its own time. */
const deliver = async (
  runtime: EmbeddedRuntime,
  deliveries: readonly Delivery[],
): Promise<void> => {
  let now = 0
  const { take } = createGithubWebhook({
    store: { loadText: () => undefined, saveText: () => Promise.resolve() },
    ...{ source: 'github', secret: SECRET, clock: { now: () => now } },
    ...{ heard: createHeardBefore(), startLabels: () => null, onNotes: () => undefined },
    offer: (offers) => {
      runtime.commit(offers, now)
      return Promise.resolve()
    },
  })
  for (const [i, { at, payload }] of deliveries.entries()) {
    now = at
    const body = Buffer.from(JSON.stringify(payload))
    const signature = `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`
    const headers = { 'x-github-event': 'pull_request', 'x-github-delivery': `${at}/${i}` }
    const { result } = await take({
      headers: { ...headers, 'x-hub-signature-256': signature },
      body,
    })
    expect(result).toBe('taken')
  }
}

describe.skipIf(RECORDED === null)('a community that brings nothing but its pull requests', () => {
  it('collects, trains, promotes, serves and comments', { timeout: 900_000 }, async () => {
    const store = temporaryFolder()
    const models = temporaryFolder()
    const text = readFileSync(join(RECORDED ?? '', 'pulls.csv'), 'utf8')
    const rows = parse<Row>(text, { columns: true }).sort(
      (a, b) => Date.parse(a['created_at'] ?? '') - Date.parse(b['created_at'] ?? ''),
    )
    const collected = rows.slice(0, COLLECTED)
    const until = Date.parse(collected.at(-1)?.['created_at'] ?? '')
    const past = deliveriesOf(collected).filter(({ at }) => at <= until)

    // Collect.
    const collecting = new EmbeddedRuntime(store, MERGING)
    await deliver(collecting, past)
    collecting.close()

    // Train, from the topics; whether it is better is said, and putting it into service all the same is one command.
    const options = { from: 'topics', store, models, quick: true }
    await train.run({ values: options, positionals: ['merge-time'], signal })
    const [version = ''] = versionsOf(models, 'merge-time')
    await modelsCommand.run({
      ...{ values: { models }, signal },
      positionals: ['promote', 'merge-time', version],
    })
    expect(currentOf(models, 'merge-time')?.version).toBe(version)

    // Serve: what the pipeline asks is written down.
    const loaded = loadModels(models, MODEL_FEATURES).models['merge-time']
    if (loaded === undefined) throw new Error('the trained model was not loaded')
    const asked: { readonly features: Float32Array; readonly score: number }[] = []
    const watched: Models = {
      'merge-time': {
        ...loaded,
        score: (features, of) => {
          const score = loaded.score(features, of)
          asked.push({ features, score })
          return score
        },
      },
    }
    const serving = new EmbeddedRuntime(store, MERGING, undefined, watched)
    const github = await startGithubPulls()
    const http = createHttpClient()
    const deps: BotDeps = {
      log: serving.log,
      github: openGithub(http, { api: github.url, token: 'secret' }),
      loadText: (name) => serving.store.getText(name),
      saveText: (name, value) => {
        serving.store.setText(name, value)
      },
      offerDeadLetter: () => {
        throw new Error('nothing should be refused')
      },
      onCommit: () => () => undefined,
    }
    const config = { repos: new Set([rows[0]?.['repo'] ?? '']) }
    await botRound(config, deps, signal)
    const later = rows.slice(COLLECTED, COLLECTED + AFTERWARDS)
    await deliver(
      serving,
      deliveriesOf(later).filter(({ at }) => at > until),
    )
    expect(asked.length).toBeGreaterThanOrEqual(AFTERWARDS)
    const app = await buildApp(
      createTestPipeline({ models: servedModels(models, MODEL_TABLE) }).deps,
    )
    const answer = await app.inject({
      ...{ method: 'POST', url: '/v1/models/merge-time/predict' },
      payload: { rows: asked.map(({ features }) => [...features]) },
    })
    const { data } = answer.json<{
      data: { model: string; version: string; predictions: { score: number }[] }
    }>()
    expect(data).toMatchObject({ model: 'merge-time', version })
    expect(data.predictions.map(({ score }) => score)).toEqual(asked.map(({ score }) => score))
    await app.close()

    // Comment.
    await botRound(config, deps, signal)
    const forecasts = [...serving.log.read('ci.merge-forecasts.v1', 0)].map(
      ({ record }): MergeForecast | null => record,
    )
    const opened = new Set(later.map((row) => Number(row['number'])))
    expect(github.comments.length).toBeGreaterThan(0)
    for (const { pull, body } of github.comments) {
      expect(opened.has(pull) || forecasts.some((one) => one?.pull === pull)).toBe(true)
      expect(body).toMatch(/By merge-time-1|by merge-time-1/)
    }
    expect(new Set(github.comments.map(({ pull }) => pull)).size).toBe(github.comments.length)
    await github.close()
    await http.close()
    serving.close()
  })
})
