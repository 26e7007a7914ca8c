/** Alert rules as Prometheus itself reads and fires them: deploy/prometheus/alerts.test.yml says when. */

import { execFileSync, spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'

const PROMTOOL = process.env['STOPLINE_PROMTOOL'] ?? 'promtool'
const FOLDER = 'deploy/prometheus'

/** Debian's package `prometheus` has it. */
const hasPromtool = (): boolean => {
  if (spawnSync(PROMTOOL, ['--version']).status === 0) return true
  const reason = `${PROMTOOL} does not run (package prometheus, or STOPLINE_PROMTOOL)`
  if (process.env['CI'] === 'true') throw new Error(reason)
  console.warn(`skipped: ${reason}`)
  return false
}
const promtool = (...args: string[]) => execFileSync(PROMTOOL, args, { stdio: 'pipe' }).toString()

describe.skipIf(!hasPromtool())('alert rules in Prometheus', () => {
  it('are read, and so is the configuration of the compose file', () => {
    expect(promtool('check', 'config', join(FOLDER, 'prometheus.yml'))).toContain('is valid')
  })

  it('fire when they should, and not before', () => {
    expect(promtool('test', 'rules', join(FOLDER, 'alerts.test.yml'))).toContain('SUCCESS')
  })

  it('are found wrong where a limit is moved', () => {
    const folder = mkdtempSync(join(tmpdir(), 'stopline-rules-'))
    try {
      const rules = readFileSync(join(FOLDER, 'alerts.yml'), 'utf8')
      const moved = rules.replace('stopline:process_lag_seconds) > 60', '$& * 100')
      expect(moved).not.toBe(rules)
      writeFileSync(join(folder, 'alerts.yml'), moved)
      writeFileSync(join(folder, 'test.yml'), readFileSync(join(FOLDER, 'alerts.test.yml')))
      expect(() => promtool('test', 'rules', join(folder, 'test.yml'))).toThrow()
    } finally {
      rmSync(folder, { recursive: true, force: true })
    }
  })
})
