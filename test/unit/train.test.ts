import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { replayArchive } from '../../cli/feed.ts'
import { FORECASTING } from '../../cli/forecasting.ts'
import { ROW_COLUMNS, writeFeatureTable } from '../../cli/train/feature-table.ts'
import { writeLineTable } from '../../cli/train/line-table.ts'
import { writeMergeTable } from '../../cli/train/merge-table.ts'
import { archiveSet } from '../../cli/train/sets.ts'
import { openNpy } from '../../cli/train/npy.ts'
import { verdictOn, type TrainedScores } from '../../cli/train/verdict.ts'
import { watchingModel } from '../../cli/train/watching-model.ts'
import { FEATURE_NAMES } from '../../processors/stopping/features.ts'
import { openArchive } from '../../producers/archive/archive.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import { loadModel } from '../../runtime/models/load.ts'
import { currentOf, versionFolder } from '../../runtime/models/registry.ts'
import type { Score } from '../../schemas/events.ts'
import { dataDir } from '../support/data.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { PULLS_HEADER } from '../support/trainable-pulls.ts'

const never = new AbortController().signal
const recorded = dataDir('linkerd-ci')
const HEADER_BYTES = 128
const FAINT = 1e-9
const WIDTH = FEATURE_NAMES.length

const namesAndBits = (name: string, features: Float32Array): string =>
  `${name} ${Buffer.from(features.slice().buffer).toString('hex')}`

/** Rows of the table, by when the run's end was heard and its age. */
const rowsOfTable = (folder: string): string[] => {
  const bytes = readFileSync(join(folder, 'features.npy')).subarray(HEADER_BYTES)
  const values = new Float32Array(new Uint8Array(bytes).buffer)
  const lines = readFileSync(join(folder, 'rows.csv'), 'utf8').trim().split('\n')
  expect(lines[0]).toBe(ROW_COLUMNS.join(','))
  return lines.slice(1).map((line, i) => {
    const [heardMs, elapsed] = line.split(',').slice(-3)
    const features = values.slice(i * WIDTH, (i + 1) * WIDTH)
    return namesAndBits(`${heardMs ?? ''} ${elapsed ?? ''}`, features)
  })
}

/**
 * What the shipped model is asked in shadow. Its answers are made too small to be listened to: what is listened to is heard
 * again in when forecasts are published, and so in what the community learns.
 */
const rowsInShadow = async (folder: string): Promise<Set<string>> => {
  const shipped = join(import.meta.dirname, '../../models')
  const version = currentOf(shipped, 'stopping')?.version ?? ''
  const model = loadModel(versionFolder(shipped, 'stopping', version), FEATURE_NAMES)
  const watching = watchingModel((features) => model.score(features, {}) * FAINT, version)
  const models = { stopping: watching.model }
  const runtime = new EmbeddedRuntime(':memory:', FORECASTING, undefined, models)
  const rows = new Set<string>()
  runtime.onCommit((published) => {
    for (const { topic, record } of published)
      if (topic === 'ci.scores.v1')
        for (const { elapsedSeconds, features } of watching.take(record as Score))
          rows.add(namesAndBits(`${record?.observedAt ?? 0} ${elapsedSeconds}`, features))
  })
  await replayArchive(runtime, openArchive([folder]), never, { isQuiet: true })
  runtime.close()
  return rows
}

