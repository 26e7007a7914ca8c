/** Both places that look at the version of Node agree with package.json. */

import { execFileSync, spawnSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { temporaryFolder } from '../support/temporary.ts'

/** Has Node say that it is of another version. */
const posing = (version: string): string[] => [
  '--import',
  `data:text/javascript,Object.defineProperty(process,'versions',{value:{...process.versions,node:'${version}'}})`,
]

/** The small program in a folder where npm had no Node for this machine. */
const bareProgram = (): string => {
  const folder = temporaryFolder()
  mkdirSync(join(folder, 'node_modules', 'avsc'), { recursive: true })
  cpSync('cli/stopline.mjs', join(folder, 'cli', 'stopline.mjs'))
  writeFileSync(join(folder, 'cli', 'main.ts'), "console.log('began')\n")
  return join(folder, 'cli', 'stopline.mjs')
}

it.each([
  ['23.11.1', false],
  ['24.0.0', false],
  ['24.8.0', false],
  ['24.9.0', true],
  ['24.10.0', true],
  ['25.0.0', true],
])('Node %s is enough: %s', (version, isEnough) => {
  const args = [...posing(version), bareProgram()]
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' })
  expect([status, stdout, stderr]).toEqual(
    isEnough ? [0, 'began\n', ''] : [1, '', expect.stringMatching(/needs Node 24\.9 or newer/)],
  )
  const said = `import { doctor } from './cli/commands/doctor.ts'
    await doctor.run({ values: { json: true }, positionals: [], signal: AbortSignal.timeout(9000) })
    process.exitCode = 0`
  const found = execFileSync(
    process.execPath,
    [...posing(version), '--input-type=module', '-e', said],
    { encoding: 'utf8' },
  )
  const findings = JSON.parse(found) as { readonly detail: string }[]
  expect(findings[0]).toMatchObject({
    what: 'node',
    state: isEnough ? 'good' : 'bad',
  })
  expect(findings[0]?.detail).toContain(isEnough ? process.version : 'brings Node 24.9')
})

it('is what package.json asks for', async () => {
  const { default: manifest } = await import('../../package.json', { with: { type: 'json' } })
  expect(manifest.engines.node).toBe('>=24.9')
})
