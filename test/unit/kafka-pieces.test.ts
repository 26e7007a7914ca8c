import { describe, expect, it } from 'vitest'
import { reject, type Processor } from '../../processors/processor.ts'
import { runs } from '../../processors/runs/runs.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { keyed } from '../../runtime/engine/stage.ts'
import { TopologyEngine } from '../../runtime/engine/topology.ts'
import type { FetchedMessage } from '../../runtime/kafka/client-parts.ts'
import { InputMerge } from '../../runtime/kafka/merge.ts'
import { pack, received, type Received } from '../../runtime/kafka/messages.ts'
import { namesIn } from '../../runtime/kafka/names.ts'
import { Packs } from '../../runtime/kafka/packed.ts'
import { Pieces } from '../../runtime/kafka/pieces.ts'
import { NO_PROGRESS, type Progress } from '../../runtime/kafka/progress.ts'
import type { Keyed } from '../../runtime/ports.ts'
import { CODECS } from '../../schemas/codec.ts'
import { aFact, aRun, MONDAY, SECOND } from '../support/facts.ts'
import { messageOf } from '../support/kafka-message.ts'

const to = { names: namesIn(''), partitionsOf: () => 1 }
const TOPIC = 'ci.run-events.v1'
const PARTITION = 3
const reached = (at: number): TopologyEngine =>
  new TopologyEngine([runs], new EmbeddedStore(':memory:'), at)
const engine = (): TopologyEngine => reached(0)
/** Refuses every record. */
const picky: Processor = {
  ...{ name: 'picky', inputs: [TOPIC], outputs: [], cells: {} },
  step: () => [reject('picky', 'it wants none')],
}
/** Starts of runs, seven of an instant. */
const starts = Array.from({ length: 2_000 }, (_, n) => {
  const at = MONDAY + Math.floor(n / 7) * SECOND
  return keyed(TOPIC, aFact(aRun({ runId: String(n) }), 'started', at), at)
})
const read = (record: Keyed, partition: number, value?: Buffer): Received => {
  const { key, headers, ...sent } = messageOf(record, 'outside', to)
  const message: FetchedMessage = {
    ...{ offset: 0, timestamp: record.at, key: Buffer.from(key), headers },
    value: value ?? sent.value,
    isControlRecord: false,
    batchContext: { producerId: '1', inTransaction: true },
  }
  return received(TOPIC, partition, message)
}
const FACT = aFact(aRun({ runId: 'one' }), 'started', MONDAY)
const NONE = Buffer.from([9, 0, 0, 0, 1])
const horizon = MONDAY + 1_000 * SECOND
const handle = (records: readonly Received[]) =>
  new Pieces(engine(), PARTITION, 'runs/3', to).handle({ horizon, rows: [], records })
/** The merge of a log that has all been read, and of which all is known to be there. */
const mergeOf = (log: readonly Received[], progress: Progress): InputMerge<Received> => {
  const source = { place: `${TOPIC}/${PARTITION}`, writers: ['outside'], isTable: false }
  const merge = new InputMerge<Received>([source], progress)
  log.forEach((record, offset) => {
    merge.take(source.place, 'outside', offset, record)
  })
  merge.reached(source.place, log.length)
  merge.promise('outside', { at: horizon, written: {}, handled: {} })
  return merge
}
const bytesOf = ({ all }: Packs): Buffer[] => all.map(({ value }) => value)