describe('the training table', () => {
  it('is a NumPy file whose header tells its shape', async () => {
    const path = join(temporaryFolder(), 'two.npy')
    const file = await openNpy(path, 2)
    for (const row of [
      [1, 2],
      [3, NaN],
      [0.1, -0],
    ])
      await file.append(Float32Array.from(row))
    expect(await file.close()).toBe(3)
    const bytes = readFileSync(path)
    expect(bytes.toString('latin1', 1, 6)).toBe('NUMPY')
    expect(bytes.toString('latin1', 10, HEADER_BYTES)).toContain("'shape': (3, 2)")
    expect(bytes.length).toBe(HEADER_BYTES + 3 * 2 * 4)
    expect(bytes.readFloatLE(HEADER_BYTES + 16)).toBe(Math.fround(0.1))
  })
  it.skipIf(recorded === null)(
    'holds what a model in shadow is asked, bit for bit, on 10,000 rows of recorded CI',
    async () => {
      const table = temporaryFolder()
      const rows = await writeFeatureTable([archiveSet(recorded ?? '')], table, never)
      const served = await rowsInShadow(recorded ?? '')
      const made = rowsOfTable(table)
      expect(made.length).toBe(rows)
      expect(rows).toBeGreaterThan(10_000)
      expect(made.filter((row) => !served.has(row))).toEqual([])
    },
    120_000,
  )
})

describe('a folder that cannot be trained on', () => {
  const tables = [writeFeatureTable, writeMergeTable, writeLineTable]
  const folderWith = (text: string): string => {
    const folder = temporaryFolder()
    writeFileSync(join(folder, 'pulls.csv'), text)
    return folder
  }
  it("of lines takes a labelled set of one's own, under the name of its folder", async () => {
    const own = temporaryFolder()
    writeFileSync(join(own, 'a.log'), 'works\nsrc/a.cc:1:2: error: no member named x\nfailed\n')
    writeFileSync(join(own, 'failure-logs.csv'), 'file,kind,lines\na.log,build,2\n')
    const table = temporaryFolder()
    await writeLineTable([archiveSet(own)], table)
    const [, ...rows] = readFileSync(join(table, 'rows.csv'), 'utf8').trim().split('\n')
    const told = rows.map((row) => row.split(','))
    expect(new Set(told.map(([set]) => set))).toEqual(new Set([basename(own)]))
    expect(told.map(([, , line, kind, , isDecisive]) => [line, kind, isDecisive])).toContainEqual([
      ...['2', 'build', '1'],
    ])
  })
  it.each([
    ['is not there', () => '/nowhere', /There is no folder|no labelled logs/],
    ['is empty', temporaryFolder, /no runs\.csv|no labelled logs/],
    [
      'has other columns',
      () => folderWith('id,Org,number\n1,acme,7\n'),
      /no pull|no run|no labelled/,
    ],
    ['has no row', () => folderWith(`${PULLS_HEADER}\n`), /no pull|no run|no labelled/],
  ])('ends the table with the reason, and no file is left open: it %s', async (_, make, reason) => {
    const recorded = make()
    for (const write of tables) {
      const table = temporaryFolder()
      await expect(write([archiveSet(recorded)], table, never)).rejects.toThrow(reason)
      // As `stopline train` does: who still wrote there would end the process.
      rmSync(table, { recursive: true })
    }
  })
})

describe('a trained model', () => {
  const lead = (low: number) => ({ value: low + 2, low, high: low + 4 })
  const scores = (formula: number, inService: TrainedScores['inService']): TrainedScores => ({
    version: 'new',
    later: { 'all that trained': { lead: lead(formula) } },
    inService,
  })
  const old = (low: number) => ({ version: 'old', runs: 100, lead: lead(low) })

  it('goes into service where it is shown to be better than the formula and than the one there', () => {
    expect(verdictOn(scores(0.5, null)).isBetter).toBe(true)
    expect(verdictOn(scores(0.5, old(0.1))).isBetter).toBe(true)
  })
  it('stays out where either is not shown, and says why', () => {
    expect(verdictOn(scores(-0.5, null)).reason).toContain('than the formula: 1.5 [-0.5, 3.5]')
    expect(verdictOn(scores(0.5, old(-0.1))).reason).toContain('better than old: 1.9 [-0.1, 3.9]')
    expect(verdictOn(scores(0.5, { version: 'new', runs: 9 })).reason).toContain('in service')
    expect(verdictOn(scores(0.5, { version: 'old', runs: 0 })).reason).toContain('no data later')
    expect(verdictOn({ version: 'new', later: {}, inService: null }).isBetter).toBe(false)
  })
})
