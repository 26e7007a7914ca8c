/** How many records are handled in one transaction: as many as take about as long as one may. What is said does not depend on it. */

const BATCH_MS = 100
const [LEAST, MOST] = [1_000, 10_000]

export class BatchSize {
  #records = LEAST

  get records(): number {
    return this.#records
  }

  /** Notes how long so many records took. Few of them say little about how long many take. */
  learn(records: number, ms: number): void {
    if (2 * records < this.#records) return
    const fitting = Math.round((records * BATCH_MS) / Math.max(1, ms))
    this.#records = Math.min(MOST, Math.max(LEAST, fitting))
  }
}
