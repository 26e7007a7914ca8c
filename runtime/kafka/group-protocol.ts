/** What members of a group tell each other, in the form of consumer groups, so that Kafka's own tools can show it. */

import { MEMBER_ASSIGNMENT, MEMBER_METADATA } from './client.ts'
import { placeOf } from './progress.ts'
import type { Claim } from './share-out.ts'

/** What a member says of itself when it joins. */
export type Told = Pick<Claim, 'generation' | 'places'>

const VERSION = 0

export const claimBytes = (topics: readonly string[], told: Told): Buffer =>
  MEMBER_METADATA.encode({
    version: VERSION,
    topics: [...topics],
    userData: Buffer.from(JSON.stringify(told)),
  })

/** A member that says something else has nothing. */
export const claimOf = (metadata: Buffer): Told => {
  try {
    const told = JSON.parse(
      MEMBER_METADATA.decode(metadata)?.userData.toString() ?? '{}',
    ) as Partial<Told>
    return { generation: told.generation ?? -1, places: told.places ?? [] }
  } catch {
    return { generation: -1, places: [] }
  }
}

export const assignmentBytes = (places: readonly string[]): Buffer => {
  const assignment: Record<string, number[]> = {}
  for (const place of places) {
    const slash = place.lastIndexOf('/')
    ;(assignment[place.slice(0, slash)] ??= []).push(Number(place.slice(slash + 1)))
  }
  return MEMBER_ASSIGNMENT.encode({ version: VERSION, assignment, userData: Buffer.alloc(0) })
}

export const placesIn = (assignment: Buffer): string[] =>
  Object.entries(MEMBER_ASSIGNMENT.decode(assignment)?.assignment ?? {}).flatMap(
    ([topic, partitions]) => partitions.map((partition) => placeOf(topic, partition)),
  )
