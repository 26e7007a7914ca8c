import { gzipSync } from 'node:zlib'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { openArchive } from '../../producers/archive/archive.ts'
import { problemLine } from '../../producers/archive/report.ts'
import { CODECS } from '../../schemas/codec.ts'
import {
  archiveFolder,
  deadLetters,
  endedRuns,
  hear,
  hearRuns,
  problemsOf,
  RUN_COLUMNS,
  runLine,
  runsCsv,
} from '../support/archive-folder.ts'

const ids = (from: number, to: number) => Array.from({ length: to - from + 1 }, (_, i) => from + i)
const lines = (from: number, to: number) => ids(from, to).map((id) => runLine(id))

afterEach(() => {
  vi.restoreAllMocks()
})

describe('a row that cannot be read is reported with its line and the rest goes on', () => {
  it.each<[string, string | Buffer, readonly string[]]>([
    ['finish-before-start', runLine(2, { finish: '2025-12-31T00:00:00Z' }), ['1', '3']],
    ['number-for-time', runLine(2, { finish: '1767265890000' }), ['1', '3']],
    ['absurd-time', runLine(2, { finish: '+057971-01-01T00:00:00Z' }), ['1', '3']],
    ['bad-time', runLine(2, { finish: 'soon' }), ['1', '3']],
    ['column-count', 'ci,o/r,build,2', ['1', '3']],
    ['malformed-row', runLine(2).replace('build', '"build" x'), ['1', '3']],
    ['unclosed-quote', runLine(2).replace('build', '"build'), ['1', '3']],
    ['invalid-utf8', Buffer.from(runLine(2).replace('build', 'b\u00fcild'), 'latin1'), ['1', '3']],
    ['row-too-long', runLine(2).replace('build', 'b'.repeat(10_000_000)), ['1', '3']],
    [
      'row-too-long',
      runLine(2).replace('build', `"${'log line, of a job\n'.repeat(500_000)}"`),
      ['1', '3'],
    ],
  ])('%s', async (reason, bad, expected) => {
    const content = Buffer.concat(
      [runsCsv(runLine(1)), bad, `\n${runLine(3)}\n`].map((part) => Buffer.from(part)),
    )
    const heard = await hearRuns(content)
    expect(problemsOf(heard)).toEqual([`line 3: ${reason}`])
    expect(endedRuns(heard)).toEqual(expected)
    const [letter, ...others] = deadLetters(heard)
    expect(others).toEqual([])
    expect(letter).toMatchObject({
      origin: 'archive:runs.csv',
      position: 'line 3',
      reason,
      step: 'archive',
    })
    expect(letter?.payload).toEqual(Buffer.from(bad).subarray(0, 65_536))
    expect(heard.summary.files[0]).toMatchObject({ rows: 3, refused: 1 })
  })

  it('a row whose facts no record can hold tells none of them, and the field is named', async () => {
    const codec = CODECS['run-event']
    const encode = codec.encode.bind(codec)
    vi.spyOn(codec, 'encode').mockImplementation((event) => {
      const isBad = event.runId === '2' && event.kind === 'finished'
      return encode(isBad ? { ...event, logBytes: 2 ** 60 } : event)
    })
    const heard = await hearRuns(runsCsv(...lines(1, 3)))
    expect(problemsOf(heard)).toEqual(['line 3: unencodable'])
    expect(heard.summary.problems[0]?.detail).toContain('logBytes')
    expect(endedRuns(heard)).toEqual(['1', '3'])
    expect(deadLetters(heard)).toMatchObject([
      { position: 'line 3', reason: 'unencodable', payload: Buffer.from(runLine(2)) },
    ])
    expect(heard.offers.filter(({ record }) => 'runId' in record && record.runId === '2')).toEqual(
      [],
    )
  })

  it('a quote open to the end of the file costs its own line only, quoted rows or not', async () => {
    const quoted = runLine(4).replace('build', '"build, all"')
    const rest = [runLine(2).replace('build', '"build'), runLine(3), quoted, runLine(5)]
    const heard = await hearRuns(runsCsv(runLine(1), ...rest))
    expect(problemsOf(heard)).toEqual(['line 3: unclosed-quote'])
    expect(endedRuns(heard)).toEqual(['1', '3', '4', '5'])
  })
  it('two open quotes cost two lines', async () => {
    const bad = (id: number) => runLine(id).replace('build', '"build')
    const heard = await hearRuns(runsCsv(runLine(1), bad(2), runLine(3), bad(4), runLine(5)))
    expect(problemsOf(heard)).toEqual(['line 3: unclosed-quote', 'line 5: unclosed-quote'])
    expect(endedRuns(heard)).toEqual(['1', '3', '5'])
  })
  it('a quoted field may hold commas, quotes and lines', async () => {
    const job = '"a ""b"", c\nd"'
    const heard = await hearRuns(runsCsv(runLine(1).replace('build', job), runLine(2)))
    expect(problemsOf(heard)).toEqual([])
    expect(heard.offers[0]?.record).toMatchObject({ job: 'a "b", c\nd' })
  })
  it('says in one line what is wrong, where, and what to do', async () => {
    const heard = await hearRuns(runsCsv(runLine(1, { finish: '1767265890' })))
    const [problem] = heard.summary.problems
    if (problem === undefined) throw new Error('nothing was reported')
    expect(problemLine(problem)).toMatch(
      /runs\.csv:2: finished_at is the number 1767265890, probably seconds since 1970 \(number-for-time\)\. Write times as ISO 8601/,
    )
  })
  it('puts a dead letter at the last good row before it, or at the first instant', async () => {
    const bad = 'ci,o/r'
    const heard = await hearRuns(runsCsv(bad, runLine(5), runLine(9), bad))
    expect(deadLetters(heard).map(({ observedAt }) => new Date(observedAt).toISOString())).toEqual([
      '2026-01-01T10:05:00.000Z',
      '2026-01-01T11:09:30.000Z',
    ])
  })
})

