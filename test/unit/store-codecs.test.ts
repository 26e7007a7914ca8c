import { join } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { afterEach, describe, expect, it, vi } from 'vitest'
import type { EmbeddedLog } from '../../runtime/embedded/log.ts'
import type { Offer } from '../../runtime/ports.ts'
import type { Prior, RunEvent, Score } from '../../schemas/events.ts'
import type * as Load from '../../schemas/load.ts'
import type { SchemaName } from '../../schemas/names.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { aFact, aRun, MINUTE, MONDAY } from '../support/facts.ts'
import { sampleScore } from '../support/sample-records.ts'
import { temporaryFolder } from '../support/temporary.ts'

const LOAD = '../../schemas/load.ts'
const TOPICS = ['ci.run-events.v1', 'ci.priors.v1', 'ci.scores.v1'] as const

/** A log of segments, one that is compacted, and one whose records are packed in a view, too. */
const said = (
  n: number,
  { fact = {}, prior = {}, score = {} }: Said = {},
): [RunEvent, Prior, Score] => {
  const at = MONDAY + n * MINUTE
  const run = aRun({ runId: String(n) })
  return [
    { ...aFact(run, 'finished', at), step: 'compile', passed: 10 + n, failed: n, ...fact },
    {
      ...{ eventId: `p${n}`, eventAt: at, observedAt: at, pool: `pool ${n}`, passes: n },
      ...{ failures: 0, passDurations: {}, failDurations: {}, passClean: {}, failClean: {} },
      ...{ watchedPasses: 0, falseStops: [], trueStops: [], weights: [], trust: 0, strain: 0 },
      ...{ passesWithSign: 0, failuresWithSign: 0, leadModel: 'm', leadRuns: n, leadNats: 2 * n },
      ...{ unseenPasses: 0, unseenFalseStops: [] },
      ...prior,
    },
    sampleScore({ ...run, eventId: `s${n}`, observedAt: at, group: 'a group', ...score }),
  ]
}
interface Said {
  readonly fact?: Partial<RunEvent>
  readonly prior?: Partial<Prior>
  readonly score?: Partial<Score>
}
const offersOf = (n: number): Offer[] => {
  const records = said(n)
  return TOPICS.map((topic, index) => ({ topic, record: records[index] }) as Offer)
}

/** The program as it would be if some schemas lacked a field. */
const programWithout = async (missing: Partial<Record<SchemaName, string>>) => {
  vi.resetModules()
  vi.doMock(LOAD, async (load) => {
    const { schemaOf } = await load<typeof Load>()
    const fieldsOf = (name: SchemaName) =>
      schemaOf(name).fields.filter((field) => field.name !== missing[name])
    return { schemaOf: (name: SchemaName) => ({ ...schemaOf(name), fields: fieldsOf(name) }) }
  })
  const { EmbeddedRuntime } = await import('../../runtime/embedded/runtime.ts')
  const { EmbeddedStore } = await import('../../runtime/embedded/store.ts')
  const log = await import('../../runtime/embedded/log.ts')

  const inRuntime = <T>(
    folder: string,
    work: (runtime: InstanceType<typeof EmbeddedRuntime>) => T,
  ): T => {
    const runtime = new EmbeddedRuntime(folder, [], toViews)
    try {
      return work(runtime)
    } finally {
      runtime.close()
    }
  }
  return {
    write: (folder: string, n: number): void => {
      inRuntime(folder, (runtime) => {
        runtime.commit(offersOf(n), MONDAY + n * MINUTE)
      })
    },
    read: (folder: string): unknown[] => inRuntime(folder, (runtime) => recordsOf(runtime.log)),
    rowsOfScores: (folder: string): unknown[] =>
      inRuntime(folder, ({ views }) =>
        views.list('scores', { limit: 9 }).map(({ json }) => JSON.parse(json) as unknown),
      ),
    /** As `tail`, `export` and `doctor` do. */
    readBeside: (folder: string): unknown[] => {
      const store = new EmbeddedStore(folder, { readOnly: true })
      try {
        return recordsOf(new log.EmbeddedLog(store))
      } finally {
        store.close()
      }
    },
  }
}
const recordsOf = (log: Pick<EmbeddedLog, 'read'>): unknown[] => {
  const [facts = [], priors = [], scores = []] = TOPICS.map((topic) =>
    [...log.read(topic)].map(({ record }) => JSON.parse(JSON.stringify(record)) as unknown),
  )
  return facts.map((fact, index) => [fact, priors[index], scores[index]])
}
afterEach(() => {
  vi.doUnmock(LOAD)
  vi.resetModules()
})

