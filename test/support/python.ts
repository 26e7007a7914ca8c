/** The Python that batch oracles run on: the pinned packages of test/oracle/requirements.txt. */

import { execFile, execFileSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'

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

/** `name==version` of a file of requirements, and of those that it names. */
const pinnedIn = (file: string): string[] =>
  readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .flatMap((line) => {
      const [, other] = /^-r (.+)$/.exec(line) ?? []
      return other === undefined ? [line] : pinnedIn(join(dirname(file), other))
    })

/** A Python with the pinned packages; null, said aloud, where there is none. Under CI=true that is an error. */
export const oraclePython = (): string | null => {
  const python = process.env['STOPLINE_PYTHON'] ?? (existsSync(OWN) ? OWN : 'python3')
  try {
    const input = pinnedIn(join(ORACLE, 'requirements.txt')).join('\n')
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

/** The same while this process goes on, as where the script asks a server of ours. */
export const oracleSaysMeanwhile = async (
  python: string,
  script: string,
  ...args: readonly string[]
): Promise<unknown> => {
  const { stdout } = await promisify(execFile)(python, [join(ORACLE, script), ...args])
  return JSON.parse(stdout)
}
