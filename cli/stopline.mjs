#!/usr/bin/env node
// Runs on any Node from 16 on: finds the project's own Node 24 (a plain package), and starts the command line on it.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = join(dirname(fileURLToPath(import.meta.url)), '..')
const isWindows = process.platform === 'win32'
const own = join(root, 'node_modules', '.bin', isWindows ? 'node.cmd' : 'node')

if (!existsSync(join(root, 'node_modules', 'avsc'))) {
  process.stderr.write(
    'stopline: first run here, installing the packages of the lock file (npm ci) ...\n',
  )
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: isWindows,
  })
  if (npm.status !== 0) {
    process.stderr.write('stopline: npm ci failed; run it by hand to see why\n')
    process.exit(1)
  }
}
// As package.json says: older ones leak connections that were upgraded (doctor looks too).
const [major, minor] = process.versions.node.split('.').map(Number)
const isRecent = major > 24 || (major === 24 && minor >= 9)
const node = existsSync(own) ? own : isRecent ? process.execPath : undefined
if (node === undefined) {
  process.stderr.write(
    `stopline needs Node 24.9 or newer; this is ${process.version} and npm has no package of it for ${process.platform} ${process.arch}\n`,
  )
  process.exit(1)
}
// Half of what a process takes by itself would lie idle: room for young objects made for bursts, and heaps of malloc's, one for
// each thread, which keeps what it once took (docs/scale.md has the figures).
const flags = ['--max-semi-space-size=16']
// What was compiled once is kept: the next start takes half the time.
const cache = join(root, 'node_modules', '.cache', 'compiled')
const env = { MALLOC_ARENA_MAX: '1', NODE_COMPILE_CACHE: cache, ...process.env }
const args = [...flags, join(root, 'cli', 'main.ts'), ...process.argv.slice(2)]

if (process.execve !== undefined) process.execve(node, [node, ...args], env)
// Older Nodes and Windows cannot become another program: they stand by until it ends.
const child = spawn(node, args, { stdio: 'inherit', shell: isWindows, env })
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal))
child.on('exit', (code, signal) => process.exit(code ?? (signal === 'SIGINT' ? 130 : 1)))
