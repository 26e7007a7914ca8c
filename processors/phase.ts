/** When a key speaks within a stretch of time in which all keys have something to say. */

/**
 * A fixed share of `spanMs` for a key, in whole milliseconds from 0 to below it: what every key says at one instant comes
 * spread over the span instead (FNV-1a of the key). Example: `phaseOf('prow:o/r:unit', 8000)` is 706.
 */
export const phaseOf = (key: string, spanMs: number): number => {
  let hash = 0x811c9dc5
  for (let i = 0; i < key.length; i += 1) hash = Math.imul(hash ^ key.charCodeAt(i), 0x01000193)
  return Math.floor(((hash >>> 0) / 4_294_967_296) * spanMs)
}
