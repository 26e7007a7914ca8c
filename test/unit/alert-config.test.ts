import { readFile } from 'node:fs/promises'
import { format } from 'prettier'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { readAlerts, settingsRecord } from '../../cli/config/alerts.ts'
import { CODECS } from '../../schemas/codec.ts'
import { ALERT_TABLES } from '../support/alerts-page.ts'

const read = (given: unknown) => {
  const problems: string[] = []
  const ports = { env: () => undefined, file: () => '' }
  const settings = readAlerts(given, { where: '', ports, problems })
  return { problems, settings }
}

describe('the section alerts', () => {
  it('is read as the page shows it, and fits its record', async () => {
    const page = await readFile('docs/alerts.md', 'utf8')
    const example = /```yaml\n([\s\S]*?)```/.exec(page)?.[1] ?? ''
    const { problems, settings } = read((parse(example) as { alerts: unknown }).alerts)
    expect(problems).toEqual([])
    expect(settings.owners).toEqual([
      { match: ['e2e-*'], source: null, repo: null, owner: '@sig-testing' },
    ])
    expect(settings.rules).toMatchObject([
      { name: 'consecutive-failures', limits: { failures: 2 }, coolDownSeconds: 43_200 },
      { name: 'release-gate', rule: 'consecutive-failures', limits: { failures: 1 } },
      { name: 'new-flake', isOn: false, limits: {} },
    ])
    const record = settingsRecord(settings, 5)
    const codec = CODECS['alert-settings']
    expect(codec.decode(codec.encode(record))).toEqual(record)
  })

  it('is nothing where nothing is configured', () => {
    expect(read(undefined)).toEqual({ problems: [], settings: { rules: [], owners: [] } })
  })

  it('says everything that is wrong at once, each with its place', () => {
    const { problems } = read({
      ruls: [],
      rules: [
        { rule: 'nonsense' },
        { rule: 'job-overdue', factor: 0.5, severity: 'loud', cool_down: 'soon' },
        { rule: 'job-overdue', failures: 3 },
        { rule: 'job-overdue', name: 'new-flake' },
        { rule: 'new-flake' },
        { rule: 'new-flake', runbook: 'ftp://x' },
        { rule: 'new-flake' },
        'text',
      ],
      owners: [{ match: ['x'] }, 3],
    })
    expect(problems).toEqual([
      'alerts.ruls is not known; known are rules, owners',
      expect.stringMatching(/^alerts\.rules\[0\]\.rule takes one of run-likely-to-fail, /),
      'alerts.rules[1].severity does not look like ^(?:info|warning|critical)$',
      'alerts.rules[1].cool_down does not look like ^\\d{1,4}[smhd]$',
      'alerts.rules[1].factor takes a number from 1 to 100 (times)',
      expect.stringMatching(/^alerts\.rules\[2\]\.failures is not known; known are rule, name, /),
      'alerts.rules[3].name is that of another row of the table',
      'alerts.rules[5].runbook takes an http or https address',
      expect.stringMatching(/^alerts\.rules\[7\]\.rule takes one of /),
      'alerts.rules: two are named new-flake',
      'alerts.owners[0].owner is missing',
      'alerts.owners[1] takes a table of keys',
    ])
  })
})

describe('docs/alerts.md', () => {
  it('shows the alert table; renew with `npx vitest run test/unit/alert-config.test.ts -u`', async () => {
    let page = await readFile('docs/alerts.md', 'utf8')
    for (const [name, table] of Object.entries(ALERT_TABLES)) {
      const block = new RegExp(`<!-- ${name} -->[\\s\\S]*?<!-- /${name} -->`)
      expect(page).toMatch(block)
      page = page.replace(block, () => `<!-- ${name} -->\n\n${table()}\n\n<!-- /${name} -->`)
    }
    const formatted = await format(page, { parser: 'markdown', printWidth: 100, singleQuote: true })
    await expect(formatted).toMatchFileSnapshot('../../docs/alerts.md')
  })
})
