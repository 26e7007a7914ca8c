/** Where the embedded store lies, and which sources it holds: two different worlds must not share a log. */

import { basename, join, resolve } from 'node:path'
import type { EmbeddedRuntime } from '../runtime/embedded/runtime.ts'
import { textOption, UsageError, type Invocation } from './command.ts'

const HOME = '.stopline'

/** `--store`, else STOPLINE_STORE, else as configured, else a folder named after the sources below `.stopline`. */
export const storeFolder = (
  invocation: Invocation,
  folders: readonly string[],
  configured: string | null = null,
): string =>
  givenStore(invocation) ??
  configured ??
  join(HOME, folders.length === 0 ? 'demo' : folders.map(nameOf).join('+'))

/** The store named by option or environment. Throws {@link UsageError} where there is none and commands need one. */
export const existingStore = (invocation: Invocation): string => {
  const store = givenStore(invocation)
  if (store === undefined)
    throw new UsageError(
      `name the store with --store DIR or STOPLINE_STORE (stopline up keeps the demo in ${HOME}/demo)`,
    )
  return store
}

const givenStore = (invocation: Invocation): string | undefined => {
  const given = textOption(invocation, 'store') ?? process.env['STOPLINE_STORE']
  return given === '' ? undefined : given
}
const nameOf = (folder: string): string => basename(resolve(folder))

/** Refuses to go on with other sources than those the store was filled from. */
export const claimStore = (runtime: EmbeddedRuntime, sources: string, folder: string): void => {
  const held = runtime.store.getText('sources')
  if (held === undefined) runtime.store.setText('sources', sources)
  else if (held !== sources)
    throw new Error(
      `${folder} holds ${held}, not ${sources}: name another folder with --store, or delete that one`,
    )
}
