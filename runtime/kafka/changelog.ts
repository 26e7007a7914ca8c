/**
 * Records of a changelog. A key names a cell or a timer of a stage; a value begins with the pipeline time its commit has
 * reached, so that a change whose commit is not the one that its progress names is noticed when it is restored.
 */

const SEPARATOR = '\u001f'
const STAMP_BYTES = 8

/** A changed cell or timer; null deletes. */
export type Change =
  | { kind: 'cell'; stage: string; key: string; name: string; bytes: Uint8Array | null }
  | { kind: 'timer'; stage: string; key: string; name: string; due: number | null }
  /** The commit itself: it is the first record of each, and never missing. */
  | { kind: 'commit' }

export interface ChangelogRecord {
  readonly key: string
  readonly value: Buffer | null
}
class UnreadableChangeError extends Error {
  override name = 'UnreadableChangeError'
}

const keyOf = (change: Change): string =>
  change.kind === 'commit'
    ? 'commit'
    : [change.kind, change.stage, change.key, change.name].join(SEPARATOR)

/** The changelog record of a change in the commit that reached pipeline time `at`. */
export const toChangelog = (change: Change, at: number): ChangelogRecord => {
  const key = keyOf(change)
  if (change.kind === 'commit') return { key, value: stamped(at, 0) }
  if (change.kind === 'timer') {
    if (change.due === null) return { key, value: null }
    const value = stamped(at, STAMP_BYTES)
    value.writeDoubleBE(change.due, STAMP_BYTES)
    return { key, value }
  }
  if (change.bytes === null) return { key, value: null }
  const value = stamped(at, change.bytes.length)
  value.set(change.bytes, STAMP_BYTES)
  return { key, value }
}

const stamped = (at: number, bodyBytes: number): Buffer => {
  const value = Buffer.allocUnsafe(STAMP_BYTES + bodyBytes)
  value.writeDoubleBE(at, 0)
  return value
}

/** The change in a changelog record and the time its commit reached, null for a deletion. Throws on other bytes. */
export const fromChangelog = ({
  key,
  value,
}: ChangelogRecord): { readonly change: Change; readonly at: number | null } => {
  if (value !== null && value.length < STAMP_BYTES)
    throw new UnreadableChangeError(`change ${key} has ${value.length} bytes, at least 8 are due`)
  const at = value?.readDoubleBE(0) ?? null
  if (key === 'commit') return { change: { kind: 'commit' }, at }
  const [kind, stage, of, name] = key.split(SEPARATOR)
  if (stage === undefined || of === undefined || name === undefined)
    throw new UnreadableChangeError(`${key} names neither a cell nor a timer`)
  const place = { stage, key: of, name }
  if (kind === 'cell')
    return { change: { kind, ...place, bytes: value?.subarray(STAMP_BYTES) ?? null }, at }
  if (kind !== 'timer') throw new UnreadableChangeError(`${key} names neither a cell nor a timer`)
  return { change: { kind, ...place, due: value?.readDoubleBE(STAMP_BYTES) ?? null }, at }
}
