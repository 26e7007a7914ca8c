/** Reads decisions in order as they come, and acts on each; goes on where it was left. */

import { setTimeout as sleep } from 'node:timers/promises'
import { Actor, type Acting, type ActorDeps } from './actor.ts'

export const ACT_CURSOR = 'act/decisions'
const TOPIC = 'ci.decisions.v1'
const LOOK_AGAIN_MS = 60_000

/** Resolves when there is more to read, or when the signal aborts. */
const grown = async (
  { log, onCommit }: ActorDeps,
  read: number,
  signal: AbortSignal,
): Promise<void> => {
  const woken = new AbortController()
  const stop = onCommit(() => {
    if (log.endOffset(TOPIC) > read) woken.abort()
  })
  try {
    if (log.endOffset(TOPIC) > read) return
    const either = AbortSignal.any([woken.signal, signal])
    await sleep(LOOK_AGAIN_MS, undefined, { signal: either }).catch(() => undefined)
  } finally {
    stop()
  }
}

/** Acts until the signal aborts. Where it never ran it starts with what comes next. */
export const runActor = async (
  acting: Acting,
  deps: ActorDeps,
  signal: AbortSignal,
): Promise<void> => {
  let read = deps.loadCursor(ACT_CURSOR) ?? deps.log.endOffset(TOPIC)
  deps.saveCursor(ACT_CURSOR, read)
  try {
    const actor = new Actor(acting, deps, await deps.readActs(), signal)
    await actor.resume()
    while (!signal.aborted) {
      for (const { record, offset } of deps.log.read(TOPIC, read)) {
        // Several may have this offset: it goes on behind it once all of them are settled.
        deps.saveCursor(ACT_CURSOR, offset)
        if (record !== null) await actor.onDecision(record)
        read = offset + 1
      }
      deps.saveCursor(ACT_CURSOR, read)
      await grown(deps, read, signal)
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
}