describe('what is odd but readable is passed on and reported', () => {
  it('a conclusion that every object knows is a word like any other', async () => {
    const words = ['constructor', '__proto__', 'hasOwnProperty']
    const rows = words.map((conclusion, i) => runLine(i + 1, { conclusion }))
    const heard = await hearRuns(runsCsv(...rows, runLine(4)))
    expect(problemsOf(heard)).toEqual([2, 3, 4].map((line) => `line ${line}: unknown-word`))
  })
  it('an unknown conclusion once per word', async () => {
    const odd = (id: number, conclusion: string) => runLine(id, { conclusion })
    const heard = await hearRuns(runsCsv(odd(1, 'melted'), odd(2, 'melted'), odd(3, 'burnt')))
    expect(problemsOf(heard)).toEqual(['line 2: unknown-word', 'line 4: unknown-word'])
    expect(heard.summary.files[0]?.problems).toEqual({ 'unknown-word': 3 })
    expect(endedRuns(heard)).toEqual(['1', '2', '3'])
    expect(deadLetters(heard)).toEqual([])
  })
  it('a run said twice counts as a repeat; only a contradiction is a problem', async () => {
    const running = runLine(2, { finish: '', conclusion: ' ' }).replace(' ', '')
    const heard = await hearRuns(
      runsCsv(
        runLine(1),
        runLine(1),
        running,
        runLine(2),
        runLine(3),
        runLine(3, { conclusion: 'failure' }),
      ),
    )
    expect(heard.summary.files[0]).toMatchObject({ rows: 6, repeats: 3, refused: 0 })
    expect(problemsOf(heard)).toEqual(['line 7: contradictory-run'])
    expect(heard.summary.problems[0]?.detail).toBe('run 3 was there before with another outcome')
  })
})

