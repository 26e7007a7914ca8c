/**
 * Which of the records that were fetched are committed. kafkajs has such a filter, but takes the list of aborted
 * transactions to be in order of their beginning; brokers give it in order of their end, and so records of transactions
 * that were aborted come through it.
 */

import type { FetchedMessage, AbortedTransaction } from './client-parts.ts'

/** Key of a control record that ends a transaction as aborted: version 0, type 0. */
const isAbort = ({ isControlRecord, key }: FetchedMessage): boolean =>
  isControlRecord && key?.length === 4 && key.readInt16BE(2) === 0

/** The committed records among `messages`, which are in order of their offsets, without control records. */
export const committedOf = (
  messages: readonly FetchedMessage[],
  aborted: readonly AbortedTransaction[] | null,
): FetchedMessage[] => {
  const waiting = (aborted ?? [])
    .map(({ producerId, firstOffset }) => ({ producerId, from: Number(firstOffset) }))
    .sort((a, b) => b.from - a.from)
  const open = new Set<string>()
  return messages.filter((message) => {
    const offset = message.offset
    for (
      let next = waiting.at(-1);
      next !== undefined && next.from <= offset;
      next = waiting.at(-1)
    )
      open.add((waiting.pop() ?? next).producerId)
    const { producerId, inTransaction } = message.batchContext
    if (isAbort(message)) open.delete(producerId)
    return !message.isControlRecord && !(inTransaction && open.has(producerId))
  })
}
