import { describe, expect, it } from 'vitest'
import type { Cluster } from '../../runtime/kafka/client-parts.ts'
import { Member } from '../../runtime/kafka/group-member.ts'
import { assignmentBytes } from '../../runtime/kafka/group-protocol.ts'
import { createTaskStates } from '../../runtime/kafka/process-status.ts'
import type { TaskEvent } from '../../runtime/kafka/task-events.ts'

const PLACES = ['stopline.progress/1', 'stopline.progress/2']
const [OVER, NOT_OVER] = [AbortSignal.abort(), 3_600_000]
/** A member to whom the group gives these places, and what it was told of them. */
const memberWith = (places: readonly string[]) => {
  const told: (readonly string[] | null)[] = []
  const coordinator = {
    joinGroup: () =>
      Promise.resolve({ memberId: 'us', leaderId: 'other', generationId: 1, members: [] }),
    syncGroup: () => Promise.resolve({ memberAssignment: assignmentBytes(places) }),
  }
  const cluster = { findGroupCoordinator: () => Promise.resolve(coordinator) }
  const member = new Member(
    {
      ...{ groupId: 'stopline', places: PLACES, sessionTimeoutMs: NOT_OVER },
      onAssigned: (mine) => told.push(mine),
    },
    cluster as unknown as Cluster,
  )
  return { member, told }
}
const lost = Object.assign(new Error('gone'), { type: 'UNKNOWN_MEMBER_ID' })

describe('a member of a group', () => {
  it('is one also where nothing is left for it, until it cannot be sure', async () => {
    const { member, told } = memberWith([])
    await member.hold(OVER)
    member.note(new Error('a broker is gone'))
    expect(told).toEqual([[]])
    member.note(lost)
    expect(told).toEqual([[], null])
  })
  it('is told what it has', async () => {
    const { member, told } = memberWith(PLACES.slice(1))
    await member.hold(OVER)
    member.note(lost)
    expect(told).toEqual([PLACES.slice(1), null])
  })
})

describe('a process', () => {
  const of = { plan: { name: 'runs' }, partition: 0 } as TaskEvent['of']

  it('that is spare is ready: it is there to take over', () => {
    const states = createTaskStates()
    expect(states.status().reasons).toEqual(['not a member of the group'])
    states.assigned([])
    expect(states.status()).toEqual({ isReady: true, reasons: [], tasks: [] })
    states.assigned(['runs/0'])
    expect(states.status().reasons).toEqual(['runs/0 is restoring'])
    states.note({ of, kind: 'opened', restoreMs: 1, changes: 0 })
    expect(states.status().isReady).toBe(true)
  })
  it('that is no member has nothing and is not ready', () => {
    const states = createTaskStates()
    states.assigned(['runs/0'])
    states.note({ of, kind: 'opened', restoreMs: 1, changes: 0 })
    states.assigned(null)
    expect(states.status()).toEqual({
      ...{ isReady: false, reasons: ['not a member of the group'], tasks: [] },
    })
  })
})
