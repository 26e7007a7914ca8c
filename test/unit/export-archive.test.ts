import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { describe, expect, it } from 'vitest'
import { demoSource } from '../../producers/demo/source.ts'
import { openSpill } from '../../runtime/embedded/spill.ts'
import type { LogReader } from '../../runtime/ports.ts'
import { exportArchive, type ExportOptions } from '../../sinks/export/archive/export.ts'
import { ExportError } from '../../sinks/export/archive/files.ts'
import { finalStates, openRuns, replayed, tempFolder } from '../support/archive-trip.ts'

const T0 = Date.UTC(2026, 6, 20)
const HOUR_MS = 3_600_000

const demoStore = (hours = 3) => {
  const runtime = openRuns()
  runtime.commit(
    demoSource({ from: T0, until: T0 + hours * HOUR_MS }).offersBetween(T0, Infinity),
    0,
  )
  return runtime
}
const rowsIn = (folder: string, file: string): Record<string, string>[] =>
  parse(readFileSync(join(folder, file)), { columns: true })

/** The log as it is after its first records of each topic have passed their retention. */
const withoutFirst = (log: LogReader, count: number): LogReader => ({
  endOffset: (topic) => log.endOffset(topic),
  *read(topic, from = 0) {
    yield* log.read(topic, Math.max(from, count))
  },
})

describe('stopline export of a store', () => {
  it('gives simulated runs back, as simulated, but for what the format has no place for', async () => {
    const store = demoStore()
    const folder = tempFolder()
    const { runs, openRuns: open, leftOut, files } = await exportArchive(store.log, folder)
    expect(Object.keys(leftOut).sort()).toEqual(['logProgress', 'testsReported'])
    expect(files.map(({ file }) => file)).toEqual(['tests.csv', 'steps.csv', 'runs.csv'])
    const lost = ['failedTests', 'logBytes', 'labels']
    const states = finalStates(store.log, lost)
    expect(finalStates((await replayed(folder)).log, lost)).toEqual(states)
    expect(runs).toBe(states.length)
    expect(open).toBe(states.filter((state) => !state.includes('"phase":"finished"')).length)
    expect(open).toBeGreaterThan(0)
    for (const row of rowsIn(folder, 'runs.csv')) expect(row['source']).toBe('demo')
  })

  it('writes the same bytes whenever it is asked, plain or packed', async () => {
    const { log } = demoStore()
    const [one, two, packed] = [tempFolder(), tempFolder(), tempFolder()]
    const { files } = await exportArchive(log, one)
    await exportArchive(log, two)
    const { files: packedFiles } = await exportArchive(log, packed, { gzip: true })
    expect(packedFiles.map(({ rows }) => rows)).toEqual(files.map(({ rows }) => rows))
    for (const { file, bytes } of files) {
      const text = readFileSync(join(one, file))
      expect(text).toHaveLength(bytes)
      expect(readFileSync(join(two, file))).toEqual(text)
      expect(gunzipSync(readFileSync(join(packed, `${file}.gz`)))).toEqual(text)
    }
  })

  it('takes whole runs by the time they were first heard of, and by source', async () => {
    const { log } = demoStore()
    const [from, to] = [T0 + HOUR_MS, T0 + 2 * HOUR_MS]
    const count = async (options: ExportOptions): Promise<number> =>
      (await exportArchive(log, tempFolder(), options)).runs
    const whole = await count({})
    expect(await count({ source: 'demo' })).toBe(whole)
    expect(await count({ source: 'prow' })).toBe(0)
    const parts = await Promise.all([{ to: from }, { from, to }, { from: to }].map(count))
    expect(parts.reduce((sum, part) => sum + part)).toBe(whole)
    expect(Math.min(...parts)).toBeGreaterThan(0)

    const folder = tempFolder()
    const { files } = await exportArchive(log, folder, { to: from })
    expect(files).toHaveLength(3)
    const name = (row: Record<string, string>) => `${row['job'] ?? ''} ${row['run_id'] ?? ''}`
    const exported = new Set(rowsIn(folder, 'runs.csv').map(name))
    for (const file of ['steps.csv', 'tests.csv'])
      for (const row of rowsIn(folder, file)) expect(exported).toContain(name(row))
  })

  it('has the queue and the start of a run from its state where the facts are past their retention', async () => {
    const { log } = demoStore()
    const run = { source: 'demo', repo: 'o/r', job: 'old', runId: '1', attempt: 1 }
    const [base] = [...log.read('ci.run-events.v1')].map(({ record }) => record)
    if (!base) throw new Error('the simulated community said nothing')
    const runtime = openRuns()
    const fact = (kind: 'queued' | 'started' | 'finished', at: number) => ({
      topic: 'ci.run-events.v1' as const,
      record: {
        ...{ ...base, ...run, kind, eventId: kind, eventAt: at, observedAt: at },
        startedAt: kind === 'started' ? at : null,
        outcome: kind === 'finished' ? ('failure' as const) : null,
      },
    })
    runtime.commit(
      [fact('queued', T0), fact('started', T0 + 1_000), fact('finished', T0 + 2_000)],
      0,
    )
    const folder = tempFolder()
    const { lostBefore } = await exportArchive(withoutFirst(runtime.log, 2), folder)
    expect(lostBefore).toBe(T0 + 2_000)
    expect(rowsIn(folder, 'runs.csv')).toMatchObject([
      { queued_at: '2026-07-20T00:00:00Z', started_at: '2026-07-20T00:00:01Z' },
    ])
  })

  it('ends where the log ended when it began', async () => {
    const { log } = demoStore(1)
    const growing: LogReader = { endOffset: () => 10, read: (topic, from) => log.read(topic, from) }
    expect((await exportArchive(growing, tempFolder())).records).toBe(20)
  })

  it('says how far it is', async () => {
    const heard: number[] = []
    const { records } = await exportArchive(demoStore().log, tempFolder(), {
      onProgress: (count) => heard.push(count),
    })
    expect(heard.at(-1)).toBe(records)
    expect(heard).toEqual(heard.toSorted((a, b) => a - b))
  })
})

