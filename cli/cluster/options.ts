/** Options and words that the processes on Kafka and Redis share. */

import { numberOption, textOption, type Invocation, type OptionRow } from '../command.ts'

export const LISTEN_OPTIONS = {
  port: {
    type: 'string',
    value: 'N',
    doc: 'Port of /healthz, /readyz and /metrics; 0 takes a free one. Default 9464.',
  },
  host: { type: 'string', value: 'ADDRESS', doc: 'Address to listen on. Default 127.0.0.1.' },
} as const satisfies Readonly<Record<string, OptionRow>>

export const SETTINGS_HELP = `It is told by environment where Kafka and Redis are (STOPLINE_KAFKA_..., STOPLINE_REDIS...; docs/operations.md).
Start more of them to share the work. SIGTERM lets it end what it has begun and leave.`

export const listenOn = (
  invocation: Invocation,
  otherwise: number,
): { readonly host: string; readonly port: number } => ({
  host: textOption(invocation, 'host') ?? '127.0.0.1',
  port: numberOption(invocation, 'port', otherwise, [0, 65_535]),
})

/** One line to whoever reads the log. */
export const say = (line: string): void => {
  process.stderr.write(`${new Date().toISOString().slice(0, 19)}Z ${line}\n`)
}
