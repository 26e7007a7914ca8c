import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, vi } from 'vitest'
import { kindOf, openImport } from '../../producers/import/import.ts'
import { placeOf } from '../../producers/import/run-folders.ts'
import { namesOf } from '../../producers/import/testgrid-dump.ts'
import type { Offer } from '../../runtime/ports.ts'
import { CODECS } from '../../schemas/codec.ts'
import type { LogExcerpt, RunEvent, TestResult } from '../../schemas/events.ts'
import { dataDir } from '../support/data.ts'
import { temporaryFolder } from '../support/temporary.ts'

const NOW = Date.parse('2026-01-02T12:00:00Z')
const START = NOW / 1000 - 7200
const options = { source: 'import', repo: 'none/none', now: NOW }
const iso = (seconds: number) => new Date(seconds * 1000).toISOString()

const importOf = async (...paths: readonly string[]) => {
  const archive = openImport(paths, options)
  const offers: Offer[] = []
  for await (const batch of archive.batches(0, new AbortController().signal))
    offers.push(...batch.offers)
  return { offers, archive }
}
const facts = (offers: readonly Offer[]): RunEvent[] =>
  offers.flatMap(({ topic, record }) => (topic === 'ci.run-events.v1' ? [record as RunEvent] : []))

/** A run of an hour that waited for a lease, then failed in a step. */
const writeRun = (folder: string, files: Readonly<Record<string, string | Buffer>> = {}): void => {
  mkdirSync(join(folder, 'artifacts/e2e'), { recursive: true })
  const log = [
    `${iso(START + 60)} Running step ipi-install.`,
    `${iso(START + 1860)} Step ipi-install failed after 30m0s`,
  ]
  const whole = {
    'started.json': JSON.stringify({ timestamp: START, node: 'n1' }),
    'finished.json': JSON.stringify({ timestamp: START + 3600, result: 'FAILURE' }),
    'build-log.txt.gz': gzipSync(`${log.join('\n')}\n`),
    'artifacts/e2e/junit_e2e.xml':
      '<testsuite><testcase name="t" time="1"/><testcase name="u"><failure/></testcase></testsuite>',
    ...files,
  }
  for (const [name, text] of Object.entries(whole)) writeFileSync(join(folder, name), text)
}

