/** Tells cheaply whether a column changed since it was last read. */

import type { Grid } from './grid.ts'

const mixed = (bits: number): number => {
  let h = Math.imul(bits ^ (bits >>> 16), 0x85ebca6b)
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35)
  return (h ^ (h >>> 16)) >>> 0
}

/** 32 bits of a row's name (FNV-1a, mixed). */
export const rowHash = (name: string): number => {
  let h = 0x811c9dc5
  for (let i = 0; i < name.length; i += 1) h = Math.imul(h ^ name.charCodeAt(i), 0x01000193)
  return mixed(h)
}

/** 64 bits of each column's cells. The order of rows does not matter: TestGrid sorts them by how they fail. */
export const digestsOf = ({ columns, rows }: Grid): string[] => {
  const [low, high] = [new Uint32Array(columns.length), new Uint32Array(columns.length)]
  for (const { name, codes } of rows) {
    const hash = rowHash(name)
    for (let j = 0; j < codes.length; j += 1) {
      const code = codes[j] ?? 0
      if (code === 0) continue
      low[j] = (low[j] ?? 0) + mixed(hash ^ Math.imul(code, 0x9e3779b1))
      high[j] = (high[j] ?? 0) + mixed(Math.imul(hash, 0x27d4eb2f) ^ code)
    }
  }
  return columns.map((_, j) => `${(low[j] ?? 0).toString(36)}.${(high[j] ?? 0).toString(36)}`)
}
