/** The notebooks, executed whole on an export of the simulated community. */

import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { exportDemo } from '../support/demo-export.ts'
import { oraclePython, oracleSays } from '../support/python.ts'

const FOLDER = join(import.meta.dirname, '../../docs/notebooks')
const DAYS = 2
const TIMEOUT_MS = 900_000
interface Notebook {
  readonly cells: readonly {
    readonly outputs?: readonly unknown[]
    readonly execution_count?: number | null
  }[]
}
interface Executed {
  readonly text: string
  readonly complaints: string
  readonly images: number
}
/** What each must print, and how many pictures it draws. */
const EXPECTED: Readonly<Record<string, { readonly text: RegExp; readonly images: number }>> = {
  'kpis.ipynb': { text: /^[\d,]+ values of \d+ KPIs, /, images: 1 },
  'survival.ipynb': { text: /^\S+ .*passes/, images: 1 },
  'retrain.ipynb': { text: /runs of \d+ jobs, [\d.]+% failed/, images: 1 },
}
const notebooks = readdirSync(FOLDER).filter((name) => name.endsWith('.ipynb'))

it('each notebook is executed below, and is kept without what it gave', () => {
  expect(notebooks.sort()).toEqual(Object.keys(EXPECTED).sort())
  for (const name of notebooks) {
    const { cells } = JSON.parse(readFileSync(join(FOLDER, name), 'utf8')) as Notebook
    expect(cells.flatMap(({ outputs = [] }) => outputs)).toEqual([])
    expect(cells.every(({ execution_count: count = null }) => count === null)).toBe(true)
  }
})

describe('the notebooks', () => {
  const python = oraclePython()
  const scratch = mkdtempSync(join(tmpdir(), 'stopline-notebooks-'))
  const folder = join(scratch, 'export')
  afterAll(() => {
    rmSync(scratch, { recursive: true, force: true })
  })
  beforeAll(async () => {
    if (python !== null) await exportDemo(folder, DAYS)
  }, TIMEOUT_MS)
  it.skipIf(python === null).each(Object.entries(EXPECTED))(
    '%s',
    (name, { text, images }) => {
      const said = oracleSays(python ?? '', 'notebooks.py', join(FOLDER, name), folder) as Executed
      expect(said.text).toMatch(text)
      expect(said).toMatchObject({ complaints: '', images })
    },
    TIMEOUT_MS,
  )
})
