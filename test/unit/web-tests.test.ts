import { describe, expect, it } from 'vitest'
import { gridRows, wordOf } from '../../api/web/lib/tests.ts'
import { sampleTestSheet, sampleTestState, sampleTestTab } from '../support/sample-tests.ts'

describe('the grid of tests on the page', () => {
  const [tab, sheet] = [sampleTestTab(), sampleTestSheet()]

  it('has the cells of the newest columns, oldest first, and the worst test first', () => {
    expect(gridRows(tab, [sheet], '')).toEqual([
      {
        test: sampleTestState().test,
        word: 'regression',
        cells: ['passed', 'failed', 'failed', 'failed'],
      },
      {
        test: 'suite a :: drains',
        word: 'passing',
        cells: ['passed', 'passed', 'passed', 'passed'],
      },
    ])
  })

  it('leaves cells empty before a test was first heard and after it was last', () => {
    const rows = [{ test: 'late', word: 'failing' as const, last: 8, strip: [16 * 2 + 2] }]
    expect(gridRows(tab, [{ ...sheet, rows }], '')[0]?.cells).toEqual([
      'none',
      'failed',
      'failed',
      'none',
    ])
  })

  it('is filtered by words in any case', () => {
    expect(gridRows(tab, [sheet], ' DRAINS ').map(({ test }) => test)).toEqual([
      'suite a :: drains',
    ])
    expect(gridRows(tab, [sheet], 'nothing of it')).toEqual([])
  })

  it('knows the words of the address only', () => {
    expect(wordOf('flaky')).toBe('flaky')
    expect(wordOf('worst')).toBeNull()
    expect(wordOf(null)).toBeNull()
  })
})
