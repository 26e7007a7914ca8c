/** Tests that passed wherever they have a result: counted at once they come to what they come to one by one. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { newTab, type Row } from '../../processors/tests/cells.ts'
import { NONE, PASS } from '../../processors/tests/kinds.ts'
import { newTrouble } from '../../processors/tests/regression.ts'
import { steadyCells } from '../../processors/tests/steady.ts'
import { newTally, tallySteady, tallyTest } from '../../processors/tests/tally.ts'
import { FAILED, PASSED } from '../../schemas/strips.ts'

const grids = fc.record({
  cells: fc.array(fc.constantFrom(NONE, PASS), { minLength: 1, maxLength: 120 }),
  before: fc.nat(130),
  from: fc.nat(130),
  tests: fc.integer({ min: 1, max: 5 }),
})

describe('steady tests', () => {
  it('are tallied at once as they are one by one', () => {
    fc.assert(
      fc.property(grids, ({ cells, before, from, tests }) => {
        const [first, last] = [Math.min(before, from, cells.length), Math.min(from, cells.length)]
        const times = cells.map((_, i) => i * 1000)
        const commits = cells.map((_, i) => i >> 1)
        const [one, all] = [first, first].map((each) => newTally(last, each, cells.length))
        if (one === undefined || all === undefined) return
        for (let i = 0; i < tests; i += 1) tallyTest(one, cells, times, commits)
        tallySteady(all, cells, commits, tests)
        expect(all).toEqual(one)
      }),
    )
  })

  const row: Row = {
    ...{ hash: 1, test: 'login', last: 7, strip: [3 * 16 + PASSED], passSeconds: 2 },
    ...{ isTouched: false, word: 1, saidAt: 1, trouble: null },
  }
  const tab = { ...newTab(), next: 9, hasPasses: true }
  it('are alike in the same columns only', () => {
    const cells = steadyCells(row, tab)
    expect(steadyCells({ ...row, hash: 2, test: 'pay' }, tab)).toBe(cells)
    expect(steadyCells({ ...row, last: 8 }, tab)).not.toBe(cells)
    expect(steadyCells({ ...row, strip: [4 * 16 + PASSED] }, tab)).not.toBe(cells)
  })
  it.each<[string, Partial<Row>]>([
    ['has a gap', { strip: [16 + PASSED, 16, 16 + PASSED] }],
    ['has passed and failed', { strip: [16 + PASSED + FAILED] }],
    ['has failed before', { trouble: newTrouble(1) }],
  ])('are none that %s', (_, other) => {
    expect(steadyCells({ ...row, ...other }, tab)).toBeNull()
  })
  it('are none where a job names failures only', () => {
    expect(steadyCells(row, { ...tab, hasPasses: false })).toBeNull()
  })
})
