/** Docker for tests: whether it is there, and commands of it. */

import { execFile, execFileSync } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)

const answers = (command: string, args: readonly string[]): boolean => {
  try {
    execFileSync(command, args, { stdio: 'ignore' })
    return true
  } catch {
    return false
  }
}

let isThere: boolean | undefined
/** Asked once. */
export const isDockerThere = (): boolean => (isThere ??= answers('docker', ['info']))

/** True where tests can have containers; else they are skipped aloud, and fail under CI=true. */
export const hasDocker = (): boolean => {
  if (isDockerThere()) return true
  const reason = 'no containers: docker info does not answer'
  if (process.env['CI'] === 'true') throw new Error(reason)
  console.warn(`skipped: ${reason}`)
  return false
}

/** What a command printed. Rejects with what it said where it fails. */
export const docker = async (
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const [command, ...rest] = args[0] === 'compose' ? composed(args.slice(1)) : ['docker', ...args]
  const { stdout } = await run(command, rest, {
    env: { ...process.env, DOCKER_BUILDKIT: hasBuildx() ? '1' : '0', ...env },
    maxBuffer: 1 << 26,
  })
  return stdout.trim()
}

/** Compose is a plugin of Docker, or a program of its own. */
const composed = (args: readonly string[]): [string, ...string[]] =>
  answers('docker', ['compose', 'version'])
    ? ['docker', 'compose', ...args]
    : ['docker-compose', ...args]
const hasBuildx = (): boolean => answers('docker', ['buildx', 'version'])
