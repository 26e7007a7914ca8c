/** Offers on their way to the log: a source goes on asking while they are written, up to a bound. */

import type { Offer } from '../../runtime/ports.ts'

/** Batches under way at once. */
const MOST = 64

/** The log takes nothing any more; the process has to start anew. */
export class LogFailure extends Error {
  override name = 'LogFailure'
}

export interface Outbox {
  /** Resolves when there is room for more. Rejects with a {@link LogFailure} once an offer was not taken. */
  readonly put: (offers: readonly Offer[]) => Promise<void>
  /** Resolves when all that was put is on the log. */
  readonly settle: () => Promise<void>
}

export const createOutbox = (
  offer: (offers: readonly Offer[]) => Promise<void>,
  most = MOST,
): Outbox => {
  const underWay = new Set<Promise<void>>()
  let failure: LogFailure | null = null
  const send = async (offers: readonly Offer[]): Promise<void> => {
    try {
      await offer(offers)
    } catch (error) {
      failure ??= new LogFailure(error instanceof Error ? error.message : String(error), {
        cause: error,
      })
    }
  }
  const check = (): void => {
    if (failure !== null) throw failure
  }
  return {
    put: async (offers) => {
      check()
      const sent = send(offers)
      underWay.add(sent)
      void sent.then(() => underWay.delete(sent))
      if (underWay.size >= most) await Promise.race(underWay)
      check()
    },
    settle: async () => {
      await Promise.all(underWay)
      check()
    },
  }
}