describe('a batch in pieces', () => {
  it('says what it says at once, in the same order', () => {
    const expected = new Packs()
    const said = engine().advance(starts, horizon)
    for (const record of said) pack(expected, record, 'runs/3', to)
    const { packs, outputs, letters } = handle(starts.map((record) => read(record, PARTITION)))
    expect(said.length).toBeGreaterThan(starts.length / 2)
    expect(bytesOf(packs)).toEqual(bytesOf(expected))
    expect([outputs, letters]).toEqual([said.length, 0])
  })
  it('tells of what cannot be read, where it is of its own partition', () => {
    const [start] = starts
    if (start === undefined) throw new Error('there are no starts')
    const { outputs, letters, packs } = handle([read(start, PARTITION, NONE), read(start, 0, NONE)])
    expect([outputs, letters]).toEqual([1, 1])
    expect(packs.all.map(({ topic }) => topic)).toEqual(['ci.dead-letters.v1'])
  })
  it('tells with the next batch of rows and strays that cannot be read, once, where they are of its own partition', () => {
    const pieces = new Pieces(engine(), PARTITION, 'runs/3', to)
    const start = keyed(TOPIC, FACT, MONDAY)
    const bare = (partition: number, value: Buffer): Received => {
      const { message } = read(start, partition, value)
      return received(TOPIC, partition, { ...message, offset: value.length, headers: {} })
    }
    const good = CODECS['run-event'].encode(FACT)
    pieces.handle({ horizon: MONDAY, rows: [bare(PARTITION, NONE), bare(0, NONE)], records: [] })
    for (const stray of [bare(PARTITION, NONE.subarray(1)), bare(0, NONE), bare(PARTITION, good)])
      pieces.stray(stray)
    expect(pieces.owes).toBe(true)
    const { packs, outputs, letters } = pieces.handle({ horizon, rows: [], records: [] })
    expect([outputs, letters, pieces.owes]).toEqual([2, 2, false])
    const told = packs.all.map(({ value }) => value.toString('latin1')).join('')
    expect(told.match(/ci\.run-events\.v1\/\d@\d(?=\/dead)/g)).toEqual([
      `${TOPIC}/${PARTITION}@5`,
      `${TOPIC}/${PARTITION}@4`,
    ])
    expect(told.split(String(MONDAY))).toHaveLength(3)
  })
  it('says what is owed once a time was reached, never at none', () => {
    const pieces = new Pieces(engine(), PARTITION, 'runs/3', to)
    const { message } = read(keyed(TOPIC, FACT, MONDAY), PARTITION, NONE)
    pieces.stray(received(TOPIC, PARTITION, { ...message, headers: {} }))
    expect(pieces.owes).toBe(false)
    // What is said in a turn that only lets time pass is thrown away.
    expect(pieces.handle({ horizon: MONDAY, rows: [], records: [] }).letters).toBe(0)
    expect(pieces.owes).toBe(true)
    const { packs, letters } = pieces.handle({ horizon, rows: [], records: [] })
    expect([letters, pieces.owes]).toEqual([1, false])
    expect(packs.all[0]?.value.toString('latin1').endsWith(String(MONDAY))).toBe(true)
  })
  it('ends with the instant of the letter that is one too many, as what comes late does at the time reached', () => {
    const pieces = new Pieces(engine(), PARTITION, 'runs/3', to)
    const [good, dead] = [starts.slice(0, 100), starts.slice(100)]
    const records = [
      ...good.map((record) => read(record, PARTITION)),
      ...dead.map((record) => read(record, PARTITION, NONE)),
    ]
    // The fiftieth letter is the 150th record, and 22 instants of seven end after it.
    expect(pieces.handle({ horizon, rows: [], records })).toMatchObject({
      ...{ horizon: MONDAY + 21 * SECOND, records: 154, letters: 54 },
    })
    expect(pieces.stopped?.message).toMatch(/^runs\/3: 50 of the last 150 records are dead letters/)

    const late = new Pieces(reached(horizon), PARTITION, 'runs/3', to)
    const handled = late.handle({ horizon: horizon + 1, rows: [], records })
    expect(handled).toMatchObject({ horizon, records: starts.length })
    expect(late.stopped).toBeDefined()
  })
  it('leaves the rest to whoever goes on there: each bad record is told of once, each good one handled once', () => {
    const log = starts.map((record, n) => read(record, PARTITION, n < 900 ? NONE : undefined))
    const store = new EmbeddedStore(':memory:')
    const rounds: number[] = []
    let [progress, outputs, letters] = [NO_PROGRESS, 0, 0]
    for (let isStopped = true; isStopped;) {
      // As it is started again: from its state and its progress alone.
      const anew = new TopologyEngine([runs], store, progress.at)
      const pieces = new Pieces(anew, PARTITION, 'runs/3', to)
      const merge = mergeOf(log, progress)
      const concluded = pieces.handle(merge.next(10_000, Infinity))
      anew.flush()
      progress = { ...progress, at: concluded.horizon, handled: merge.handledBy(concluded.horizon) }
      merge.done(concluded.horizon)
      expect(merge.handledBy(concluded.horizon)).toEqual(progress.handled)
      outputs += concluded.outputs
      letters += concluded.letters
      rounds.push(concluded.letters)
      isStopped = pieces.stopped !== undefined
    }
    expect(rounds.slice(0, -1).every((each) => each >= 50 && each < 57)).toBe(true)
    expect([letters, outputs]).toEqual([900, 900 + handle(log.slice(900)).outputs])
  })
  it('ends where a processor refuses too much, and keeps what it said', () => {
    const refusing = new TopologyEngine([picky], new EmbeddedStore(':memory:'), 0)
    const pieces = new Pieces(refusing, PARTITION, 'runs/3', to)
    const records = starts.map((record) => read(record, PARTITION))
    const {
      horizon: until,
      records: count,
      outputs,
    } = pieces.handle({ horizon, rows: [], records })
    expect(outputs).toBe(count)
    expect(count).toBeLessThan(starts.length)
    expect(until).toBe(records[count - 1]?.at)
    expect(pieces.stopped?.message).toMatch(/^picky: 50 of the last 50 records/)
  })
})
