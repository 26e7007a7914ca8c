/** What every log does with what is appended to it, whatever it is kept in and however many partitions it has. */

import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { keyed } from '../../runtime/engine/stage.ts'
import type { Keyed, LogRecord } from '../../runtime/ports.ts'
import { CODECS } from '../../schemas/codec.ts'
import { TOPICS, type TopicName } from '../../schemas/topics.ts'
import { aFact, aRun, MINUTE, MONDAY } from '../support/facts.ts'

export interface OpenRecordLog {
  append(records: readonly Keyed[]): Promise<void>
  /** All records of a topic; those of one key in the order of the log. */
  readAll(topic: TopicName): Promise<readonly LogRecord[]>
  close(): Promise<void>
}

const event = (job: string, n: number, rawOutcome = ''): Keyed => {
  const at = MONDAY + n * MINUTE
  const fact = { ...aFact(aRun({ job, runId: String(n) }), 'started', at), rawOutcome }
  return keyed('ci.run-events.v1', fact, at + 1)
}
/** What can be compared: records as plain objects, in bytes. */
const lineOf = ({ topic, key, at, record }: Keyed) => [
  key,
  at,
  record && CODECS[TOPICS[topic].schema].encode(record as never).toString('base64'),
]

export const describeRecordLog = (name: string, open: () => Promise<OpenRecordLog>): void => {
  describe(`a log in ${name}`, () => {
    let log: OpenRecordLog
    const appended: Keyed[] = []
    const append = async (records: readonly Keyed[]): Promise<void> => {
      await log.append(records)
      appended.push(...records)
    }
    beforeAll(async () => {
      log = await open()
    })
    afterAll(() => log.close())
    const expectAll = async (): Promise<void> => {
      const read = await log.readAll('ci.run-events.v1')
      for (const key of new Set([...appended, ...read].map((each) => each.key))) {
        const ofKey = (records: readonly Keyed[]) => records.filter((each) => each.key === key)
        expect(ofKey(read).map(lineOf)).toEqual(ofKey(appended).map(lineOf))
      }
      const offsets = new Set(read.map(({ offset, key }) => `${offset} ${key}`))
      expect(offsets.size).toBe(appended.length)
    }

    it('is empty at first', async () => {
      expect(await log.readAll('ci.run-events.v1')).toEqual([])
    })

    it('gives each record once, those of a key in the order of appending', async () => {
      const jobs = ['unit', 'e2e', 'lint', 'a:b', 'ü']
      await append(jobs.flatMap((job) => [1, 2, 3].map((n) => event(job, n))))
      await append(jobs.map((job) => event(job, 4)))
      await expectAll()
    })

    it('keeps records that are large, and many of them', async () => {
      await append([event('unit', 5, 'x'.repeat(700_000)), event('unit', 6, 'y'.repeat(500_000))])
      await append(Array.from({ length: 3_000 }, (_, n) => event('many', n)))
      await expectAll()
    })

    it('keeps topics apart', async () => {
      expect(await log.readAll('ci.pull-events.v1')).toEqual([])
    })
  })
}
