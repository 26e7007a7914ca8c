/** The command line: finds the command, parses its options, turns errors into one clear line and an exit code. */

import { parseArgs } from 'node:util'
import {
  EXIT,
  INTERRUPTED,
  isAbort,
  parseOptions,
  UsageError,
  type Command,
  type Invocation,
} from './command.ts'
import { keepHeapSmall } from '../runtime/memory.ts'
import { COMMANDS } from './commands/index.ts'
import { commandHelp, overallHelp } from './help.ts'

/** Why commands are told to end. Its name is that of every abort, by which whatever waits knows it. */
class Interruption extends Error {
  override name = 'AbortError'
  readonly by: keyof typeof INTERRUPTED
  constructor(by: keyof typeof INTERRUPTED) {
    super(by)
    this.by = by
  }
}

const parse = (command: Command, args: readonly string[], signal: AbortSignal): Invocation => {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      options: parseOptions(command),
      allowPositionals: true,
    })
    return { values: values as Invocation['values'], positionals, signal }
  } catch (error) {
    throw new UsageError((error as Error).message)
  }
}

const check = ({ minArguments, maxArguments, takes }: Command, given: number): void => {
  if (given < minArguments) throw new UsageError(`${takes} is missing`)
  if (given > maxArguments)
    throw new UsageError(takes === '' ? 'it takes no arguments' : `it takes only ${takes}`)
}

const messageOf = (error: unknown): string =>
  isAbort(error) ? 'stopped before its end' : (error as Error).message

const run = async (args: readonly string[], signal: AbortSignal): Promise<number> => {
  keepHeapSmall()
  const [name, ...rest] = args
  if (name === undefined || name === '--help' || name === '-h' || name === 'help') {
    process.stdout.write(overallHelp(COMMANDS))
    return name === undefined ? EXIT.usage : EXIT.ok
  }
  const command = COMMANDS.find((row) => row.name === name)
  if (command === undefined) {
    process.stderr.write(`stopline: there is no command '${name}'\n\n${overallHelp(COMMANDS)}`)
    return EXIT.usage
  }
  try {
    const invocation = parse(command, rest, signal)
    if (invocation.values['help'] === true) {
      process.stdout.write(commandHelp(command))
      return EXIT.ok
    }
    check(command, invocation.positionals.length)
    return await command.run(invocation)
  } catch (error) {
    if (error instanceof UsageError) {
      process.stderr.write(
        `stopline ${name}: ${error.message}\nstopline ${name} --help tells more\n`,
      )
      return EXIT.usage
    }
    if (signal.aborted && command.isEndless === true) return EXIT.ok
    const detail = process.env['STOPLINE_DEBUG'] === undefined ? messageOf(error) : error
    process.stderr.write(
      `stopline ${name}: ${String(detail instanceof Error ? detail.stack : detail)}\n`,
    )
    return signal.aborted ? INTERRUPTED[(signal.reason as Interruption).by] : EXIT.failed
  }
}

/** So long what is open may still be closed after the command has ended. */
const END_MS = 5_000

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    stop.abort(new Interruption(signal))
  })
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  // The reader of a pipe has left: there is no one to write to.
  if (error.code === 'EPIPE') process.exit(EXIT.ok)
  throw error
})
process.exitCode = await run(process.argv.slice(2), stop.signal)
// Whoever starts it again waits for its end: what still polls or holds a connection must not keep it.
setTimeout(() => process.exit(), END_MS).unref()
