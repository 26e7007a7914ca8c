/**
 * Membership of a group that shares places out, and nothing else: what is read and committed is the business of whoever has
 * a place. Heartbeats are sent by themselves, however long a batch takes.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import type { Cluster, Coordinator, Joined } from './client-parts.ts'
import { protocolWord, memberCluster } from './client.ts'
import type { Connection } from './connection.ts'
import { assignmentBytes, claimBytes, claimOf, placesIn } from './group-protocol.ts'
import { shareOut, topicOf } from './share-out.ts'

export interface Membership {
  readonly groupId: string
  /** All that is shared out, as `topic/partition`: every member must name the same. */
  readonly places: readonly string[]
  readonly sessionTimeoutMs: number
  /** Told whenever it may have changed, which may be nothing; null while we cannot be sure to be a member. */
  readonly onAssigned: (mine: readonly string[] | null) => void
}

/** Members of different ones share nothing: the group refuses the later. */
const PROTOCOL = 'stopline-lanes-1'
const HEARTBEATS_PER_SESSION = 5
const LONGEST_HEARTBEAT_MS = 3_000
const RETRY_MS = 100
/** After these we are no member any more; after others of a heartbeat we may still be. */
const LOST = new Set(['UNKNOWN_MEMBER_ID', 'ILLEGAL_GENERATION', 'FENCED_INSTANCE_ID'])
const REBALANCING = 'REBALANCE_IN_PROGRESS'

/** Time between two heartbeats. */
export const heartbeatMs = (sessionTimeoutMs: number): number =>
  Math.min(LONGEST_HEARTBEAT_MS, sessionTimeoutMs / HEARTBEATS_PER_SESSION)

/** One member, for as long as its process lives. */
export class Member {
  readonly #of: Membership
  readonly #cluster: Cluster
  #coordinator: Coordinator | undefined
  #memberId = ''
  #generation = -1
  #mine: readonly string[] = []
  /** When we were last known to be a member. */
  #heardAt = 0

  constructor(of: Membership, cluster: Cluster) {
    this.#of = of
    this.#cluster = cluster
  }

  /** Joins, and holds the membership until it has to be joined anew or the signal comes. */
  async hold(signal: AbortSignal): Promise<void> {
    await this.#join()
    const everyMs = heartbeatMs(this.#of.sessionTimeoutMs)
    for (;;) {
      await sleep(everyMs, undefined, { signal }).catch(() => undefined)
      if (signal.aborted) return
      await this.#coordinator?.heartbeat({
        groupId: this.#of.groupId,
        groupGenerationId: this.#generation,
        memberId: this.#memberId,
      })
      this.#heardAt = Date.now()
    }
  }

  /** After an error: true where nothing is ours any more. */
  note(error: unknown): void {
    const word = protocolWord(error) ?? ''
    if (word === REBALANCING) return
    this.#coordinator = undefined
    const isOver = Date.now() - this.#heardAt > this.#of.sessionTimeoutMs
    if (!LOST.has(word) && !isOver) return
    if (LOST.has(word)) this.#memberId = ''
    this.#say(null)
  }

  async leave(): Promise<void> {
    const { groupId } = this.#of
    if (this.#memberId !== '')
      await this.#coordinator?.leaveGroup({ groupId, memberId: this.#memberId })
  }

  async #join(): Promise<void> {
    const { groupId, sessionTimeoutMs } = this.#of
    this.#coordinator ??= await this.#cluster.findGroupCoordinator({ groupId })
    const topics = [...new Set(this.#of.places.map(topicOf))]
    const claim = { generation: this.#generation, places: this.#mine }
    const joined = await this.#coordinator.joinGroup({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: sessionTimeoutMs,
      memberId: this.#memberId,
      groupProtocols: [{ name: PROTOCOL, metadata: claimBytes(topics, claim) }],
    })
    this.#memberId = joined.memberId
    this.#generation = joined.generationId
    const { memberAssignment } = await this.#coordinator.syncGroup({
      groupId,
      generationId: joined.generationId,
      memberId: joined.memberId,
      groupAssignment: joined.leaderId === joined.memberId ? this.#shares(joined) : [],
    })
    this.#heardAt = Date.now()
    this.#say(placesIn(memberAssignment))
  }

  #shares({ members }: Joined) {
    const claims = members.map(({ memberId, memberMetadata }) => ({
      member: memberId,
      ...claimOf(memberMetadata),
    }))
    return [...shareOut(this.#of.places, claims)].map(([memberId, places]) => ({
      memberId,
      memberAssignment: assignmentBytes(places),
    }))
  }

  #say(mine: readonly string[] | null): void {
    this.#mine = mine ?? []
    this.#of.onAssigned(mine)
  }
}

/** Is a member until the signal, then leaves. Rejects where brokers refuse the group itself. */
export const runMember = async (
  connection: Connection,
  of: Membership,
  signal: AbortSignal,
): Promise<void> => {
  const cluster = memberCluster(connection)
  const member = new Member(of, cluster)
  try {
    while (!signal.aborted)
      try {
        await cluster.connect()
        await member.hold(signal)
      } catch (error) {
        if (isRefusal(error)) throw error
        member.note(error)
        await sleep(protocolWord(error) === REBALANCING ? 0 : RETRY_MS)
      }
  } finally {
    await member.leave().catch(() => undefined)
    await cluster.disconnect()
  }
}

const REFUSALS = new Set([
  'INCONSISTENT_GROUP_PROTOCOL',
  'INVALID_SESSION_TIMEOUT',
  'GROUP_AUTHORIZATION_FAILED',
  'INVALID_GROUP_ID',
])
const isRefusal = (error: unknown): boolean => REFUSALS.has(protocolWord(error) ?? '')