describe('the folder of an export', () => {
  it('holds a header and nothing else for an empty store', async () => {
    const folder = join(tempFolder(), 'made', 'anew')
    const { runs, files } = await exportArchive(openRuns().log, folder)
    expect(runs).toBe(0)
    expect(files.map(({ file, rows }) => [file, rows])).toEqual([['runs.csv', 0]])
    expect(finalStates((await replayed(folder)).log)).toEqual([])
  })

  it('is refused where it is not empty, and replaced where that is allowed', async () => {
    const { log } = demoStore(1)
    const folder = tempFolder()
    writeFileSync(join(folder, 'README.md'), 'mine')
    await expect(exportArchive(log, folder)).rejects.toThrow(/not empty \(it holds README\.md\)/)
    await exportArchive(log, folder, { overwrite: true, gzip: true })
    await exportArchive(openRuns().log, folder, { overwrite: true })
    expect(readdirSync(folder).sort()).toEqual(['README.md', 'runs.csv'])
  })

  it('is refused in words where it is a file', async () => {
    const file = join(tempFolder(), 'file')
    writeFileSync(file, '')
    await expect(exportArchive(openRuns().log, file)).rejects.toThrow(ExportError)
  })

  it('holds no file with its own name until all of them are whole', async () => {
    const { log } = demoStore(1)
    const folder = tempFolder()
    const controller = new AbortController()
    const seen: string[][] = []
    const broken: LogReader = {
      endOffset: (topic) => log.endOffset(topic),
      *read(topic, from) {
        yield* log.read(topic, from)
        seen.push(readdirSync(folder))
        if (topic === 'ci.test-results.v1') controller.abort(new Error('enough'))
      },
    }
    const { signal } = controller
    await expect(exportArchive(broken, folder, { signal })).rejects.toThrow('enough')
    expect(seen.flat()).toEqual([])
    expect(readdirSync(folder)).toEqual([])
  })

  it('is free of what an export that was killed left behind', async () => {
    const folder = tempFolder()
    writeFileSync(join(folder, 'runs.csv.gz.partial'), 'half')
    await exportArchive(openRuns().log, folder)
    expect(readdirSync(folder)).toEqual(['runs.csv'])
  })

  it('keeps an archive that was there when a write fails', async () => {
    const folder = tempFolder()
    await exportArchive(openRuns().log, folder)
    mkdirSync(join(folder, 'steps.csv.partial'))
    await expect(exportArchive(demoStore(1).log, folder, { overwrite: true })).rejects.toThrow(
      /cannot write .*steps\.csv\.partial/,
    )
    expect(rowsIn(folder, 'runs.csv')).toEqual([])
  })
})

describe('a spill', () => {
  it('gives records back by group, in order, without those that are not kept', () => {
    const spill = openSpill()
    expect(spill.keep('b', true)).toBe(true)
    expect(spill.keep('a', true)).toBe(true)
    expect(spill.keep('no', false)).toBe(false)
    expect(spill.keep('no', true)).toBe(false)
    for (const [group, text] of ['b1', 'a1', 'no', 'b2'].map((t) => [t.slice(0, -1), t] as const))
      spill.add('runs', text === 'no' ? 'no' : group, Buffer.from(text))
    spill.add('tests', 'a', Buffer.from('other'))
    const texts = (part: string) => [...spill.groups(part)].map((group) => group.map(String))
    expect(texts('runs')).toEqual([['b1', 'b2'], ['a1']])
    expect(texts('tests')).toEqual([['other']])
    expect(texts('steps')).toEqual([])
    spill.close()
  })
})
