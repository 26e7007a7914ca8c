/** The topology on one SQLite file: log, state, timers, cursors and views move in one transaction per batch. */

import type { Models, Processor } from '../../processors/processor.ts'
import { crashPoint } from '../crash-point.ts'
import { shapeOf } from '../engine/cells-shape.ts'
import { encoded, stamped } from '../engine/offered.ts'
import { TopologyEngine } from '../engine/topology.ts'
import type { Cursor, LogRecord, Offer, ToViews } from '../ports.ts'
import { EmbeddedLog } from './log.ts'
import { EmbeddedStore } from './store.ts'
import { StoreError } from './store-error.ts'
import { EmbeddedViews } from './views.ts'

export type CommitListener = (published: readonly LogRecord[]) => void

const NOW = 'pipeline-time'
const RETAINED = 'retained-at'
const EXPIRED = 'views-expired-at'
const HOUR_MS = 3_600_000
const VIEW_RETENTION_MS = 90 * 24 * HOUR_MS
/** Looking for old rows reads the whole table. */
const EXPIRE_EVERY_MS = 7 * 24 * HOUR_MS
/** So many offers of a replay are committed at once: cells that change with nearly every run of a job are written once for all. */
const TAKEN_OFFERS = 200_000
/** Fewer of them where they change so many cells, which are in memory alone till then: a burst of runs that all start is ten for each. */
const TAKEN_CELLS = 70_000
const shapeName = (processor: string): string => `shape/${processor}`
const cursorName = (source: string): string => `cursor/${source}`

export class EmbeddedRuntime {
  readonly store: EmbeddedStore
  readonly log: EmbeddedLog
  readonly views: EmbeddedViews
  readonly engine: TopologyEngine
  readonly #listeners = new Set<CommitListener>()
  /** `open` while what was taken waits for a commit; `failed` also within work: memory is ahead of the file until it is done. */
  #state: 'idle' | 'open' | 'failed' = 'idle'
  /** Offers since the last commit. */
  #taken = 0

  constructor(
    folder: string,
    processors: readonly Processor[],
    toViews: ToViews = () => [],
    models: Models = {},
  ) {
    this.store = new EmbeddedStore(folder)
    try {
      checkShapes(this.store, processors)
      this.log = new EmbeddedLog(this.store)
    } catch (error) {
      this.store.close()
      throw error
    }
    this.views = new EmbeddedViews(this.store, this.log, toViews)
    const broadcasts = new Set(processors.flatMap((processor) => processor.broadcasts ?? []))
    const tables = [...broadcasts].flatMap((topic) => [...this.log.read(topic)])
    const now = this.store.getNumber(NOW) ?? 0
    this.engine = new TopologyEngine(processors, this.store, now, tables, models)
  }

  /** Pipeline time reached: everything at or before it has been handled and is on disk. */
  get now(): number {
    return this.engine.now
  }

  /** Where a producer stopped, or 0 where it never ran. */
  cursor(source: string): number {
    return this.store.getNumber(cursorName(source)) ?? 0
  }

