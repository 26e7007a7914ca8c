/** Acts on stops beside the pipeline, where it is configured. */

import { systemClock } from '../runtime/clock.ts'
import type { EmbeddedRuntime } from '../runtime/embedded/runtime.ts'
import { createHttpClient } from '../runtime/http.ts'
import type { ActorDeps } from '../sinks/act/actor.ts'
import { runActor } from '../sinks/act/run-actor.ts'
import type { Invocation } from './command.ts'
import { readActing } from './config/acting.ts'
import { readSection } from './config/sections.ts'

type Configured = NonNullable<ReturnType<typeof readActing>>
export interface ConfiguredActing {
  readonly acting: Configured | null
  readonly close: () => Promise<void>
}

export const actingOf = (invocation: Invocation): ConfiguredActing => {
  const http = createHttpClient()
  const acting = readSection(invocation, 'acting', (given, reading) =>
    readActing(given, reading, { http }),
  )
  return { acting, close: http.close }
}

export const actorDeps = (runtime: EmbeddedRuntime, isSwitchedOff: () => boolean): ActorDeps => ({
  log: runtime.log,
  clock: systemClock,
  loadCursor: (name) => runtime.store.getNumber(name),
  saveCursor: (name, offset) => {
    runtime.store.setNumber(name, offset)
  },
  views: runtime.views,
  readActs: () => [...runtime.log.read('ci.acts.v1')].flatMap(({ record }) => record ?? []),
  offer: (record) => {
    runtime.commit([{ topic: 'ci.acts.v1', record }], runtime.now)
  },
  isSwitchedOff,
  onCommit: (listener) => runtime.onCommit(listener),
})

/** Runs until the signal; does nothing where acting is not switched on. */
export const actOnStops = async (
  runtime: EmbeddedRuntime,
  { acting, close }: ConfiguredActing,
  signal: AbortSignal,
): Promise<void> => {
  try {
    if (acting !== null) await runActor(acting, actorDeps(runtime, acting.isSwitchedOff), signal)
  } finally {
    await close()
  }
}
