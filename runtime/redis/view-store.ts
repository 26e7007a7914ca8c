/** Read models in Redis, as the API asks for them. What Redis cannot answer is a 503, never an old answer. */

import { CodedError } from '../errors.ts'
import type { ViewCursor, ViewRow, ViewStore } from '../ports.ts'
import type { RedisClient } from './client.ts'
import { viewKeys, type ViewKeys } from './keys.ts'

/** Keys of one sort that are looked at in one go where the row of a cursor is gone. */
const CHUNK = 1_000

/** The JSON text of a row as it lies there (`at sort json`); undefined where it is deleted. */
const jsonOf = (row: string | null | undefined): string | undefined => {
  if (row == null) return undefined
  const json = row.slice(row.indexOf(' ', row.indexOf(' ') + 1) + 1)
  return json === '' ? undefined : json
}
/** Rows lie by rising score, so that keys of one sort come in order. Zero has no sign. */
const scoreOf = (sort: number): number => 0 - sort

export class RedisViews implements ViewStore {
  readonly #redis: RedisClient
  readonly #space: string
  readonly #generation: () => number

  /** `generation` is asked each time: another one may be shown at any moment. */
  constructor(redis: RedisClient, space: string, generation: () => number) {
    this.#redis = redis
    this.#space = space
    this.#generation = generation
  }

  get(view: string, key: string): Promise<string | undefined> {
    return answered(async () => jsonOf(await this.#redis.get(this.#keys.row(view, key))))
  }

  getAll(views: readonly string[], key: string): Promise<(string | undefined)[]> {
    return Promise.all(views.map((view) => this.get(view, key)))
  }

  list(view: string, options: { limit: number; after?: ViewCursor }): Promise<ViewRow[]> {
    return answered(async () => {
      const keys = this.#keys
      const rows: ViewRow[] = []
      const { limit, after } = options
      let next = after === undefined ? 0 : await this.#rankAfter(keys.order(view), after)
      while (rows.length < limit) {
        const wanted = limit - rows.length
        const found = await this.#rowsFrom(keys, view, next, wanted)
        rows.push(...found.rows)
        if (found.looked < wanted) break
        next += found.looked
      }
      return rows
    })
  }

  count(view: string): Promise<number> {
    return answered(() => this.#redis.zcard(this.#keys.order(view)))
  }

  get #keys(): ViewKeys {
    return viewKeys(this.#space, this.#generation())
  }

  /** Rows from a rank on; those that have expired, or went since, are passed over. */
  async #rowsFrom(
    keys: ViewKeys,
    view: string,
    from: number,
    count: number,
  ): Promise<{ readonly looked: number; readonly rows: readonly ViewRow[] }> {
    const found = await this.#redis.zrange(
      keys.order(view),
      from,
      String(from + count - 1),
      'WITHSCORES',
    )
    const listed = pairsOf(found)
    if (listed.length === 0) return { looked: 0, rows: [] }
    const values = await this.#redis.mget(listed.map(({ key }) => keys.row(view, key)))
    const rows = listed.flatMap(({ key, score }, index) => {
      const json = jsonOf(values[index])
      return json === undefined ? [] : [{ key, sort: scoreOf(score), json }]
    })
    return { looked: listed.length, rows }
  }

  /** Rank of the first row after a cursor, whose own row may be gone. */
  async #rankAfter(order: string, { sort, key }: ViewCursor): Promise<number> {
    const score = scoreOf(sort)
    const [rank, known] = await Promise.all([
      this.#redis.zrank(order, key),
      this.#redis.zscore(order, key),
    ])
    if (rank !== null && Number(known) === score) return rank + 1
    let first = await this.#redis.zcount(order, '-inf', `(${score}`)
    const cursor = Buffer.from(key)
    for (let from = 0; ; from += CHUNK) {
      const same = await this.#redis.zrangebyscore(
        ...([order, String(score), String(score), 'LIMIT', from, CHUNK] as const),
      )
      const before = same.filter((each) => Buffer.from(each).compare(cursor) <= 0).length
      first += before
      if (before < same.length || same.length < CHUNK) return first
    }
  }
}

const pairsOf = (flat: readonly string[]): { readonly key: string; readonly score: number }[] =>
  Array.from({ length: flat.length / 2 }, (_, index) => ({
    key: flat[2 * index] ?? '',
    score: Number(flat[2 * index + 1]),
  }))

const answered = async <T>(ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask()
  } catch (error) {
    throw new CodedError('views-unreachable', `Redis: ${(error as Error).message}`, error)
  }
}
