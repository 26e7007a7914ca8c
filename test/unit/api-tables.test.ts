import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { ERRORS } from '../../runtime/errors.ts'
import { METRICS } from '../../runtime/metrics.ts'

/** Cells of the table rows of a document, without head and rule. */
const rowsOf = (path: string): string[][] =>
  readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .split('|')
        .slice(1, -1)
        .map((cell) => cell.trim()),
    )
    .slice(1)
    .filter(([first]) => first !== undefined && !/^-+$/.test(first))

describe('tables that people read', () => {
  it('list every error of the code and no other, word by word', () => {
    const rows = Object.entries(ERRORS).map(([code, { status, title, remedy }]) => [
      code,
      String(status),
      title,
      remedy,
    ])
    expect(rowsOf('docs/errors.md')).toEqual(rows)
  })

  it('list every metric of the code and no other, word by word', () => {
    const rows = Object.entries(METRICS).map(([name, { type, labels, help }]) => [
      name,
      type,
      labels.join(', ') || 'none',
      help,
    ])
    expect(rowsOf('docs/metrics.md')).toEqual(rows)
  })
})
