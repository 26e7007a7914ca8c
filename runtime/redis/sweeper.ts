/**
 * Takes rows that have expired out of the orders that list them: a row goes by itself, its place in an order does not. A piece at
 * a time, so that Redis has time for others; round after round, so that every order is looked at.
 */

import { nodesOf, type RedisClient } from './client.ts'
import { generationOf, orderPattern, rowPrefixOf } from './keys.ts'

/** Places looked at in one step: a millisecond or less, in which Redis does nothing else. */
const PIECE = 200
const SCAN_COUNT = 500
const BEGIN = '0'

/** Where a round stands. Cursors are Redis' own; null where that has been looked at to its end. */
interface Round {
  readonly nodes: number
  node: number
  nodeCursor: string | null
  readonly orders: string[]
  orderCursor: string
}

export class Sweeper {
  readonly #redis: RedisClient
  readonly #space: string
  #round: Round | undefined

  constructor(redis: RedisClient, space: string) {
    this.#redis = redis
    this.#space = space
  }

  /** Looks at one piece. Returns how many places were taken out, null where it ended a round. */
  async step(generation: number): Promise<number | null> {
    this.#round ??= {
      nodes: nodesOf(this.#redis).length,
      ...{ node: 0, nodeCursor: BEGIN, orders: [], orderCursor: BEGIN },
    }
    const [order] = this.#round.orders
    if (order !== undefined) return this.#sweep(this.#round, order, generation)
    if (await this.#find(this.#round, generation)) return 0
    this.#round = undefined
    return null
  }

  /** Finds more orders; false where there are none. */
  async #find(round: Round, generation: number): Promise<boolean> {
    if (round.nodeCursor === null) {
      round.node += 1
      round.nodeCursor = BEGIN
    }
    const node = nodesOf(this.#redis)[round.node]
    if (node === undefined) return false
    const pattern = orderPattern(this.#space, generation)
    const [next, keys] = await node.scan(round.nodeCursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT)
    round.nodeCursor = next === BEGIN ? null : next
    round.orders.push(...keys.filter((key) => generationOf(key, this.#space) === generation))
    return true
  }

  async #sweep(round: Round, order: string, generation: number): Promise<number> {
    const [next, found] = await this.#redis.zscan(order, round.orderCursor, 'COUNT', PIECE)
    const listed = found.filter((_, index) => index % 2 === 0)
    round.orderCursor = next
    if (next === BEGIN) round.orders.shift()
    if (listed.length === 0) return 0
    const prefix = rowPrefixOf(order, generation)
    const keys = [order, ...listed.map((key) => `${prefix}${key}`)]
    return this.#redis.stoplineSweep(keys.length, ...keys, ...listed)
  }
}
