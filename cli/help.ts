/** Help texts, made from the table of commands. */

import type { Command, OptionRow } from './command.ts'

const pad = (rows: readonly (readonly [string, string])[]): string => {
  const width = Math.max(...rows.map(([left]) => left.length))
  return rows.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n')
}
const flag = (name: string, { value }: OptionRow): string =>
  value === undefined ? `--${name}` : `--${name} ${value}`

export const commandHelp = (command: Command): string =>
  [
    `stopline ${command.name}${command.takes === '' ? '' : ` ${command.takes}`} [options]`,
    '',
    command.help,
    '',
    'Options',
    pad([
      ...Object.entries(command.options).map(([name, option]): [string, string] => [
        flag(name, option),
        option.doc,
      ]),
      ['--help', 'Print this.'],
    ]),
    '',
  ].join('\n')

export const overallHelp = (commands: readonly Command[]): string =>
  [
    'Stopline decides, while a CI job is running, whether it is still worth its machine.',
    '',
    'Usage: stopline COMMAND [arguments] [options]',
    '',
    pad(
      commands.map(({ name, takes, summary }): [string, string] => [
        takes === '' ? name : `${name} ${takes}`,
        summary,
      ]),
    ),
    '',
    'Try:   stopline up                 the page with a simulated community, at once',
    '       stopline up DIR...          the page with your recorded CI (folders with a runs.csv)',
    '       stopline backtest DIR       what our stops would have saved, beside every baseline',
    '',
    'stopline COMMAND --help tells more. Exit codes: 0 done, 1 failed, 2 wrong usage, 3 nothing could be read,',
    '130 and 143 stopped before its end by SIGINT and SIGTERM (what goes on until it is stopped, such as up, ends with 0).',
    '',
  ].join('\n')