const OLDER = { 'run-event': 'passed', prior: 'leadModel', score: 'failed' } as const
/** What is read of a record that was written without these fields: their defaults. */
const BLANK: Said = { fact: { passed: null }, prior: { leadModel: '' }, score: { failed: null } }
/** What a version without these fields reads. */
const LESS = {
  ...{ fact: { passed: undefined }, prior: { leadModel: undefined } },
  score: { failed: undefined },
} as unknown as Said

const metaIn = (folder: string, sql: string): unknown[] => {
  const db = new DatabaseSync(join(folder, 'stopline.db'))
  try {
    return db.prepare(sql).all()
  } finally {
    db.close()
  }
}
const writersIn = (folder: string, name: SchemaName): unknown =>
  metaIn(folder, `SELECT value FROM meta WHERE name = 'writers/${name}'`).map((row) =>
    (JSON.parse((row as { value: string }).value) as [number, string][]).map(([id]) => id),
  )[0]

describe('a store of a version with other schemas', () => {
  it('is read with those that wrote it, and gets records of both', async () => {
    const folder = temporaryFolder()
    const older = await programWithout(OLDER)
    older.write(folder, 1)
    const ours = await programWithout({})
    expect(ours.readBeside(folder)).toEqual([said(1, BLANK)])
    expect(ours.read(folder)).toEqual([said(1, BLANK)])
    ours.write(folder, 2)
    expect(ours.readBeside(folder)).toEqual([said(1, BLANK), said(2)])
    expect(ours.read(folder)).toEqual([said(1, BLANK), said(2)])
    expect(ours.rowsOfScores(folder)).toEqual([said(2)[2], said(1, BLANK)[2]])
  })

  it('can be taken back by the version before', async () => {
    const folder = temporaryFolder()
    const older = await programWithout(OLDER)
    const ours = await programWithout({})
    ours.write(folder, 1)
    expect(older.readBeside(folder)).toEqual([said(1, LESS)])
    older.write(folder, 2)
    expect(older.read(folder)).toEqual([said(1, LESS), said(2, LESS)])
    ours.write(folder, 3)
    expect(ours.read(folder)).toEqual([said(1), said(2, BLANK), said(3)])
    expect(writersIn(folder, 'run-event')).toEqual([1, 2])
    expect(writersIn(folder, 'pull-event')).toEqual([3])
  })

  it('is refused where ours cannot read it, by who writes and who reads, and stays as it was', async () => {
    const folder = temporaryFolder()
    const older = await programWithout({ 'run-event': 'job', score: 'failed' })
    older.write(folder, 1)
    const ours = await programWithout({})
    const refusal =
      'the store holds records of another version, which this one cannot read (run-event): use the program that wrote it, or name another folder with --store'
    expect(() => ours.readBeside(folder)).toThrow(refusal)
    expect(() => ours.read(folder)).toThrow(refusal)
    expect(writersIn(folder, 'score')).toEqual([18])
    older.write(folder, 2)
    expect(older.read(folder)).toHaveLength(2)
  })

  it('is taken for one of ours where it is from before schemas were noted', async () => {
    const folder = temporaryFolder()
    const ours = await programWithout({})
    ours.write(folder, 1)
    metaIn(folder, `DELETE FROM meta WHERE name LIKE 'writers/%'`)
    expect(ours.readBeside(folder)).toEqual([said(1)])
    expect(ours.read(folder)).toEqual([said(1)])
    expect(writersIn(folder, 'run-event')).toEqual([1])
  })
})
