import { basename } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it } from 'vitest'
import { openArchive } from '../../producers/archive/archive.ts'
import type { Offer } from '../../runtime/ports.ts'
import {
  archiveFolder,
  hear,
  hearRuns,
  RUN_COLUMNS,
  runLine,
  runsCsv,
} from '../support/archive-folder.ts'

const MINUTE = '2026-01-01T10:00:00Z'
const rows = Array.from({ length: 400 }, (_, id) => runLine(id))
/** A permutation that is the same each time. */
const shuffled = <T>(values: readonly T[]): readonly T[] =>
  values.map((_, index) => values[(index * 237 + 11) % values.length] as T)
const named = ({ topic, record }: Offer): string => `${topic} ${record.eventId}`

describe('the stream of an archive', () => {
  it('is in order of time, whatever the order of the rows', async () => {
    const heard = await hearRuns(runsCsv(...rows))
    const times = heard.offers.map(({ record }) => record.observedAt)
    expect(times).toEqual(times.toSorted((a, b) => a - b))
    expect(times).toHaveLength(800)
    expect((await hearRuns(runsCsv(...shuffled(rows)))).offers).toEqual(heard.offers)
  })
  it('is the same from gzip, with a byte order mark, and with carriage returns', async () => {
    const csv = runsCsv(...rows)
    const { offers } = await hearRuns(csv)
    expect((await hearRuns(gzipSync(csv), 'runs.csv.gz')).offers).toEqual(offers)
    expect((await hearRuns(`\ufeff${csv.replaceAll('\n', '\r\n')}`)).offers).toEqual(offers)
    expect((await hearRuns(csv.trimEnd())).offers).toEqual(offers)
  })
  it('follows a run within one instant: queued, started, steps, tests, finished', async () => {
    const key = 'ci,o/r,build,1,1'
    const folder = archiveFolder({
      'runs.csv': `${RUN_COLUMNS}\n${key},${MINUTE},${MINUTE},${MINUTE},completed,success,,,\n`,
      'steps.csv': `source,repo,job,run_id,attempt,step,started_at,finished_at,conclusion\n${key},s,${MINUTE},${MINUTE},success\n`,
      'tests.csv': `source,repo,job,run_id,attempt,test,finished_at,duration_s,status\n${key},t,,,passed\n`,
    })
    const { offers } = await hear([folder])
    expect(offers.map(named)).toEqual([
      'ci.run-events.v1 ci:o/r:build:1#1:queued',
      'ci.run-events.v1 ci:o/r:build:1#1:started',
      'ci.run-events.v1 ci:o/r:build:1#1:stepStarted:s',
      'ci.run-events.v1 ci:o/r:build:1#1:stepFinished:s',
      'ci.test-results.v1 ci:o/r:build:1#1:test:t::passed:',
      'ci.run-events.v1 ci:o/r:build:1#1:finished',
    ])
  })
  it('merges folders by time', async () => {
    const even = rows.filter((_, index) => index % 2 === 0)
    const odd = rows.filter((_, index) => index % 2 === 1)
    const folders = [odd, even].map((part) => archiveFolder({ 'runs.csv': runsCsv(...part) }))
    expect((await hear(folders)).offers).toEqual((await hearRuns(runsCsv(...rows))).offers)
  })
  it('tells folders of one name apart in its dead letters', async () => {
    const folder = archiveFolder({ 'runs.csv': runsCsv('ci,o/r') })
    const { offers } = await hear([folder, folder])
    const origins = offers.map(({ record }) => ('origin' in record ? record.origin : ''))
    expect(origins).toEqual([
      `archive:${basename(folder)}/runs.csv`,
      `archive:${basename(folder)}~2/runs.csv`,
    ])
  })
  it('is unmoved by columns that are known only at the end, until the end', async () => {
    const withColumn = (values: readonly string[]) =>
      [
        `${RUN_COLUMNS},category`,
        ...rows.map((row, index) => `${row},${values[index] ?? ''}`),
      ].join('\n')
    const values = rows.map((_, index) => `kind ${index}`)
    const beforeEnd = async (content: string) =>
      (await hearRuns(content)).offers.filter(
        ({ record }) => 'kind' in record && record.kind !== 'finished',
      )
    expect(await beforeEnd(withColumn(shuffled(values)))).toEqual(
      await beforeEnd(withColumn(values)),
    )
  })
})

describe('batches', () => {
  const csv = runsCsv(...rows)
  it('never split an instant', async () => {
    const { batches } = await hear([archiveFolder({ 'runs.csv': csv })], { batchOffers: 10 })
    expect(batches.length).toBeGreaterThan(50)
    const instants = batches.map(
      ({ offers }) => new Set(offers.map(({ record }) => record.observedAt)),
    )
    const total = instants.reduce((sum, { size }) => sum + size, 0)
    expect(new Set(instants.flatMap((set) => [...set])).size).toBe(total)
  })
  it('go on after any cursor with the same offers', async () => {
    const folder = archiveFolder({ 'runs.csv': csv })
    const { batches, offers } = await hear([folder], { batchOffers: 100 })
    expect(batches.at(-1)?.cursor).toBe(offers.length)
    for (const { cursor } of batches)
      expect((await hear([folder], { batchOffers: 100 }, cursor)).offers).toEqual(
        offers.slice(cursor),
      )
  })
  it('tell how far they are', async () => {
    const archive = openArchive([archiveFolder({ 'runs.csv': csv })], { batchOffers: 100 })
    expect(archive.progress()).toEqual({
      bytesRead: 0,
      bytesTotal: csv.length,
      offersMade: 0,
      offersTotal: null,
    })
    for await (const { cursor } of archive.batches(0, new AbortController().signal))
      expect(archive.progress()).toMatchObject({
        bytesRead: csv.length,
        offersMade: cursor,
        offersTotal: 800,
      })
  })
  it('stop when they are told to', async () => {
    const folder = archiveFolder({ 'runs.csv': csv })
    const stopped = openArchive([folder]).batches(0, AbortSignal.abort())
    const first = stopped[Symbol.asyncIterator]().next()
    await expect(first).rejects.toMatchObject({ name: 'AbortError' })
  })
})
