/** Recorded CI read, checked and put in order of time, beside splitting the same files into fields. */

import { createReadStream, writeFileSync } from 'node:fs'
import { mkdir, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { parse } from 'csv-parse'
import { openArchive } from '../../producers/archive/archive.ts'
import { dataDir } from '../support/data.ts'
import type { Figure } from './figures.ts'
import { LOAD_START, random } from './load.ts'
import { MB, peakBytes, timed, type BenchCase, type Setting } from './setting.ts'

const RECORDED = ['tvm-ci', 'iree-ci'] as const
const GENERATED_ROWS = 100_000
const QUICK_GENERATED_ROWS = 5_000
const COLUMNS =
  'source,repo,job,run_id,attempt,queued_at,started_at,finished_at,status,conclusion,trigger,branch,sha'

interface Folder {
  readonly name: string
  readonly path: string
}

/** Recorded folders that are there, and one made up, which is there always. */
const foldersOf = async (setting: Setting): Promise<Folder[]> => [
  { name: 'made up', path: await makeUp(setting) },
  ...(setting.isQuick ? [] : RECORDED).flatMap((name) => {
    const path = dataDir(name)
    return path === null ? [] : [{ name, path }]
  }),
]

/** Runs in no order of time. */
const makeUp = async ({ folder, isQuick }: Setting): Promise<string> => {
  const path = join(folder, 'made-up')
  const chance = random(3)
  const instant = (at: number): string => new Date(Math.floor(at)).toISOString()
  const rows = Array.from({ length: isQuick ? QUICK_GENERATED_ROWS : GENERATED_ROWS }, (_, run) => {
    const startedAt = LOAD_START + chance() * 30 * 86_400_000
    const times = [startedAt - 60_000 * chance(), startedAt, startedAt + 3_600_000 * chance()]
    const outcome = chance() < 0.2 ? 'failure' : 'success'
    return `ci,o/r,job-${run % 50},${run},1,${times.map(instant).join()},completed,${outcome},push,main,0123456789abcdef`
  })
  await mkdir(path, { recursive: true })
  writeFileSync(join(path, 'runs.csv'), [COLUMNS, ...rows, ''].join('\n'))
  return path
}

/** Counts rows and bytes of the plain text. */
const split = async (folder: string): Promise<{ rows: number; bytes: number }> => {
  let rows = 0
  let bytes = 0
  for (const file of (await readdir(folder)).filter((name) => /\.csv(\.gz)?$/.test(name))) {
    const parser = parse({ columns: true, relax_column_count: true })
    const source = createReadStream(join(folder, file))
    const plain = file.endsWith('.gz') ? source.pipe(createGunzip()) : source
    plain.on('data', (chunk: Buffer) => {
      bytes += chunk.length
    })
    await pipeline(plain, parser, async (records: AsyncIterable<unknown>) => {
      for await (const record of records) if (record !== null) rows += 1
    })
  }
  return { rows, bytes }
}

const speeds = (
  reader: string,
  name: string,
  { rows, bytes }: { rows: number; bytes: number },
  seconds: number,
  peer?: string,
): Figure[] => [
  {
    name: `${reader} ${name}`,
    value: rows / seconds,
    unit: 'rows/s',
    peer: peer === undefined ? undefined : `${peer} ${name}`,
  },
  { name: `${reader} ${name}, text`, value: bytes / MB / seconds, unit: 'MB/s' },
]

export const csvParse: BenchCase = async (setting) => {
  const figures: Figure[] = []
  for (const { name, path } of await foldersOf(setting)) {
    let size = { rows: 0, bytes: 0 }
    const { seconds } = await timed(async () => {
      size = await split(path)
    })
    figures.push(...speeds('csv-parse', name, size, seconds))
  }
  return figures
}

export const archive: BenchCase = async (setting) => {
  const figures: Figure[] = []
  for (const { name, path } of await foldersOf(setting)) {
    const source = openArchive([path])
    let offers = 0
    const { seconds } = await timed(async () => {
      for await (const batch of source.batches(0, new AbortController().signal))
        offers += batch.offers.length
    })
    const rows = source.summary().files.reduce((sum, file) => sum + file.rows, 0)
    const { bytes } = await split(path)
    if (offers < rows) throw new Error(`${name}: ${offers} facts of ${rows} rows`)
    figures.push(...speeds('archive', name, { rows, bytes }, seconds, 'csv-parse'))
  }
  return [...figures, { name: 'archive peak memory', value: peakBytes() / MB, unit: 'MB' }]
}
