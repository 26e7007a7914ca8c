/**
 * Wraps a processor so that a step which breaks a law of the contract throws: it may change neither its input nor
 * anything it has emitted, its effects are plain data that fit their schemas, and its cells survive their codec.
 */

import { deepStrictEqual } from 'node:assert/strict'
import { types } from 'node:util'
import type { Cells, Effect, Input, Processor } from '../../processors/processor.ts'
import { CODECS } from '../../schemas/codec.ts'
import { TOPICS } from '../../schemas/topics.ts'
import { cellCodec } from './cell-codec.ts'

export const lawAbiding = (processor: Processor): Processor => ({
  ...processor,
  step(cells, key, input, now, tables) {
    deepFreeze(input)
    const watched = watch(processor, cells)
    const effects = processor.step(watched.cells, key, input, now, tables)
    watched.check()
    for (const effect of effects) checkEffect(processor, effect, input)
    return effects
  },
})

/** Freezes a value and all it holds; bytes cannot be frozen. */
const deepFreeze = (value: unknown): void => {
  if (typeof value !== 'object' || value === null) return
  if (types.isUint8Array(value) || Object.isFrozen(value)) return
  Object.freeze(value)
  Object.values(value).forEach(deepFreeze)
}

/** A plain copy: what JSON and bytes can carry. Throws on anything else. */
const plain = (value: unknown): unknown => {
  if (types.isUint8Array(value)) return Buffer.from(value)
  if (Array.isArray(value)) return value.map(plain)
  if (typeof value === 'object' && value !== null) {
    const entries = Object.entries(value).map(([name, part]) => [name, plain(part)] as const)
    return Object.fromEntries(entries)
  }
  if (value === null || ['string', 'number', 'boolean'].includes(typeof value)) return value
  throw new Error(`not plain data: ${typeof value}`)
}

/** Sees which cells a step reads and puts; what was changed in place must have been put. */
const watch = (processor: Processor, cells: Cells) => {
  const before = new Map<string, { value: unknown; bytes: Buffer }>()
  const put = new Map<string, unknown>()
  const codec = (cell: string) => cellCodec(processor.cells, cell)
  const seen: Cells = {
    get(cell) {
      const value = cells.get(cell)
      if (value !== undefined && !before.has(cell))
        before.set(cell, { value, bytes: codec(cell).toBuffer(value) })
      return value
    },
    put(cell, value) {
      put.set(cell, value)
      cells.put(cell, value)
    },
    delete(cell) {
      put.set(cell, undefined)
      cells.delete(cell)
    },
  }
  const check = (): void => {
    for (const [cell, { value, bytes }] of before)
      if (!put.has(cell))
        deepStrictEqual(
          codec(cell).toBuffer(value),
          bytes,
          `${processor.name} changed ${cell} in place and did not put it`,
        )
    for (const [cell, value] of put) if (value !== undefined) checkSurvives(processor, cell, value)
  }
  return { cells: seen, check }
}

/** What is not in the schema is lost by a restart, so that the second trip must give what the first one gave. */
const checkSurvives = (processor: Processor, cell: string, value: unknown): void => {
  const codec = cellCodec(processor.cells, cell)
  const bytes = codec.toBuffer(value)
  const again: unknown = codec.fromBuffer(bytes)
  deepStrictEqual(codec.toBuffer(again), bytes, `${processor.name}: ${cell} changes with its codec`)
  for (const [name, part] of Object.entries(again as object))
    deepStrictEqual(
      plain(part),
      plain((value as Record<string, unknown>)[name]),
      `${processor.name}: ${cell}.${name} does not survive its codec`,
    )
}

const checkEffect = (processor: Processor, effect: Effect, input: Input): void => {
  if (effect.kind !== 'emit') {
    plain(effect)
    return
  }
  const { topic, record } = effect
  if (!processor.outputs.includes(topic))
    throw new Error(`${processor.name} emitted to ${topic}, which is not among its outputs`)
  const codec = CODECS[TOPICS[topic].schema]
  deepStrictEqual(
    plain(codec.decode(codec.encode(record as never))),
    plain(record),
    `${processor.name}: a record of ${topic} does not survive its codec`,
  )
  if (input.kind === 'record' && input.record === record)
    throw new Error(`${processor.name} emitted its input`)
  deepFreeze(record)
}