  /** Calls the listener with what each commit published, after it is on disk. Returns the way to stop it. */
  onCommit(listener: CommitListener): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }

  /**
   * Appends offers, handles everything up to `horizon` and saves the producer's cursor: all in one transaction, with what
   * was taken before. An offer observed at or before the time already reached is stamped just after it.
   * An error leaves the file as it was after the last commit; the process must then be started anew. Only where too much of it is
   * dead letters it is kept, and that is said after it: thrown away it would be offered again, and stop again.
   */
  commit(offers: readonly Offer[], horizon: number, cursor?: Cursor): void {
    const published = this.#take(offers, horizon, cursor)
    this.#state = 'failed'
    this.store.attempt(() => {
      this.engine.flush()
      crashPoint('after-state')
      this.store.setNumber(NOW, this.engine.now)
      this.#retain()
      crashPoint('before-commit')
    })
    this.store.commit()
    this.#state = 'idle'
    this.#taken = 0
    crashPoint('after-commit')
    for (const listener of this.#listeners) listener(published)
    this.#checkStopped()
  }

  /**
   * As {@link commit}, for a replay, which can be begun again: it lasts with one of the next commits, so that large ones
   * cost little memory. Where somebody listens it is committed at once.
   */
  take(offers: readonly Offer[], horizon: number, cursor?: Cursor): void {
    this.#taken += offers.length
    if (this.#isFull || this.#listeners.size > 0) this.commit(offers, horizon, cursor)
    else {
      this.#take(offers, horizon, cursor)
      if (this.engine.stopped !== undefined) this.commit([], this.now)
    }
  }

  close(): void {
    this.store.close()
  }

  get #isFull(): boolean {
    return this.#taken >= TAKEN_OFFERS || this.engine.changedCells >= TAKEN_CELLS
  }

  #checkStopped(): void {
    if (this.engine.stopped !== undefined) throw this.engine.stopped
  }

  /** Returns what was published, where somebody listens. */
  #take(offers: readonly Offer[], horizon: number, cursor: Cursor | undefined): LogRecord[] {
    if (this.#state === 'idle') this.#checkStopped()
    if (this.#state === 'failed')
      throw new StoreError('an earlier commit failed and was taken back: start the process again')
    const inOrder = stamped(offers, this.engine.now)
    const until = Math.max(horizon, inOrder.at(-1)?.record.observedAt ?? 0)
    const published: LogRecord[] = []
    crashPoint('before-transaction')
    if (this.#state === 'idle') this.store.begin()
    this.#state = 'failed'
    this.store.attempt(() => {
      for (const piece of piecesOf(inOrder, until)) {
        const logged = this.#handle(piece)
        if (this.#listeners.size > 0) for (const record of logged) published.push(record)
      }
      if (cursor !== undefined) this.store.setNumber(cursorName(cursor.source), cursor.at)
    })
    this.#state = 'open'
    return published
  }

  #handle({ offers, until }: Piece): readonly LogRecord[] {
    const records = offers.map(encoded)
    const emitted = this.engine.advance(records, until)
    crashPoint('after-processing')
    const logged = this.log.append([...records, ...emitted])
    crashPoint('after-log')
    this.views.publish(logged)
    crashPoint('after-views')
    return logged
  }

  /** Once an hour of pipeline time what is past its retention goes; rows of views once a week. */
  #retain(): void {
    const { now } = this.engine
    if (now - (this.store.getNumber(RETAINED) ?? 0) < HOUR_MS) return
    this.log.retain(now)
    this.views.purge(now - HOUR_MS)
    this.store.setNumber(RETAINED, now)
    if (now - (this.store.getNumber(EXPIRED) ?? 0) < EXPIRE_EVERY_MS) return
    this.views.expire(now - VIEW_RETENTION_MS)
    this.store.setNumber(EXPIRED, now)
  }
}

/** Offers of whole instants, handled up to the last of them. */
interface Piece {
  readonly offers: readonly Offer[]
  readonly until: number
}
/** Records of so many offers are in memory at once, however large a commit is: what is short-lived costs little. */
const PIECE_OFFERS = 100

function* piecesOf(offers: readonly Offer[], until: number): Iterable<Piece> {
  const at = (index: number): number => offers[index]?.record.observedAt ?? Infinity
  for (let from = 0; from < offers.length;) {
    let to = Math.min(from + PIECE_OFFERS, offers.length)
    while (at(to) === at(to - 1)) to += 1
    const isLast = to >= offers.length
    yield { offers: offers.slice(from, to), until: isLast ? until : at(to - 1) }
    from = to
  }
  if (offers.length === 0) yield { offers, until }
}

/** Notes the shape of each processor's cells. Throws where the store holds cells of another one. */
const checkShapes = (store: EmbeddedStore, processors: readonly Processor[]): void => {
  const shapes = processors.map((processor) => ({
    name: processor.name,
    shape: shapeOf([processor]),
    known: store.getText(shapeName(processor.name)),
  }))
  const others = shapes.filter(({ shape, known }) => known !== undefined && known !== shape)
  if (others.length > 0)
    throw new StoreError(
      `the store holds cells of another version (${others.map(({ name }) => name).join(', ')}): use the program that wrote it, or name another folder with --store`,
    )
  const unknown = shapes.filter(({ known }) => known === undefined)
  if (unknown.length === 0) return
  store.transaction(() => {
    for (const { name, shape } of unknown) store.setText(shapeName(name), shape)
  })
}
