/**
 * Where the newest change of each name lies. There are hundreds of thousands of names: as objects they would be a third of all
 * that is alive, so they are rows of numbers, and the last part of a name is read where its change lies.
 */

import { isThird, type Name } from './change-frames.ts'

/** Bytes of a row of changes. */
export type BytesOf = (row: number) => Buffer

/** The first two parts of a name, which many names share; `count` of them. */
interface Prefix {
  readonly id: number
  readonly first: string
  readonly second: string
  count: number
}

/** A slot: id of the prefix (0: empty), hash, row, position in the row. */
const WIDTH = 4
const LEAST_SLOTS = 1 << 10
/** Beyond this share of slots in use there are twice as many. */
const FULL = 0.6

/** Hash of a prefix and the last part (FNV-1a, and the finaliser of MurmurHash3). */
const hashOf = (prefix: number, third: string): number => {
  let hash = Math.imul(prefix, 0x9e3779b1)
  for (let i = 0; i < third.length; i += 1) hash = Math.imul(hash ^ third.charCodeAt(i), 0x01000193)
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b)
  return hash ^ (hash >>> 13)
}

/** A table with open addressing and linear probing. A place is the number of a slot: valid until the next change. */
export class Places {
  readonly #bytesOf: BytesOf
  readonly #prefixes = new Map<string, Map<string, Prefix>>()
  /** By id; ids of those that are gone are given again. */
  readonly #byId: (Prefix | undefined)[] = [undefined]
  readonly #free: number[] = []
  #slots = new Int32Array(WIDTH * LEAST_SLOTS)
  #mask = LEAST_SLOTS - 1
  #size = 0

  constructor(bytesOf: BytesOf) {
    this.#bytesOf = bytesOf
  }

  /** The place of a name, −1 where it has none. */
  find(first: string, second: string, third: string): number {
    const prefix = this.#prefixes.get(first)?.get(second)
    return prefix === undefined ? -1 : this.#find(prefix.id, hashOf(prefix.id, third), third)
  }

  rowAt(place: number): number {
    return this.#slots[WIDTH * place + 2] ?? 0
  }
  fromAt(place: number): number {
    return this.#slots[WIDTH * place + 3] ?? 0
  }

  /** Says where the newest change of a name lies now; returns the row of the one before, −1 where there was none. */
  put({ first, second, third }: Name, row: number, from: number): number {
    const prefix = this.#prefixOf(first, second)
    const hash = hashOf(prefix.id, third)
    const known = this.#find(prefix.id, hash, third)
    if (known >= 0) {
      const before = this.rowAt(known)
      this.#slots[WIDTH * known + 2] = row
      this.#slots[WIDTH * known + 3] = from
      return before
    }
    prefix.count += 1
    this.#size += 1
    if (this.#size > FULL * (this.#mask + 1)) this.#grow()
    this.#fill(prefix.id, hash, row, from)
    return -1
  }

  /** Forgets the name at a place. Those that had to make way for it move up. */
  remove(place: number): void {
    const slots = this.#slots
    this.#leave(slots[WIDTH * place] ?? 0)
    this.#size -= 1
    let hole = place
    for (let at = this.#after(hole); slots[WIDTH * at] !== 0; at = this.#after(at)) {
      const home = (slots[WIDTH * at + 1] ?? 0) & this.#mask
      if (((at - home) & this.#mask) < ((at - hole) & this.#mask)) continue
      slots.copyWithin(WIDTH * hole, WIDTH * at, WIDTH * (at + 1))
      hole = at
    }
    slots[WIDTH * hole] = 0
  }

  /** Second parts and places of names that begin with `first`, in no order. Nothing may change meanwhile. */
  *of(first: string): Iterable<{ readonly second: string; readonly place: number }> {
    if (!this.#prefixes.has(first)) return
    for (let place = 0; place <= this.#mask; place += 1) {
      const prefix = this.#byId[this.#slots[WIDTH * place] ?? 0]
      if (prefix?.first === first) yield { second: prefix.second, place }
    }
  }

  #after(place: number): number {
    return (place + 1) & this.#mask
  }

  #find(prefix: number, hash: number, third: string): number {
    const slots = this.#slots
    for (let place = hash & this.#mask; ; place = this.#after(place)) {
      const id = slots[WIDTH * place]
      if (id === 0) return -1
      if (id !== prefix || slots[WIDTH * place + 1] !== hash) continue
      if (isThird(this.#bytesOf(this.rowAt(place)), this.fromAt(place), third)) return place
    }
  }

  #fill(prefix: number, hash: number, row: number, from: number): void {
    const slots = this.#slots
    let place = hash & this.#mask
    while (slots[WIDTH * place] !== 0) place = this.#after(place)
    slots[WIDTH * place] = prefix
    slots[WIDTH * place + 1] = hash
    slots[WIDTH * place + 2] = row
    slots[WIDTH * place + 3] = from
  }

  #grow(): void {
    const old = this.#slots
    this.#slots = new Int32Array(2 * old.length)
    this.#mask = 2 * this.#mask + 1
    for (let at = 0; at < old.length; at += WIDTH) {
      const prefix = old[at] ?? 0
      if (prefix !== 0) this.#fill(prefix, old[at + 1] ?? 0, old[at + 2] ?? 0, old[at + 3] ?? 0)
    }
  }

  #prefixOf(first: string, second: string): Prefix {
    let seconds = this.#prefixes.get(first)
    if (seconds === undefined) this.#prefixes.set(first, (seconds = new Map<string, Prefix>()))
    let prefix = seconds.get(second)
    if (prefix === undefined) {
      prefix = { id: this.#free.pop() ?? this.#byId.length, first, second, count: 0 }
      this.#byId[prefix.id] = prefix
      seconds.set(second, prefix)
    }
    return prefix
  }

  /** One name of the prefix is gone; with its last it is gone too. */
  #leave(id: number): void {
    const prefix = this.#byId[id]
    if (prefix === undefined) return
    prefix.count -= 1
    if (prefix.count > 0) return
    this.#byId[id] = undefined
    this.#free.push(id)
    this.#prefixes.get(prefix.first)?.delete(prefix.second)
  }
}
