/**
 * Deliveries that were taken, kept over restarts: one that is sent again adds nothing. A delivery is known by its id and by the
 * signature of its body, since the id is not signed: whoever copies a delivery can give it another one.
 */

import { createHash } from 'node:crypto'
import { setImmediate as soon } from 'node:timers/promises'

/** Kept for so long, and so many at most: GitHub sends again what is at most three days old. */
const KEPT_MS = 7 * 86_400_000
const MOST = 50_000
/** Deliveries that lie together: as few are written again for each new one. */
const CHUNK = 100
const CHUNKS = MOST / CHUNK

/** 64 bits: of 50,000 names two are one with a chance of 1 in 15 billion. */
const shortOf = (text: string): string =>
  createHash('sha256').update(text).digest('base64url').slice(0, 11)

export interface DeliveryStore {
  readonly loadText: (name: string) => string | undefined
  /** Resolves when the text lies where a crash does not take it. */
  readonly saveText: (name: string, text: string) => Promise<void>
}
/** When it was taken, and its names. */
type Entry = readonly [at: number, id: string, signature: string]

export interface Deliveries {
  readonly has: (id: string, signature: string) => boolean
  /** Resolves when it lies in the store; what is taken at one time is written together. */
  readonly add: (id: string, signature: string, now: number) => Promise<void>
}

const chunkName = (place: number): string => `deliveries/${place}`
const entriesIn = (text: string | undefined): Entry[] =>
  text === undefined || text === '' ? [] : (JSON.parse(text) as Entry[])

/** What the store holds, the oldest first. */
export const openDeliveries = ({ loadText, saveText }: DeliveryStore, now: number): Deliveries => {
  const chunks = Array.from({ length: CHUNKS }, (_, place) => entriesIn(loadText(chunkName(place))))
  const newestOf = (entries: readonly Entry[]): number => entries.at(-1)?.[0] ?? 0
  let place = chunks.reduce(
    (best, entries, i) => (newestOf(entries) > newestOf(chunks[best] ?? []) ? i : best),
    0,
  )
  let current = chunks[place] ?? []
  const taken = new Map<string, number>()
  const remember = ([at, ...names]: Entry): void => {
    for (const name of names) {
      taken.delete(name)
      taken.set(name, at)
    }
  }
  const forget = (before: number): void => {
    for (const [name, at] of taken) {
      if (at >= before && taken.size <= 2 * MOST) return
      taken.delete(name)
    }
  }
  for (const entry of chunks.flat().sort(([a], [b]) => a - b)) remember(entry)
  forget(now - KEPT_MS)

  const save = (): Promise<void> => saveText(chunkName(place), JSON.stringify(current))
  /** Full chunks that are on their way to the store. */
  let full: Promise<void>[] = []
  let writing: Promise<void> | undefined
  const write = (): Promise<void> =>
    (writing ??= soon().then(async () => {
      const unsaved = [...full, save()]
      writing = undefined
      full = []
      await Promise.all(unsaved)
    }))
  /** A full chunk is written before the next one is begun, over the oldest. */
  const turn = (): void => {
    full.push(save())
    place = (place + 1) % CHUNKS
    current = []
  }
  return {
    has: (id, signature) => taken.has(shortOf(id)) || taken.has(shortOf(signature)),
    add: (id, signature, at) => {
      if (current.length >= CHUNK) turn()
      const entry: Entry = [at, shortOf(id), shortOf(signature)]
      current.push(entry)
      remember(entry)
      forget(at - KEPT_MS)
      return write()
    },
  }
}
