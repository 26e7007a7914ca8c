/** One producer feeds at a time, since all of them are one writer in time; the others wait to take over. */

import { writeToOf, type ClusterConfig } from '../../runtime/kafka/cluster-config.ts'
import { runMember } from '../../runtime/kafka/group-member.ts'

const PLACE = 'produce/0'

export interface Turn {
  /** Resolves when it is this process's turn. */
  readonly mine: Promise<void>
  /** Rejects when another process has it. */
  readonly lost: Promise<never>
  /** Gives the turn away. */
  readonly end: () => Promise<void>
}

export const awaitTurn = (config: ClusterConfig): Turn => {
  const mine = Promise.withResolvers<undefined>()
  const lost = Promise.withResolvers<never>()
  const leaving = new AbortController()
  let isMine = false
  lost.promise.catch(() => undefined)
  const member = runMember(
    config.connection,
    {
      groupId: writeToOf(config).names.group('produce'),
      places: [PLACE],
      sessionTimeoutMs: config.sessionTimeoutMs,
      onAssigned: (places) => {
        if (places?.includes(PLACE) === true) {
          isMine = true
          mine.resolve(undefined)
        } else if (isMine) lost.reject(new Error('another producer has taken over'))
      },
    },
    leaving.signal,
  )
  member.catch(lost.reject)
  return {
    mine: mine.promise,
    lost: lost.promise,
    end: async () => {
      leaving.abort()
      await member.catch(() => undefined)
    },
  }
}
