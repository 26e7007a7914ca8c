/** Strips hold what a plain list of cells holds; sheets find every test however many there are. */

import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Cells } from '../../processors/processor.ts'
import { newTab } from '../../processors/tests/cells.ts'
import { memberOf, partnersOf, phiOf, TOGETHER } from '../../processors/tests/co-failures.ts'
import { hashOf } from '../../processors/tests/names.ts'
import {
  addRow,
  findRow,
  readSheet,
  sheetCell,
  sheetOf,
  splitSheets,
} from '../../processors/tests/sheets.ts'
import { addBits, bitsOf, hasFailure, kindOf, trim, type Strip } from '../../schemas/strips.ts'

const results = fc.array(fc.tuple(fc.nat(40), fc.integer({ min: 1, max: 15 })), {
  minLength: 1,
  maxLength: 60,
})

describe('a strip', () => {
  it('holds what a list of cells holds, in any order of hearing', () => {
    fc.assert(
      fc.property(
        results,
        fc.infiniteStream(fc.double({ min: 0, max: 1, noNaN: true })),
        (heard, coins) => {
          const row: Strip = { last: 0, strip: [] }
          const plain = new Array<number>(41).fill(0)
          for (const [column, bits] of heard) {
            expect(addBits(row, column, bits)).toBe(plain[column])
            plain[column] = (plain[column] ?? 0) | bits
          }
          expect(bitsOf(row, 0, 41)).toEqual(plain)
          const mixed = heard
            .map((each) => ({ each, by: coins.next().value as number }))
            .sort((a, b) => a.by - b.by)
          const other: Strip = { last: 0, strip: [] }
          for (const { each } of mixed) addBits(other, each[0], each[1])
          expect(bitsOf(other, 0, 41)).toEqual(plain)
          expect(hasFailure(row.strip)).toBe(plain.some((bits) => (bits & 6) !== 0))
        },
      ),
    )
  })
  it('keeps the newest cells when it is trimmed', () => {
    fc.assert(
      fc.property(results, fc.nat(40), (heard, first) => {
        const row: Strip = { last: 0, strip: [] }
        for (const [column, bits] of heard) addBits(row, column, bits)
        const before = bitsOf(row, first, 41)
        trim(row, first, 1_000)
        expect(bitsOf(row, first, 41)).toEqual(before)
        trim(row, first, 3)
        expect(row.strip.length).toBeLessThanOrEqual(3)
      }),
    )
  })
  it('says what its cells come to', () => {
    expect([0, 1, 2, 3, 4, 5, 6, 8, 9, 10].map(kindOf)).toEqual([
      ...['none', 'passed', 'failed', 'flaky', 'failed', 'flaky', 'failed'],
      ...['skipped', 'passed', 'failed'],
    ])
  })
})

const memoryCells = (): Cells & { readonly values: Map<string, unknown> } => {
  const values = new Map<string, unknown>()
  return {
    values,
    get: (cell) => values.get(cell),
    put: (cell, value) => values.set(cell, value),
    delete: (cell) => values.delete(cell),
  }
}

describe('sheets', () => {
  it('find each of 20,000 tests and none grows beyond what a cell holds', () => {
    const [cells, tab] = [memoryCells(), newTab()]
    const names = Array.from({ length: 20_000 }, (_, i) => `[sig-storage] volumes keep case ${i}`)
    for (const name of names) {
      const hash = hashOf(name)
      const at = sheetOf(hash, tab.sheets)
      const sheet = readSheet(cells, at)
      expect(addRow(sheet, tab, hash, name)).toBeDefined()
      cells.put(sheetCell(at), sheet)
      splitSheets(cells, tab)
    }
    const found = names.filter((name) => {
      const hash = hashOf(name)
      return findRow(readSheet(cells, sheetOf(hash, tab.sheets)), hash)?.test === name
    })
    expect(found.length).toBe(20_000)
    const sizes = [...cells.values.values()].map((sheet) => (sheet as { rows: [] }).rows.length)
    expect(Math.max(...sizes)).toBeLessThan(80)
    expect(tab.sheets).toBe(sizes.length)
  })
  it('split in turn', () => {
    expect(sheetOf(5, 3)).toBe(1)
    expect(sheetOf(6, 3)).toBe(2)
    expect(sheetOf(7, 3)).toBe(1)
    expect(sheetOf(7, 4)).toBe(3)
  })
})

describe('tests that fail together', () => {
  const member = (test: string, series: string) =>
    memberOf(
      test,
      Array.from(series, (letter) => (letter === '.' ? null : letter === 'F')),
    )
  it('have the phi of their runs', () => {
    expect(phiOf(member('a', 'FFFFPPPPPP'), member('b', 'FFFPPPPPPP'))?.phi).toBeCloseTo(0.8018, 4)
    expect(phiOf(member('a', 'FFPP'), member('b', 'FFPP'))).toEqual({ phi: 1, runs: 2 })
    expect(phiOf(member('a', 'FFPP..'), member('b', 'FFPPFF'))).toEqual({ phi: 1, runs: 2 })
    expect(phiOf(member('a', 'FF'), member('b', 'FF'))).toBeNull()
  })
  it('are partners from a phi and a number of runs on', () => {
    const members = [member('a', 'FFFPPP'), member('b', 'FFFPPP'), member('c', 'FFPPPF')]
    expect(partnersOf(members, TOGETHER)).toEqual([
      [{ test: 'b', phi: 1, runs: 3 }],
      [{ test: 'a', phi: 1, runs: 3 }],
      [],
    ])
    expect(partnersOf(members, { phi: 0.9, runs: 4 })).toEqual([[], [], []])
  })
})
