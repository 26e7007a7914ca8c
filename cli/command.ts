/** What a command is. The table of commands is `commands/index.ts`; help, parsing and exit codes follow from it. */

import type { ParseArgsOptionsConfig } from 'node:util'

/** Exit codes, the same for every command. A signal that cuts one short gives its own: {@link INTERRUPTED}. */
export const EXIT = { ok: 0, failed: 1, usage: 2, nothingRead: 3 } as const
/** Exit codes of commands that a signal cut short, as shells count them. */
export const INTERRUPTED = { SIGINT: 130, SIGTERM: 143 } as const

/** True for what is thrown where the invocation's signal ends a wait or a loop. */
export const isAbort = (error: unknown): boolean =>
  error instanceof Error && error.name === 'AbortError'

/** Options and arguments as parsed; options that may be repeated are not used. */
export interface Invocation {
  readonly values: Readonly<Record<string, string | boolean | undefined>>
  readonly positionals: readonly string[]
  readonly signal: AbortSignal
}
export interface Command {
  readonly name: string
  /** Arguments as shown in the usage line. Example: `DIR...`. */
  readonly takes: string
  readonly minArguments: number
  readonly maxArguments: number
  readonly summary: string
  /** What the help says below the usage line. */
  readonly help: string
  /** Options with one sentence each; a `=` in the name's text is what its value is called. */
  readonly options: Readonly<Record<string, OptionRow>>
  /** It goes on until a signal ends it, which is its orderly end. */
  readonly isEndless?: true
  run(invocation: Invocation): Promise<number>
}
export interface OptionRow {
  readonly type: 'string' | 'boolean'
  readonly value?: string
  readonly doc: string
}

export const STORE_OPTION: OptionRow = {
  type: 'string',
  value: 'DIR',
  doc: 'Folder of the embedded store (else STOPLINE_STORE).',
}
export const JSON_OPTION: OptionRow = { type: 'boolean', doc: 'Print JSON for machines.' }

/** A mistake in how the command was called; the message says what to do. */
export class UsageError extends Error {
  override name = 'UsageError'
}

export const parseOptions = (command: Command): ParseArgsOptionsConfig => ({
  help: { type: 'boolean', short: 'h' },
  ...Object.fromEntries(
    Object.entries(command.options).map(([name, { type }]) => [name, { type }]),
  ),
})

/** A number option within limits. Throws {@link UsageError} that names option, value and limits. */
export const numberOption = (
  { values }: Invocation,
  name: string,
  otherwise: number,
  [low, high]: readonly [number, number],
): number => {
  const text = values[name]
  if (text === undefined) return otherwise
  const value = Number(text)
  if (typeof text !== 'string' || text === '' || !(value >= low && value <= high))
    throw new UsageError(`--${name} takes a number from ${low} to ${high}, not '${String(text)}'`)
  return value
}
export const textOption = ({ values }: Invocation, name: string): string | undefined => {
  const value = values[name]
  return typeof value === 'string' ? value : undefined
}
