/** The stream of any `stopline serve` goes on after an id that another one gave: nothing is missing, and nothing comes twice. */

import { setTimeout as wait } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { TOPOLOGY } from '../../processors/topology.ts'
import { encoded, stamped } from '../../runtime/engine/offered.ts'
import { writeToOf } from '../../runtime/kafka/cluster-config.ts'
import { ProgressBoard } from '../../runtime/kafka/progress-board.ts'
import { KafkaLog } from '../../runtime/kafka/record-log.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'
import { PATIENCE_MS } from '../support/patience.ts'
import { hasRedis, startRedis, type TestRedis } from '../support/redis-server.ts'
import { hasBroker, startBroker, type TestBroker } from './broker.ts'
import { environmentOf } from './installation.ts'
import { untilReached } from './processes.ts'
import { testConfig } from './replay.ts'
import { startStopline, until, type StoplineProcess } from './stopline-process.ts'
import { demoFacts } from './worlds.ts'

const PARTITIONS = 3
/** At full hours many KPIs are told at once: after two hours still fewer than a stream tells of what was missed. */
const HOURS = 2
const STEPS = 40
const STEPS_PER_MOVE = 4
const RETRY_MS = 200
/** So many events are heard before a listener moves on to the other process; so many steps bring many more. */
const MOVE_AFTER = 10

/** What a client has heard, over one connection after another. */
class Listener {
  /** Type and id of each record. */
  readonly records: string[] = []
  /** How often it was told that there was more than could be sent. */
  gaps = 0
  #lastId: string | undefined
  #connection = new AbortController()
  #left: Promise<void> = Promise.resolve()
  #text = ''

  /** Leaves where it listens, and goes on at this address; resolves when it is told where that process is. */
  async moveTo(address: string): Promise<void> {
    await this.leave()
    this.#connection = new AbortController()
    await this.#listenAt(address)
  }

  async #listenAt(address: string): Promise<void> {
    this.#text = ''
    const response = await fetch(`${address}/v1/stream`, {
      headers: this.#lastId === undefined ? {} : { 'last-event-id': this.#lastId },
      signal: this.#connection.signal,
    })
    expect(response.status).toBe(200)
    const begun = Promise.withResolvers<undefined>()
    const read = async (): Promise<void> => {
      const texts = response.body?.pipeThrough(new TextDecoderStream())
      for await (const text of texts ?? []) {
        this.#hear(text)
        begun.resolve(undefined)
      }
    }
    const { signal } = this.#connection
    this.#left = read()
      .catch(() => undefined)
      .then(async () => {
        begun.resolve(undefined)
        // Whoever reads too slowly is closed, and comes back as a browser does.
        while (!signal.aborted)
          try {
            await this.#listenAt(address)
            return
          } catch {
            await wait(RETRY_MS)
          }
      })
    await begun.promise
  }

  async leave(): Promise<void> {
    this.#connection.abort()
    await this.#left
  }

  #hear(text: string): void {
    const blocks = (this.#text + text).split('\n\n')
    this.#text = blocks.pop() ?? ''
    for (const block of blocks) {
      const field = (name: string): string | undefined =>
        new RegExp(`^${name}: (.*)$`, 'm').exec(block)?.[1]
      this.#lastId = field('id') ?? this.#lastId
      const event = field('event')
      if (event === 'gap') this.gaps += 1
      if (event === undefined || event === 'tick' || event === 'gap') continue
      const { eventId } = JSON.parse(field('data') ?? '') as { readonly eventId: string }
      this.records.push(`${event} ${eventId}`)
    }
  }
}

describe.skipIf(!hasBroker() || !hasRedis())('the stream on Kafka', () => {
  let broker: TestBroker
  let server: TestRedis
  const running: StoplineProcess[] = []
  beforeAll(async () => {
    broker = await startBroker()
    server = await startRedis()
  })
  afterAll(async () => {
    await Promise.all(running.map((each) => each.end('SIGKILL')))
    await Promise.all([broker.stop(), server.stop()])
  })

  it('goes on at another process where it was left', async () => {
    const config = testConfig('stream', PARTITIONS, broker.connection)
    const env = environmentOf(config, server.address)
    const start = async (name: string): Promise<StoplineProcess> => {
      const one = await startStopline([name], env)
      running.push(one)
      return one
    }
    const processor = await start('process')
    await until('a processor', async () => (await processor.get('/readyz')).status === 200)
    await start('sink')
    const apis = [await start('serve'), await start('serve')]
    for (const api of apis)
      await until('an API', async () => (await api.get('/healthz')).status === 200)
    const addressOf = (move: number): string => apis[move % apis.length]?.address ?? ''
    const [witness, traveller] = [new Listener(), new Listener()]
    await witness.moveTo(addressOf(0))
    await traveller.moveTo(addressOf(0))

    const world = demoFacts(HOURS, { steps: STEPS })
    const log = new KafkaLog(broker.connection, writeToOf(config), ['ci.run-events.v1'])
    let moves = 0
    let written = 0
    let heardBefore = 0
    for (let step = 0; step < world.steps; step += 1) {
      const records = stamped(world.step(step), written).map(encoded)
      written = world.endOf(step)
      await log.write({ records, promise: written })
      if (step % STEPS_PER_MOVE !== STEPS_PER_MOVE - 1) continue
      // All of them may have been heard by now: what counts is what came since the last move.
      const heard = (): number => traveller.records.length - heardBefore
      await until('it hears more', () => heard() > MOVE_AFTER)
      heardBefore = traveller.records.length
      moves += 1
      await traveller.moveTo(addressOf(moves))
    }
    const board = new ProgressBoard(broker.connection, writeToOf(config).names)
    await board.open()
    await untilReached(board, tasksOf(TOPOLOGY), PARTITIONS, written)
    await board.close()
    await log.close()

    expect(moves).toBeGreaterThanOrEqual(8)
    expect([witness.gaps, traveller.gaps]).toEqual([0, 0])
    const sorted = (records: readonly string[]): string[] => [...records].sort()
    await expect
      .poll(() => sorted(traveller.records), { timeout: PATIENCE_MS })
      .toEqual(sorted(witness.records))
    expect(new Set(traveller.records).size).toBe(traveller.records.length)
    expect(traveller.records.length).toBeGreaterThan(moves * MOVE_AFTER)
    await Promise.all([witness.leave(), traveller.leave()])
  })
})
