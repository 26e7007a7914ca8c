/** docs/config.md, written from the tables of the configuration. */

import { format } from 'prettier'
import { COMMON_FIELDS, CONFIG_FILE, SETTINGS } from '../../producers/config/config.ts'
import type { Field, FieldTable } from '../../producers/config/fields.ts'
import { JOB_FIELDS } from '../../producers/config/job-policies.ts'
import { OWNER_FIELDS, RULE_FIELDS } from '../../cli/config/alerts.ts'
import { ACCESS_FIELDS, TOKEN_FIELDS } from '../../cli/config/access.ts'
import { ACTING_FIELDS, TARGET_FIELDS } from '../../cli/config/acting.ts'
import { COMMON_RECEIVER_FIELDS, RECEIVER_KINDS } from '../../cli/config/notify.ts'
import { SOURCES } from '../../producers/sources.ts'

const cell = (text: string): string => text.replaceAll('|', '\\|')

const takesOf = (field: Field): string => {
  switch (field.type) {
    case 'number':
      return `${field.range[0]} to ${field.range[1]} (${field.unit})`
    case 'duration':
      return `${field.range[0]} to ${field.range[1]}`
    case 'flag':
      return '`true` or `false`'
    case 'url':
      return 'http or https address'
    case 'list':
      return field.least === undefined ? 'list' : `list, at least ${field.least}`
    case 'secret':
      return '`{ env: NAME }` or `{ file: PATH }`'
    case 'text':
      return 'text'
  }
}
const defaultOf = (field: Field): string => ('otherwise' in field ? `\`${field.otherwise}\`` : '')

const table = (fields: FieldTable): string =>
  [
    '| key | takes | default | what |',
    '| --- | --- | --- | --- |',
    ...Object.entries(fields).map(
      ([name, field]) =>
        `| \`${name}\` | ${takesOf(field)} | ${defaultOf(field)} | ${cell(field.doc)} |`,
    ),
  ].join('\n')

const EXAMPLE = `store: .stopline/live
sources:
  - kind: github
    repos: [owner/repo]
    token: { env: GITHUB_TOKEN }
  - kind: prow
    deck: https://prow.example.org
    every: 20s
jobs:
  - match: ['*-upgrade-*']
    policy: advise
  - match: ['*']
    floor: 0.97
    protect: [gather*, deprovision*]
`
/** Example that the page shows; a test reads it as a configuration. */
export const CONFIG_EXAMPLE = EXAMPLE

export const configPage = (): Promise<string> =>
  format(
    [
      '# Configuration',
      `\`${CONFIG_FILE}\` in the folder where \`stopline\` runs, or the file named by \`--config\`. \`stopline init\` writes one by asking; \`stopline doctor\` tries every source in it. Options of the command line come before the environment, and that before the file: \`STOPLINE_\` and the name of a setting in capitals, as in \`STOPLINE_STORE\` or \`STOPLINE_PORT\`.`,
      'A key that is not known here, a value outside its limits and a secret that is not set are refused, all of them at once, each with its place. Durations are written as `15s`, `5m`, `2h` or `14d`. Secrets are named by where they lie and never written into the file; they are in no log, no recording and no answer.',
      `\`\`\`yaml\n${EXAMPLE}\`\`\``,
      'This page is made from `producers/config`, `cli/config` and the table of sources; renew it with `npx vitest run test/unit/config.test.ts -u`.',
      '## Settings',
      table(SETTINGS),
      '## jobs',
      'A list of what may be said of the runs of jobs, and done about them. It is put as the label `policy` on what is heard of the start of a run, so that it holds for runs that start after it was configured.',
      table(JOB_FIELDS),
      '## Every source',
      table(COMMON_FIELDS),
      ...Object.entries(SOURCES).flatMap(([kind, { doc, fields }]) => [
        `## kind: ${kind}`,
        doc,
        table(fields),
      ]),
      '## alerts',
      'Rules that differ from the alert table, own rules, and owners of jobs ([alerts.md](alerts.md)). This section and those below hold whatever the sources are.',
      'Each item of `rules` takes these keys, and the limits of its rule by their names:',
      table(RULE_FIELDS),
      'Each item of `owners`:',
      table(OWNER_FIELDS),
      '## notify',
      'A list of who is told of incidents ([webhook.md](webhook.md)). Every receiver takes:',
      table(COMMON_RECEIVER_FIELDS),
      ...Object.entries(RECEIVER_KINDS).flatMap(([kind, { doc, fields }]) => [
        `### ${kind}`,
        doc,
        table(fields),
      ]),
      '## acting',
      'Whether stops are acted on, and within which bounds ([acting.md](acting.md)).',
      table(ACTING_FIELDS),
      'Each item of `targets`, of which all are needed:',
      table(TARGET_FIELDS),
      '## access',
      'Who may ask the API what. Without tokens everybody who can reach it may read, and only who sits at the machine itself, on its own page and through no proxy, may operate. Put tokens where a proxy on the machine passes on what others ask: one that says so in no header cannot be told from who sits there. With tokens each request needs one: `Authorization: Bearer TOKEN`; the page asks for it and keeps it in a cookie that ends with the browser; streams end with their token, and guesses are counted as requests of their address. `/healthz`, `/readyz` and `/metrics` stay open, deliveries of webhooks have a secret of their own.',
      table(ACCESS_FIELDS),
      'Each item of `tokens`:',
      table(TOKEN_FIELDS),
    ].join('\n\n'),
    { parser: 'markdown', printWidth: 120, singleQuote: true },
  )
