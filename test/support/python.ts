/** The Python that batch oracles run on: the pinned packages of test/oracle/requirements.txt. */

import { execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const ORACLE = join(import.meta.dirname, '../oracle')
/** `python3 -m venv .oracle && .oracle/bin/pip install -r test/oracle/requirements.txt` makes it. */
const OWN = join(import.meta.dirname, '../../.oracle/bin/python')

const HAS_PINNED = `
import sys
from importlib.metadata import version
for line in sys.stdin.read().split():
    name, pinned = line.split("==")
    assert version(name) == pinned, line
`

/** A Python with the pinned packages; null, said aloud, where there is none. Under CI=true that is an error. */
export const oraclePython = (): string | null => {
  const python = process.env['STOPLINE_PYTHON'] ?? (existsSync(OWN) ? OWN : 'python3')
  try {
    const input = readFileSync(join(ORACLE, 'requirements.txt'))
    execFileSync(python, ['-c', HAS_PINNED], { input, stdio: ['pipe', 'ignore', 'ignore'] })
    return python
  } catch {
    const reason = `${python} has not the packages of test/oracle/requirements.txt (.oracle/ or STOPLINE_PYTHON)`
    if (process.env['CI'] === 'true') throw new Error(reason)
    console.warn(`skipped: ${reason}`)
    return null
  }
}

/** What a script of test/oracle prints, as JSON. */
export const oracleSays = (python: string, script: string, ...args: readonly string[]): unknown =>
  JSON.parse(
    execFileSync(python, [join(ORACLE, script), ...args], {
      encoding: 'utf8',
      maxBuffer: 64 * 1024 * 1024,
    }),
  )
