/** The stream of any `stopline serve` goes on after an id that another one gave: nothing is missing, and nothing comes twice. */

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
const HOURS = 4
const STEPS = 40
/** So many events are heard before a listener moves on to the other process. */
const MOVE_AFTER = 25

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
    this.#connection.abort()
    await this.#left
    this.#text = ''
    this.#connection = new AbortController()
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
    this.#left = read()
      .catch(() => undefined)
      .finally(() => {
        begun.resolve(undefined)
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
    for (let step = 0; step < world.steps; step += 1) {
      const records = stamped(world.step(step), written).map(encoded)
      written = world.endOf(step)
      const before = traveller.records.length
      await log.write({ records, promise: written })
      if (step % 4 !== 3) continue
      await until('it hears more', () => traveller.records.length > before + MOVE_AFTER)
      moves += 1
      await traveller.moveTo(addressOf(moves))
    }
    await log.promise(world.end)
    const board = new ProgressBoard(broker.connection, writeToOf(config).names)
    await board.open()
    await untilReached(board, tasksOf(TOPOLOGY), PARTITIONS, world.end)
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
