/** A bad deploy must not empty a topic into the dead letters: too many of them among the last records stop the partition. */

const LAST = 1000
const LEAST = 50
const SHARE = 0.05

export class PartitionStoppedError extends Error {
  override name = 'PartitionStoppedError'
}

/**
 * Counts outcomes of the last 1,000 records. Example: 950 good ones and 50 dead letters pass, one more stops. It says so and leaves
 * the stopping to its caller, who keeps what was noted first: what is thrown away would be read again, and stop again.
 */
export class DeadLetterLimit {
  readonly #where: string
  readonly #outcomes = new Uint8Array(LAST)
  #seen = 0
  #dead = 0
  #stopped: PartitionStoppedError | undefined

  constructor(where: string) {
    this.#where = where
  }

  /** Why nothing more is to be read, once the limit was passed. */
  get stopped(): PartitionStoppedError | undefined {
    return this.#stopped
  }

  /** Notes one record. */
  note(isDead: boolean, reason = ''): void {
    const slot = this.#seen % LAST
    this.#dead += (isDead ? 1 : 0) - (this.#outcomes[slot] ?? 0)
    this.#outcomes[slot] = isDead ? 1 : 0
    this.#seen += 1
    if (!isDead || this.#dead < LEAST || this.#stopped !== undefined) return
    const among = Math.min(this.#seen, LAST)
    if (this.#dead > SHARE * among)
      this.#stopped = new PartitionStoppedError(
        `${this.#where}: ${this.#dead} of the last ${among} records are dead letters (last: ${reason}); ` +
          'nothing more is read until the cause is mended: look at ci.dead-letters.v1, then start again',
      )
  }
}
