/**
 * Answers of the instant: between two commits an address always has the same data, so that many who look at the same
 * thing cost one reading. Emptied by every commit; nothing in it is ever older than the store.
 */

import type { ApiDeps } from './deps.ts'
import { tagged, type Answer, type TaggedAnswer } from './answer.ts'

/** Characters of data kept at most, in all and of one answer. */
const MAX_CHARS = 16 * 1024 * 1024
const MAX_ANSWER_CHARS = 64 * 1024

export interface AnswerCache {
  /** The answer of an address, made where it is not there. Errors are not kept. */
  readonly get: (address: string, make: () => Answer) => TaggedAnswer
}

export const createAnswerCache = ({
  time,
  onCommit,
}: Pick<ApiDeps, 'time' | 'onCommit'>): AnswerCache => {
  const answers = new Map<string, TaggedAnswer>()
  let madeAt = 0
  let chars = 0
  const clear = (): void => {
    answers.clear()
    chars = 0
  }
  onCommit(clear)
  return {
    get: (address, make) => {
      const { now } = time()
      if (now !== madeAt) clear()
      madeAt = now
      const known = answers.get(address)
      if (known !== undefined) return known
      const answer = tagged(make())
      const size = answer.data.length + address.length
      if (size <= MAX_ANSWER_CHARS && chars + size <= MAX_CHARS) {
        answers.set(address, answer)
        chars += size
      }
      return answer
    },
  }
}
