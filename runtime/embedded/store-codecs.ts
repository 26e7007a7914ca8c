/**
 * Codecs of a store's records. Wire bytes say by an id which schema wrote them, and the store keeps what each id stands for:
 * what a version with another schema wrote is read by that one, or the store is refused, and what is written has another id.
 */

import { CODECS, type RecordCodec } from '../../schemas/codec.ts'
import { SCHEMA_NAMES, type SchemaName } from '../../schemas/names.ts'
import { StoreError } from './store-error.ts'
import type { EmbeddedStore } from './store.ts'

export type StoreCodecs = { readonly [S in SchemaName]: RecordCodec<S> }

/** Canonical texts of the schemas that have written records of one name, by their ids. */
type Writers = ReadonlyMap<number, string>
const metaName = (name: SchemaName): string => `writers/${name}`
/** No schema has it. Who only reads gives ours none: another process might give the next one to another schema. */
const NO_ID = 0

/**
 * Codecs for what a store holds. Notes our schemas in a store that may be written. Throws {@link StoreError} where another
 * version wrote what ours cannot read.
 */
export const codecsOf = (store: EmbeddedStore): StoreCodecs => {
  const opened = SCHEMA_NAMES.map((name, index) => open(store, name, index + 1))
  const unreadable = opened.filter(({ codec }) => codec === null)
  if (unreadable.length > 0)
    throw new StoreError(
      `the store holds records of another version, which this one cannot read (${unreadable.map(({ name }) => name).join(', ')}): use the program that wrote it, or name another folder with --store and begin anew there`,
    )
  if (!store.isReadOnly) note(store, opened)
  return Object.fromEntries(opened.map(({ name, codec }) => [name, codec])) as never
}

interface Opened {
  readonly name: SchemaName
  /** Null where ours cannot read what one of the others wrote. */
  readonly codec: RecordCodec<SchemaName> | null
  /** All writers, once ours is noted; null where it is. */
  readonly toNote: Writers | null
}

/** `place` is the id of ours where none is noted, as in a store from before they were. */
const open = (store: EmbeddedStore, name: SchemaName, place: number): Opened => {
  const ours: RecordCodec<SchemaName> = CODECS[name]
  const writers = writersIn(store, name)
  const known = [...writers].find(([, text]) => text === ours.canonical)?.[0]
  const free =
    writers.size === 0 ? place : store.isReadOnly ? NO_ID : Math.max(...writers.keys()) + 1
  const codec = ours.withId(known ?? free)
  try {
    for (const [id, text] of writers)
      if (id !== known) codec.addWriter(id, JSON.parse(text) as object)
  } catch {
    return { name, codec: null, toNote: null }
  }
  const toNote = known === undefined ? new Map([...writers, [free, ours.canonical]]) : null
  return { name, codec, toNote }
}

const writersIn = (store: EmbeddedStore, name: SchemaName): Writers =>
  new Map(JSON.parse(store.getText(metaName(name)) ?? '[]') as [number, string][])

const note = (store: EmbeddedStore, opened: readonly Opened[]): void => {
  const changed = opened.filter(({ toNote }) => toNote !== null)
  if (changed.length === 0) return
  store.transaction(() => {
    for (const { name, toNote } of changed)
      store.setText(metaName(name), JSON.stringify([...(toNote ?? [])]))
  })
}
