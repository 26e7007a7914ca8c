/** Shares places out among the members of a group: evenly in each topic and in all, and each keeps what it has. */

export interface Claim {
  readonly member: string
  /** The generation of the group in which the member had these places: of two who claim one, the later had it last. */
  readonly generation: number
  readonly places: readonly string[]
}

export const topicOf = (place: string): string => place.slice(0, place.lastIndexOf('/'))

/** Who had each place last. */
const lastOwners = (claims: readonly Claim[]): Map<string, string> => {
  const owners = new Map<string, string>()
  for (const { member, places } of [...claims].sort((a, b) => a.generation - b.generation))
    for (const place of places) owners.set(place, member)
  return owners
}

/**
 * Places (`topic/partition`) by member. Of each topic no member has two more than another. Example: of t/0 to t/3, when b
 * joins a who has all, a keeps t/0 and t/1.
 */
export const shareOut = (
  places: readonly string[],
  claims: readonly Claim[],
): Map<string, string[]> => {
  const shares = new Map<string, string[]>()
  for (const { member } of [...claims].sort((a, b) => (a.member < b.member ? -1 : 1)))
    shares.set(member, [])
  if (shares.size === 0) return shares
  const owners = lastOwners(claims)
  const topics = Map.groupBy(places, topicOf)
  for (const ofTopic of topics.values()) shareTopic(ofTopic, owners, shares)
  return shares
}

const shareTopic = (
  places: readonly string[],
  owners: ReadonlyMap<string, string>,
  shares: Map<string, string[]>,
): void => {
  const had = (member: string): number =>
    places.filter((place) => owners.get(place) === member).length
  const total = (member: string): number => shares.get(member)?.length ?? 0
  const least = Math.floor(places.length / shares.size)
  const members = [...shares.keys()].sort((a, b) => total(a) - total(b) || had(b) - had(a))
  const more = places.length % shares.size
  const left = new Map(members.map((member, rank) => [member, least + (rank < more ? 1 : 0)]))
  const give = (member: string, place: string): void => {
    shares.get(member)?.push(place)
    left.set(member, (left.get(member) ?? 0) - 1)
  }
  const rest: string[] = []
  for (const place of places) {
    const owner = owners.get(place)
    if (owner !== undefined && (left.get(owner) ?? 0) > 0) give(owner, place)
    else rest.push(place)
  }
  for (const place of rest) {
    const taker = members.find((member) => (left.get(member) ?? 0) > 0)
    if (taker !== undefined) give(taker, place)
  }
}
