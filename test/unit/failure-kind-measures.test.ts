import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { describe, expect, it, onTestFinished } from 'vitest'
import { setOf } from '../../cli/failure-kinds/logs.ts'
import { confidenceError, isHit, macroF1 } from '../../cli/failure-kinds/measures.ts'
import { judgeFile, logFiles, verdictText } from '../../cli/failure-kinds/name-files.ts'
import { scoreSet } from '../../cli/failure-kinds/score-set.ts'
import { dataDir } from '../support/data.ts'
import { temporaryFolder } from '../support/temporary.ts'

const said = (truth: string, told: string) => ({ truth: [truth], told })

describe('measures of failure kinds', () => {
  it('take the mean of F1 over the kinds that are true somewhere', () => {
    // test: 1 right, told 2, true 1: 2/3. build: 0 right. crash is told, and true nowhere.
    const cases = [said('test', 'test'), said('build', 'test'), said('build', 'crash')]
    expect(macroF1(cases)).toBeCloseTo((2 / 3 + 0) / 2)
  })
  it('take any of two kinds for right where both are', () => {
    expect(macroF1([{ truth: ['timeout', 'crash'], told: 'crash' }])).toBe(1)
  })
  it('count a hit where a shown line is one of those that are marked', () => {
    const log = { name: '', bytes: new Uint8Array(), kinds: null, decisive: [[3, 5]] as const }
    expect([isHit(log, [1, 4]), isHit(log, [1, 6]), isHit(log, [])]).toEqual([true, false, false])
  })
  it('tell how far the told chance is from how often it was right', () => {
    const cases = [true, true, true, false].map((isRight) => ({ confidence: 0.95, isRight }))
    expect(confidenceError(cases)).toBeCloseTo(0.2)
  })
})

describe('logs in files', () => {
  it('are named one by one, packed or not', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'stopline-logs-'))
    onTestFinished(() => {
      rmSync(folder, { recursive: true })
    })
    writeFileSync(join(folder, 'a.log'), 'works\nsrc/a.cc:1:2: error: no member named x\n')
    writeFileSync(join(folder, 'b.txt.gz'), gzipSync('ErrImagePull: quay.io/a/b\n'))
    writeFileSync(join(folder, 'notes.md'), 'error: not a log')
    const told = await Promise.all(
      logFiles(folder).map(async (path) =>
        verdictText(path.slice(folder.length + 1), await judgeFile(path)),
      ),
    )
    // 1 / (1 + exp(−1.6 · (3.4 − 1.3))), and the same with a score of 4.
    expect(told.map((text) => text.split('\n').slice(0, 2))).toEqual([
      ['a.log: build, 0.97', '  2: src/a.cc:1:2: error: no member named x  [gcc]'],
      ['b.txt.gz: infrastructure (image), 0.99', '  1: ErrImagePull: quay.io/a/b  [pull]'],
    ])
    expect(setOf(folder)).toBeNull()
  })
})

describe('a line of a log', () => {
  it('is printed without what would move the cursor or set the title of a terminal', async () => {
    const path = join(temporaryFolder(), 'a.log')
    writeFileSync(path, 'ok\nerror: \u001b]0;owned\u0007 bad \u009b2J thing\n')
    const text = verdictText(path, await judgeFile(path))
    expect(text).toContain('error: ')
    expect(text.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u)
  })
})

describe("a labelled set of one's own", () => {
  const HEAD = 'file,kind,lines\n'
  const setWith = (rows: string) => {
    const folder = temporaryFolder()
    mkdirSync(join(folder, 'own'))
    const inside = join(folder, 'own')
    writeFileSync(join(inside, 'a.log'), 'works\nsrc/a.cc:1:2: error: no member named x\n')
    writeFileSync(join(inside, 'b.log.gz'), gzipSync('error: odd\nErrImagePull: quay.io/a/b\n'))
    writeFileSync(join(inside, 'failure-logs.csv'), HEAD + rows)
    const set = setOf(inside)
    if (set === null) throw new Error('no labelled set')
    return set
  }

  it('is scored under the name of its folder, by the words of our kinds', () => {
    const set = setWith('a.log,build,2\nb.log.gz,infrastructure,1 2-2\na.log,,\n')
    const score = scoreSet(set, undefined)
    expect(score).toMatchObject({ set: 'own', logs: 3, withKind: 2, withLine: 2 })
    expect(score.ways[0]).toMatchObject({ macroF1: 1, top1: 1 })
  })

  it.each([
    [
      'a.log,infra,2',
      "row 1: kind takes unknown, timeout, cancelled, infrastructure, crash, build, policy, test, not 'infra'",
    ],
    [
      'a.log,test,1\na.log,test,5-2',
      "row 2: lines takes numbers from 1, as in 12 or 12-15 40, not '5-2'",
    ],
    ['a.log,test,0', "not '0'"],
    ['c.log,test,1', 'row 1: there is no file'],
    [',test,1', 'row 1: file is missing'],
  ])('tells what is wrong in its list: %s', (rows, told) => {
    expect(() => [...setWith(rows).logs()]).toThrow(told)
  })
})

const PROW = dataDir('ai4ci')
describe.skipIf(PROW === null)('the recorded logs of Prow', () => {
  it('are told better than their last 20 lines tell them, and what did not fail is called no failure', () => {
    const set = setOf(PROW ?? '')
    if (set === null) throw new Error('no labelled set')
    const { logs, ways } = scoreSet(set, undefined)
    const [rules, , tail] = ways
    expect(logs).toBe(15)
    expect(rules?.macroF1 ?? 0).toBeGreaterThan(tail?.macroF1 ?? 1)
    expect(rules?.top3).toBe(1)
  })
})
