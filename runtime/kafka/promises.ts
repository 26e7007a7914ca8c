/** What writers have promised and is not yet covered by what was read: bounded, since a place that is paused may be read much later. */

import type { Progress } from './progress.ts'

/** So many promises of a writer are kept. */
const MOST = 128

export class Promises {
  readonly #byWriter = new Map<string, Progress[]>()

  /** Notes one. Of too many one goes: what was known by it is known by the next, a little later. */
  add(writer: string, progress: Progress): void {
    const sofar = this.#byWriter.get(writer) ?? []
    this.#byWriter.set(writer, sofar)
    // Where nothing was written since, the later time stands for the earlier one.
    if (sofar.at(-1)?.written === progress.written) sofar.pop()
    sofar.push(progress)
    if (sofar.length > MOST) sofar.splice(leastMissed(sofar), 1)
  }

  /** Those of a writer, the earliest first. */
  of(writer: string): readonly Progress[] {
    return this.#byWriter.get(writer) ?? []
  }

  /** Forgets the earliest that are kept, as long as they are settled. */
  forget(writer: string, isSettled: (progress: Progress) => boolean): void {
    const sofar = this.#byWriter.get(writer) ?? []
    const left = sofar.findIndex((progress) => !isSettled(progress))
    sofar.splice(0, left < 0 ? sofar.length : left)
  }
}

/** Index of the one between the closest neighbours in time; the first and the last are never it. */
const leastMissed = (promises: readonly Progress[]): number => {
  const gap = (index: number): number =>
    (promises[index + 1]?.at ?? Infinity) - (promises[index - 1]?.at ?? -Infinity)
  let least = 1
  for (let index = 2; index < promises.length - 1; index += 1)
    if (gap(index) < gap(least)) least = index
  return least
}