describe('an import', () => {
  it("reads a copy of Prow's bucket as it happened, the inside of a run before its end", async () => {
    const root = temporaryFolder()
    writeRun(join(root, 'logs/job-a/17'))
    const { offers, archive } = await importOf(root)
    const told = facts(offers).map(({ kind, step, eventAt, observedAt }) => {
      expect(observedAt).toBe(eventAt)
      return [kind, step, (eventAt / 1000 - START) / 60].filter((part) => part !== null).join(' ')
    })
    expect(told.filter((line) => !/^(?:log|tests)/.test(line)).slice(0, 3)).toEqual([
      'started 0',
      'stepStarted ipi-install 1',
      'stepFinished ipi-install 31',
    ])
    expect(told.at(-1)).toBe('finished 60')
    expect(offers.filter(({ topic }) => topic === 'ci.test-results.v1')).toHaveLength(2)
    expect(facts(offers).at(-1)).toMatchObject({
      job: 'job-a',
      runId: '17',
      outcome: 'failure',
      startedAt: START * 1000,
    })
    expect(archive.summary().problems).toEqual([])
  })

  it('reads the logs of steps too, each as of the end of its step', async () => {
    const root = temporaryFolder()
    const folder = join(root, 'logs/job-a/17')
    const steps = ['ipi-install', 'gather', 'gather/artifacts/pods/x']
    for (const step of steps) mkdirSync(join(folder, 'artifacts/e2e', step), { recursive: true })
    writeRun(folder, {
      'build-log.txt': [
        `${iso(START + 60)} Running step e2e-ipi-install.`,
        `${iso(START + 1860)} Step e2e-ipi-install failed after 30m0s`,
        'error: the installation failed\n',
      ].join('\n'),
      'artifacts/e2e/ipi-install/build-log.txt.gz': gzipSync(
        [
          `passed: (1.5s) ${iso(START + 600)} "a test"`,
          `failed: (2m1s) ${iso(START + 900)} "another test"`,
          'fatal error: no more addresses',
          'error: 1 fail, 1 pass, 0 skip (3m)\n',
        ].join('\n'),
      ),
      'artifacts/e2e/gather/build-log.txt': 'Gathering ...\n',
      'artifacts/e2e/gather/artifacts/pods/x/build-log.txt': 'error: of a pod\n',
    })
    rmSync(join(folder, 'build-log.txt.gz'))
    const { offers, archive } = await importOf(root)
    expect(archive.summary().problems).toEqual([])
    const minute = ({ eventAt }: { eventAt: number }): number => (eventAt / 1000 - START) / 60
    const excerpts = offers.flatMap(({ topic, record }) =>
      topic === 'ci.log-excerpts.v1' ? [record as LogExcerpt] : [],
    )
    expect(excerpts.map((one) => [one.log, minute(one), one.isEnd])).toEqual([
      ['artifacts/e2e/ipi-install/build-log.txt', 31, true],
      ['artifacts/e2e/gather/build-log.txt', 60, true],
      ['build-log.txt', 60, true],
    ])
    const loud = excerpts.map(({ lines }) =>
      lines.flatMap(({ isLoud, text }) => (isLoud ? [text] : [])),
    )
    expect(loud[0]).toContain('fatal error: no more addresses')
    expect(loud[2]).toContain('error: the installation failed')
    expect(
      facts(offers).find(({ kind, step }) => kind === 'testsReported' && step !== null),
    ).toMatchObject({
      step: 'e2e-ipi-install',
      passed: 1,
      failed: 1,
      failedTests: ['another test'],
    })
  })

  it('goes on where it was, and gives the same each time', async () => {
    const root = temporaryFolder()
    for (const build of ['1', '2', '3']) writeRun(join(root, `logs/job-a/${build}`))
    const { offers } = await importOf(root)
    const rest: Offer[] = []
    const again = openImport([root], options)
    for await (const batch of again.batches(7, new AbortController().signal))
      rest.push(...batch.offers)
    expect(rest).toEqual(offers.slice(7))
  })

  it('says what it could not read, and reads the rest', async () => {
    const root = temporaryFolder()
    writeRun(join(root, 'logs/job-a/1'), {
      'prowjob.json': '{ broken',
      'build-log.txt.gz': gzipSync('x'.repeat(5000)).subarray(0, 20),
      'artifacts/e2e/junit_e2e.xml': '<!DOCTYPE x [<!ENTITY a "aaaa">]><testsuite/>',
    })
    // A link that leads out of the copy, or in a circle, is not followed.
    symlinkSync(root, join(root, 'logs/job-a/circle'))
    const { offers, archive } = await importOf(root)
    const [report] = archive.summary().files
    expect(report).toMatchObject({ rows: 1, refused: 3 })
    expect(offers.filter(({ topic }) => topic === 'ci.dead-letters.v1')).toHaveLength(3)
    expect(facts(offers).map(({ kind }) => kind)).toEqual(expect.arrayContaining(['finished']))
  })

  it('refuses a file that says what no record can hold, names the field, and tells none of it', async () => {
    const root = temporaryFolder()
    for (const build of ['1', '2']) writeRun(join(root, `logs/job-a/${build}`))
    const codec = CODECS['test-result']
    const encode = codec.encode.bind(codec)
    vi.spyOn(codec, 'encode').mockImplementation((test) => {
      const isBad = test.runId === '1' && test.test === 'u'
      return encode(isBad ? { ...test, attempt: 2 ** 40 } : test)
    })
    const { offers, archive } = await importOf(root)
    vi.restoreAllMocks()
    expect(archive.summary().problems).toMatchObject([{ reason: 'bad-file' }])
    expect(archive.summary().problems[0]?.detail).toMatch(/^job-a\/1\/.*junit_e2e.xml: .*attempt/)
    const tests = offers.filter(({ topic }) => topic === 'ci.test-results.v1')
    expect(tests.map(({ record }) => (record as TestResult).runId)).toEqual(['2', '2'])
    expect(facts(offers).filter(({ kind }) => kind === 'finished')).toHaveLength(2)
  })

  it('tells once of a file that ends early and says what no record can hold', async () => {
    const root = temporaryFolder()
    const log = gzipSync(Buffer.from(`${'x'.repeat(99)}\n`.repeat(5_000)), { level: 0 })
    writeRun(join(root, 'logs/job-a/1'), { 'build-log.txt.gz': log.subarray(0, 300_000) })
    const codec = CODECS['run-event']
    const encode = codec.encode.bind(codec)
    vi.spyOn(codec, 'encode').mockImplementation((fact) =>
      encode(fact.kind === 'logProgress' ? { ...fact, attempt: 2 ** 40 } : fact),
    )
    const { offers, archive } = await importOf(root)
    vi.restoreAllMocks()
    const details = archive.summary().problems.map(({ detail }) => detail)
    expect(details).toEqual([
      expect.stringContaining('build-log.txt: '),
      expect.stringContaining('attempt'),
    ])
    const letters = offers.filter(({ topic }) => topic === 'ci.dead-letters.v1')
    expect(letters.map(({ record }) => record.eventId)).toEqual([
      'import:import/job-a/1/build-log.txt',
    ])
  })

  it('reads no JSON into memory that is larger than any of Prow, plain or unpacked', async () => {
    const root = temporaryFolder()
    const large = `{"timestamp":${START},"x":"${'x'.repeat(9 * 2 ** 20)}"}`
    writeRun(join(root, 'logs/job-a/1'), { 'started.json': large })
    writeRun(join(root, 'logs/job-a/2'), { 'prowjob.json.gz': gzipSync(large) })
    const { offers, archive } = await importOf(root)
    expect(archive.summary().files[0]).toMatchObject({ rows: 2, refused: 2 })
    expect(facts(offers).filter(({ kind }) => kind === 'finished')).toHaveLength(2)
  })

  it('knows each kind by what it holds, and refuses what holds nothing', () => {
    const root = temporaryFolder()
    expect(() => kindOf(root)).toThrow('no runs.csv')
    expect(() => kindOf(join(root, 'none'))).toThrow('There is no')
    writeFileSync(join(root, 'tab.json'), '{}')
    expect(kindOf(root)).toBe('testgrid')
    writeRun(join(root, 'logs/a/1'))
    expect(kindOf(root)).toBe('bucket')
    writeFileSync(join(root, 'runs.csv'), '')
    expect(kindOf(root)).toBe('archive')
  })

  it('reads the place of a run off its path', () => {
    expect(placeOf('/b/pr-logs/pull/o_r_x/12/job/9')).toEqual({
      job: 'job',
      runId: '9',
      repo: 'o/r_x',
      pull: 12,
    })
    expect(placeOf('/b/pr-logs/pull/12/job/9')).toMatchObject({ repo: null, pull: 12 })
    expect(placeOf('/b/pr-logs/pull/batch/job/9')).toMatchObject({ repo: null, pull: null })
    expect(placeOf('/b/logs/job/9')).toMatchObject({ job: 'job', runId: '9', pull: null })
    expect(namesOf('/d/dash/tab.table.json.gz')).toEqual({ dashboard: 'dash', tab: 'tab' })
  })
})

const folder = dataDir('fixtures/testgrid')

describe.skipIf(folder === null)('the recorded dumps of TestGrid', () => {
  it('give 82 ends of runs, every cell of a test, and the states of 49 tabs', async () => {
    const { offers } = await importOf(folder ?? '')
    const count = (name: string) => offers.filter(({ topic }) => topic === name).length
    const ends = facts(offers).filter(({ kind }) => kind === 'finished')
    expect(ends).toHaveLength(82)
    expect(count('ci.test-results.v1')).toBe(65_829 + 797 - 82)
    expect(count('ci.tab-states.v1')).toBe(49)
  })
})
