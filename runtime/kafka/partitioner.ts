/** Which partition a key belongs to: as Java clients have it, so that every producer agrees. */

const M = 0x5bd1e995

/** MurmurHash2 of bytes, as a signed 32-bit number. Example: "foobar" gives -790332482, as in Kafka's own tests. */
export const murmur2 = (bytes: Uint8Array): number => {
  const { length } = bytes
  const byte = (at: number): number => bytes[at] ?? 0
  let h = 0x9747b28c ^ length
  const whole = length & ~3
  for (let at = 0; at < whole; at += 4) {
    const word = byte(at) | (byte(at + 1) << 8) | (byte(at + 2) << 16) | (byte(at + 3) << 24)
    let k = Math.imul(word, M)
    k ^= k >>> 24
    h = Math.imul(h, M) ^ Math.imul(k, M)
  }
  const rest = length & 3
  if (rest === 3) h ^= byte(whole + 2) << 16
  if (rest >= 2) h ^= byte(whole + 1) << 8
  if (rest >= 1) h = Math.imul(h ^ byte(whole), M)
  h = Math.imul(h ^ (h >>> 13), M)
  return (h ^ (h >>> 15)) | 0
}

/** Hashes of so many keys are kept: hashing costs more than looking up. */
const KEPT = 50_000
const hashes = new Map<string, number>()

/** The partition of a key among `partitions`, as Java's default partitioner has it. */
export const partitionOf = (key: string, partitions: number): number => {
  let hash = hashes.get(key)
  if (hash === undefined) {
    hash = murmur2(Buffer.from(key)) & 0x7fffffff
    if (hashes.size >= KEPT) hashes.clear()
    hashes.set(key, hash)
  }
  return hash % partitions
}
