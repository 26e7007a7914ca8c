/** Scores of tests against series whose answers are known. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { bet, noStakes, RUIN, wealthOf, type Bets } from '../../processors/tests/bets.ts'
import { fixesOf, isAlert, streakOf } from '../../processors/tests/failures.ts'
import { fingerprintOf, fingerprintText, steadyText } from '../../processors/tests/fingerprint.ts'
import { fisherRight, upperRate } from '../../processors/tests/fisher.ts'
import { flipScore, naiveScore, pairsOf, transitionScore } from '../../processors/tests/flips.ts'
import { FAIL, isNoResult } from '../../processors/tests/kinds.ts'
import { hashOf, isSum } from '../../processors/tests/names.ts'
import { severityOf, wordOf, type Symptoms } from '../../processors/tests/words.ts'
import { MASS } from '../../schemas/strips.ts'
import { cells } from '../support/test-results.ts'

describe('flips', () => {
  it.each([
    ['an empty list', '', null],
    ['all passing', 'P3', 0],
    ['several flakes', 'P F P P K P4 F', 0.3],
    ['a short row of failures', 'P F F P4 F P P', 0.2],
    ['a long row', 'P F5 P F P F', 0.4],
    ['a long row with a flake in it', 'P F F K F F P F P F', 0.5],
    ['naive and flips apart', 'F3 P3', 0],
    ['an outage', 'P6 F11 P7', 0],
    ['eight flips', `P5 ${'PF'.repeat(8)} P3`, 8 / 24],
    ['nothing but flips', 'PF'.repeat(11), 0.5],
  ])('of %s are those of TestGrid and of AI4CI', (_, series, score) => {
    expect(flipScore(cells(series))).toBe(score)
  })
  it('are not what the naive score counts', () => {
    expect(naiveScore(cells('P6 F11 P7'))).toBeCloseTo(0.458, 3)
    expect(naiveScore([])).toBeNull()
  })
  it('are counted by transition as Buildkite does', () => {
    expect(transitionScore(cells('PPFFF'))).toBe(0.2)
    expect(transitionScore(cells('PFPFF'))).toBe(0.4)
    expect(transitionScore([])).toBeNull()
  })
  it('are pairs of neighbours', () => {
    expect(pairsOf(cells('PPFFF'))).toEqual({ all: 4, passToFail: 1, failToPass: 0, failToFail: 2 })
    expect(pairsOf([])).toEqual({ all: 0, passToFail: 0, failToPass: 0, failToFail: 0 })
  })
})

describe('failures in a row', () => {
  it('are bridged where a run said nothing', () => {
    expect(streakOf(cells('P F . F'))).toEqual({ length: 2, firstAt: 1, passAt: 0 })
    expect(streakOf(cells('F F'))).toEqual({ length: 2, firstAt: 0, passAt: -1 })
    expect(streakOf(cells('F K'))).toEqual({ length: 0, firstAt: -1, passAt: 1 })
  })
  it.each([
    ['FFFP', true],
    ['FFFPP', false],
    ['FFKFP', false],
    ['FF.SF', true],
    ['PFF', false],
    ['', false],
  ])('%s: the alert is open: %s', (series, isOpen) => {
    expect(isAlert(cells(series))).toBe(isOpen)
  })
  it('take as long as from the first to the pass after them', () => {
    const times = [0, 10, 20, 30, 40, 50].map((seconds) => seconds * 1000)
    const [two, one] = [
      { runs: 2, seconds: 20 },
      { runs: 1, seconds: 10 },
    ]
    expect(fixesOf(cells('PFFPFP'), times, 0)).toEqual([two, one])
    expect(fixesOf(cells('PFFPFP'), times, 4)).toEqual([one])
    expect(fixesOf(cells('PFFPFF'), times, 0)).toEqual([two])
  })
})

describe('exact tests', () => {
  it('give the tail of Fisher', () => {
    expect(fisherRight(3, 4, 1, 4)).toBeCloseTo(17 / 70, 12)
    expect(fisherRight(0, 5, 2, 9)).toBeCloseTo(1, 12)
    expect(fisherRight(5, 5, 0, 5)).toBeCloseTo(1 / 252, 12)
  })
  it('give upper bounds of a rate', () => {
    expect(upperRate(0, 50)).toBeCloseTo(1 - 0.025 ** (1 / 50), 9)
    expect(upperRate(0, 50)).toBeCloseTo(0.0711, 4)
    expect(upperRate(5, 20)).toBeCloseTo(0.491, 3)
    expect(upperRate(4, 4)).toBe(1)
  })
})

const wealthAfter = (results: readonly boolean[], p0: number): number => {
  const bets: Bets = { starts: 0, stakes: noStakes() }
  for (const hasFailed of results) bet(bets, hasFailed, p0)
  return wealthOf(bets)
}

describe('bets', () => {
  it('multiply as the example says', () => {
    expect(wealthAfter([], 0.1)).toBe(1)
    expect(wealthAfter([true], 0.1)).toBeCloseTo(1, 12)
    const second = wealthAfter([true, true], 0.1)
    expect(second).toBeCloseTo(3.1375, 12)
  })
  it('are fair: the mean wealth over all results of a test at the bound is 1', () => {
    const p0 = 0.3
    let mean = 0
    for (let series = 0; series < 256; series += 1) {
      const results = Array.from({ length: 8 }, (_, i) => ((series >> i) & 1) === 1)
      const chance = results.reduce((p, failed) => p * (failed ? p0 : 1 - p0), 1)
      mean += chance * wealthAfter(results, p0)
    }
    expect(mean).toBeCloseTo(1, 12)
  })
  it('ruin the basis of a test at its bound in fewer than 1 of 40 series, looked at after every result', () => {
    let state = 7
    const chance = (): number => {
      state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
      return state / 4_294_967_296
    }
    let ruined = 0
    for (let series = 0; series < 2_000; series += 1) {
      const bets: Bets = { starts: 0, stakes: noStakes() }
      for (let i = 0; i < 300; i += 1) {
        bet(bets, chance() < 0.1, 0.1)
        if (wealthOf(bets) < RUIN) continue
        ruined += 1
        break
      }
    }
    expect(ruined / 2_000).toBeLessThan(1 / 40)
    expect(ruined).toBeGreaterThan(0)
  })
  it('ruin the basis soon once a test fails every other time', () => {
    const series = Array.from({ length: 12 }, (_, i) => i % 2 === 0)
    expect(wealthAfter(series, 0.05)).toBeGreaterThan(RUIN)
  })
  it('win nothing where there is no bound', () => {
    expect(wealthAfter([true, true, true, true], 1)).toBeCloseTo(1, 12)
  })
})

describe('words', () => {
  const of = (series: string, more: Partial<Symptoms> = {}): Symptoms => {
    const kinds = cells(series)
    return {
      ...{ isRegressed: false, isExtreme: false, kinds, marks: kinds.map(() => 0) },
      streak: streakOf(kinds).length,
      flip: flipScore(kinds.filter((kind) => !isNoResult(kind))),
      ...more,
    }
  }
  it.each([
    ['P5', 'passing', 0],
    ['PFPPP', 'flaky', 28],
    ['P4K', 'flaky', 28],
    ['PFFFPP', 'passing', 0],
    ['PFF', 'failing', 62],
    ['..F6', 'newFailing', 80],
    ['F6', 'failing', 66],
    ['Q3FQ', 'flaky', 28],
    ['QQ', 'quiet', 0],
    ['SS', 'quiet', 0],
  ])('%s is %s', (series, word, severity) => {
    const symptoms = of(series)
    expect(wordOf(symptoms)).toBe(word)
    expect(severityOf(wordOf(symptoms), symptoms)).toBe(severity)
  })
  it('blame the run where all failed at once', () => {
    expect(wordOf(of('PPF', { marks: [0, 0, MASS] }))).toBe('infraFlake')
    expect(wordOf(of('PPF', { isRegressed: true }))).toBe('regression')
    expect(severityOf('regression', of('F', { isExtreme: true }))).toBe(100)
  })
})

describe('fingerprints', () => {
  it.each([
    ['timed out after 3m12s on pod web-7f9c4', 'timed out after # on pod web-#'],
    ['expected 3 to equal 4 (0x7ffe12)', 'expected # to equal # (#)'],
    ['2024-11-03T12:04:05.123Z lost 10.0.3.7:8443', '# lost #'],
    ['commit 3810fd3742e7 not found', 'commit # not found'],
  ])('keep of %s what is steady', (message, steady) => {
    expect(steadyText(message)).toBe(steady)
  })
  it('are alike for messages that differ in numbers only, and none where nothing was said', () => {
    const [a, b] = ['pod ci-op-1x2y3 failed after 32s', 'pod ci-op-9z8w7 failed after 1m2s']
    expect(fingerprintOf(a)?.hash).toBe(fingerprintOf(b)?.hash)
    expect(fingerprintOf('other')?.hash).not.toBe(fingerprintOf(a)?.hash)
    expect(fingerprintOf(null)).toBeNull()
    expect(fingerprintOf('  ')).toBeNull()
    expect(fingerprintText(255)).toBe('0000000007v')
  })
})

describe('names', () => {
  it('have hashes of 53 bits', () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        const hash = hashOf(name)
        expect(Number.isSafeInteger(hash) && hash >= 0).toBe(true)
      }),
    )
    const many = new Set(Array.from({ length: 100_000 }, (_, i) => hashOf(`[sig-node] case ${i}`)))
    expect(many.size).toBe(100_000)
  })
  it('of sums are told from those of tests', () => {
    expect(isSum('__passed__ (168)')).toBe(true)
    expect(isSum('__job_level__')).toBe(true)
    expect(isSum('__init__ loads')).toBe(false)
    expect(isSum('test__a__')).toBe(false)
  })
  it('count cells of each kind by their letters', () => {
    expect(cells('F')).toEqual([FAIL])
  })
})
