/** CRC-32C (Castagnoli), as Kafka guards its batches: eight bytes at a time, by tables of what each place of eight adds. */

const POLYNOMIAL = 0x82f63b78
const PLACES = 8

const tables = (): Int32Array[] => {
  const first = Int32Array.from({ length: 256 }, (_, byte) => {
    let crc = byte
    for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1
    return crc
  })
  const all = [first]
  for (let place = 1; place < PLACES; place += 1)
    all.push((all[place - 1] ?? first).map((crc) => (first[crc & 0xff] ?? 0) ^ (crc >>> 8)))
  return all
}
const [T0, T1, T2, T3, T4, T5, T6, T7] = tables() as [
  ...[Int32Array, Int32Array, Int32Array, Int32Array],
  ...[Int32Array, Int32Array, Int32Array, Int32Array],
]

/** Of the bytes from `from` up to `to`. Example: of "123456789" it is 0xe3069283. */
export const crc32c = (bytes: Uint8Array, from = 0, to = bytes.length): number => {
  let crc = -1
  let at = from
  for (; at + PLACES <= to; at += PLACES) {
    crc ^=
      byteAt(bytes, at) |
      (byteAt(bytes, at + 1) << 8) |
      (byteAt(bytes, at + 2) << 16) |
      (byteAt(bytes, at + 3) << 24)
    crc =
      inTable(T7, crc & 0xff) ^
      inTable(T6, (crc >>> 8) & 0xff) ^
      inTable(T5, (crc >>> 16) & 0xff) ^
      inTable(T4, crc >>> 24) ^
      inTable(T3, byteAt(bytes, at + 4)) ^
      inTable(T2, byteAt(bytes, at + 5)) ^
      inTable(T1, byteAt(bytes, at + 6)) ^
      inTable(T0, byteAt(bytes, at + 7))
  }
  for (; at < to; at += 1) crc = inTable(T0, (crc ^ byteAt(bytes, at)) & 0xff) ^ (crc >>> 8)
  return ~crc >>> 0
}
const byteAt = (bytes: Uint8Array, at: number): number => bytes[at] ?? 0
const inTable = (table: Int32Array, at: number): number => table[at] ?? 0
