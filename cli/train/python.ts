/** Runs the Python of `training/` in an environment of its own, made from the lock file when it is first needed. */

import { spawn } from 'node:child_process'
import { createHash } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const TRAINING = join(import.meta.dirname, '..', '..', 'training')
const LOCK = join(TRAINING, 'requirements.lock')

/** The environment of this very lock file: another lock makes another. */
const environmentFolder = (): string => {
  const lock = createHash('sha256').update(readFileSync(LOCK)).digest('hex')
  return join(TRAINING, '.venv', lock.slice(0, 12))
}

/** The interpreter with what the lock file names, installed where it is not there yet. */
export const trainingPython = async (signal: AbortSignal): Promise<string> => {
  const folder = environmentFolder()
  const python = join(folder, 'bin', 'python')
  if (existsSync(join(folder, 'ready'))) return python
  process.stderr.write(`training: installing what training/requirements.lock names\n`)
  await run('python3', ['-m', 'venv', folder], signal)
  await run(python, ['-m', 'pip', 'install', '-q', '--require-hashes', '-r', LOCK], signal)
  await run(python, ['-c', `open(${JSON.stringify(join(folder, 'ready'))}, 'w')`], signal)
  return python
}

/** Runs a script of `training/` and returns the last line that it printed, as JSON. Throws where it fails. */
export const trained = async (
  script: string,
  options: readonly string[],
  signal: AbortSignal,
): Promise<unknown> => {
  const python = await trainingPython(signal)
  const said = await run(python, [join(TRAINING, script), ...options], signal)
  return JSON.parse(said.trim().split('\n').at(-1) ?? '')
}

/** What the program printed; what it complains of goes to standard error as it comes. */
const run = (program: string, options: readonly string[], signal: AbortSignal): Promise<string> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, options, { signal, stdio: ['ignore', 'pipe', 'inherit'] })
    let said = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => (said += text))
    child.on('error', reject)
    child.on('close', (code) => {
      if (code === 0) resolve(said)
      else reject(new Error(`${program} ended with ${code ?? 'a signal'}`))
    })
  })
