import { expect, it } from 'vitest'
import type { FetchedMessage } from '../../runtime/kafka/client-parts.ts'
import { committedOf } from '../../runtime/kafka/committed.ts'

const record = (offset: number, producerId: string, inTransaction = true): FetchedMessage => ({
  offset,
  key: Buffer.from('key'),
  value: Buffer.from(`${producerId}@${offset}`),
  headers: {},
  timestamp: 0,
  isControlRecord: false,
  batchContext: { producerId, inTransaction },
})
const end = (offset: number, producerId: string, isCommit: boolean): FetchedMessage => ({
  ...record(offset, producerId),
  key: Buffer.from([0, 0, 0, isCommit ? 1 : 0]),
  isControlRecord: true,
})
const offsetsOf = (messages: readonly FetchedMessage[]): number[] =>
  messages.map(({ offset }) => offset)

it('leaves out what was aborted, and what ends transactions', () => {
  const read = [record(0, 'a'), record(1, 'b'), end(2, 'a', false), end(3, 'b', true)]
  expect(offsetsOf(committedOf(read, [{ producerId: 'a', firstOffset: '0' }]))).toEqual([1])
  expect(offsetsOf(committedOf(read, null))).toEqual([0, 1])
})

it('leaves out transactions that began first and ended last, as brokers list them', () => {
  const read = [record(0, 'a'), record(1, 'b'), end(2, 'b', false), end(3, 'a', false)]
  const inOrderOfTheirEnd = [
    { producerId: 'b', firstOffset: '1' },
    { producerId: 'a', firstOffset: '0' },
  ]
  expect(committedOf(read, inOrderOfTheirEnd)).toEqual([])
})

it('shows what the same writer says after it has aborted', () => {
  const read = [record(0, 'a'), end(1, 'a', false), record(2, 'a'), end(3, 'a', true)]
  expect(offsetsOf(committedOf(read, [{ producerId: 'a', firstOffset: '0' }]))).toEqual([2])
})

it('shows records outside of transactions, and keys that look like an end', () => {
  const read = [record(0, 'a'), record(1, 'a', false), { ...record(2, 'b'), key: Buffer.alloc(4) }]
  expect(offsetsOf(committedOf(read, [{ producerId: 'a', firstOffset: '0' }]))).toEqual([1, 2])
})

it('knows a transaction that began before what was read', () => {
  const read = [record(7, 'a'), record(8, 'c'), end(9, 'a', false)]
  const aborted = [
    { producerId: 'a', firstOffset: '2' },
    { producerId: 'b', firstOffset: '3' },
  ]
  expect(offsetsOf(committedOf(read, aborted))).toEqual([8])
})