describe('a file that cannot be read is reported and the others go on', () => {
  const runs = runsCsv(...lines(1, 3))
  const hearWith = (name: string, content: string | Buffer) =>
    hear([archiveFolder({ 'runs.csv': runs, [name]: content })])

  it('without a required column', async () => {
    const heard = await hearWith('steps.csv', 'source,repo,job,run_id,step\nci,o/r,build,1,test\n')
    expect(problemsOf(heard)).toEqual(['line 1: missing-column'])
    expect(heard.summary.problems[0]?.detail).toBe('the header has no finished_at, no conclusion')
    expect(endedRuns(heard)).toEqual(['1', '2', '3'])
  })
  it('runs.csv itself', async () => {
    const steps =
      'source,repo,job,run_id,step,started_at,finished_at,conclusion,attempt\nci,o/r,build,1,test,,2026-01-01T10:05:00Z,success,1\n'
    const heard = await hear([
      archiveFolder({ 'runs.csv': runs.replace(/conclusion/, 'verdict'), 'steps.csv': steps }),
    ])
    expect(problemsOf(heard)).toEqual(['line 1: missing-column'])
    expect(heard.offers.filter(({ topic }) => topic === 'ci.run-events.v1')).toHaveLength(1)
  })
  it('with a column twice, without anything in it, or as a folder', async () => {
    expect(problemsOf(await hearRuns(runs.replace('sha', 'branch')))).toContain(
      'line 1: repeated-column',
    )
    expect(problemsOf(await hearWith('steps.csv', ''))).toEqual(['line 1: empty-file'])
    expect(problemsOf(await hearRuns(''))).toEqual(['line 1: empty-file'])
  })
  it('and reads a missing optional column as empty', async () => {
    const heard = await hearRuns(
      'source,repo,job,run_id,started_at,finished_at,conclusion\nci,o/r,build,1,,2026-01-01T10:05:00Z,success\n',
    )
    expect(endedRuns(heard)).toEqual(['1'])
    expect(heard.summary.problems.map(({ detail }) => detail)).toContain('no column queued_at')
    expect(heard.summary.files[0]?.refused).toBe(0)
  })
  it('a gzip that ends early gives what is readable, whole rows only', async () => {
    const whole = gzipSync(runsCsv(...lines(1, 5_000)))
    const heard = await hearRuns(whole.subarray(0, Math.floor(whole.length / 2)), 'runs.csv.gz')
    const count = endedRuns(heard).length
    expect(count).toBeGreaterThan(1_000)
    expect(problemsOf(heard)).toEqual([`line ${count + 2}: damaged-gzip`])
    expect(heard.summary.files[0]).toMatchObject({ rows: count, refused: 1 })
  })
  it('a gzip that is none, or whose check sum is wrong', async () => {
    expect(problemsOf(await hearRuns(runs, 'runs.csv.gz'))).toEqual(['line 1: damaged-gzip'])
    const broken = gzipSync(runs)
    broken[broken.length - 6] = (broken.at(-6) ?? 0) ^ 255
    const heard = await hearRuns(broken, 'runs.csv.gz')
    // The last bytes before the damage are lost with it, and the row they cut is not trusted.
    expect(problemsOf(heard)).toEqual(['line 4: damaged-gzip'])
    expect(endedRuns(heard)).toEqual(['1', '2'])
    expect(runLine(3)).toContain(deadLetters(heard)[0]?.payload.toString() ?? 'nothing')
  })
})

describe('a folder that is no archive is refused at once', () => {
  it('and the message says what a folder must hold', () => {
    const empty = archiveFolder({})
    expect(() => openArchive([empty])).toThrow(
      /holds no runs\.csv .* holds runs\.csv with the columns source, repo, job/,
    )
    expect(() => openArchive([`${empty}/none`])).toThrow(/There is no folder/)
    const both = archiveFolder({ 'runs.csv': RUN_COLUMNS, 'runs.csv.gz': gzipSync(RUN_COLUMNS) })
    expect(() => openArchive([both])).toThrow(/keep one of them/)
  })
})
