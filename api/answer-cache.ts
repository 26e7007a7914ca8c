/**
 * Answers of the instant: between two commits an address always has the same data, so that many who look at the same
 * thing cost one reading. Emptied by every commit; nothing in it is ever older than the store.
 */

import type { Awaitable } from '../runtime/ports.ts'
import type { ApiDeps } from './deps.ts'
import { tagged, type Answer, type TaggedAnswer } from './answer.ts'

/** Characters of data kept at most, in all and of one answer. */
const MAX_CHARS = 16 * 1024 * 1024
const MAX_ANSWER_CHARS = 64 * 1024

export interface AnswerCache {
  /** The answer of an address, made where it is not there. Errors are not kept. */
  readonly get: (address: string, make: () => Awaitable<Answer>) => Awaitable<TaggedAnswer>
}

export const createAnswerCache = ({
  time,
  onCommit,
}: Pick<ApiDeps, 'time' | 'onCommit'>): AnswerCache => {
  const answers = new Map<string, TaggedAnswer>()
  let madeAt = 0
  let chars = 0
  let clearings = 0
  const clear = (): void => {
    answers.clear()
    chars = 0
    clearings += 1
  }
  /** Keeps an answer unless a commit came while it was made. */
  const keep = (address: string, made: Answer, since: number): TaggedAnswer => {
    const answer = tagged(made)
    const size = answer.data.length + address.length
    if (since === clearings && size <= MAX_ANSWER_CHARS && chars + size <= MAX_CHARS) {
      if (!answers.has(address)) chars += size
      answers.set(address, answer)
    }
    return answer
  }
  onCommit(clear)
  return {
    get: (address, make) => {
      const { now } = time()
      if (now !== madeAt) clear()
      madeAt = now
      const known = answers.get(address)
      if (known !== undefined) return known
      const since = clearings
      const made = make()
      return made instanceof Promise
        ? made.then((answer) => keep(address, answer, since))
        : keep(address, made, since)
    },
  }
}
