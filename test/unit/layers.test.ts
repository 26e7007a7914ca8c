import { execFileSync } from 'node:child_process'
import { rmSync, writeFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const cruise = (): { status: number; text: string } => {
  try {
    const text = execFileSync(
      process.execPath,
      [
        'node_modules/dependency-cruiser/bin/dependency-cruiser.mjs',
        '--config',
        '.dependency-cruiser.mjs',
        'schemas',
      ],
      { encoding: 'utf8' },
    )
    return { status: 0, text }
  } catch (error) {
    const failed = error as { status: number; stdout: string }
    return { status: failed.status, text: failed.stdout }
  }
}

it('refuses a planted import of a client and counts the modules it looked at', () => {
  const clean = cruise()
  expect(clean.status).toBe(0)
  expect(Number(/(\d+) modules/.exec(clean.text)?.[1])).toBeGreaterThan(5)
  writeFileSync('schemas/planted.ts', "import 'undici'\n")
  try {
    const dirty = cruise()
    expect(dirty.status).not.toBe(0)
    expect(dirty.text).toContain('clients-in-runtime-only')
  } finally {
    rmSync('schemas/planted.ts')
  }
})
