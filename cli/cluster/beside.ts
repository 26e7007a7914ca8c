/** What is done beside the producer that feeds: by that one alone, so each thing is done by one process. */

import { setTimeout as wait } from 'node:timers/promises'
import type { DeadLetter } from '../../schemas/events.ts'
import type { KafkaTarget } from './kafka-target.ts'
import { say } from './options.ts'

/** Topics may not be there yet: processors make them. */
const TRY_AGAIN_MS = 5_000

/** Does work until the signal. Where it fails it is begun again: sources are fed all the same. */
export const beside = async (
  what: string,
  work: () => Promise<void>,
  signal: AbortSignal,
): Promise<void> => {
  const isOver = (): boolean => signal.aborted
  while (!isOver())
    try {
      await work()
    } catch (error) {
      if (isOver()) return
      say(`${what} again in ${TRY_AGAIN_MS / 1000} s: ${(error as Error).message}`)
      await wait(TRY_AGAIN_MS, undefined, { signal }).catch(() => undefined)
    }
}

/** What such work remembers and offers. Where nothing is kept any more the target says so, and the process ends. */
export const keepingOf = ({ loadText, saveText, fed }: KafkaTarget) => ({
  loadText,
  saveText,
  loadCursor: (name: string): number | undefined => {
    const text = loadText(name)
    return text === undefined ? undefined : Number(text)
  },
  saveCursor: (name: string, offset: number): void => {
    void saveText(name, String(offset))
  },
  offerDeadLetter: async (record: DeadLetter): Promise<void> => {
    await fed.commit([{ topic: 'ci.dead-letters.v1', record }], fed.now)
  },
})
