/** Due times of a stage: a binary heap with lazy deletion beside the current due time of each timer. */

interface Entry {
  readonly due: number
  readonly key: string
  readonly timer: string
}
const SEPARATOR = '\u001f'
const idOf = (key: string, timer: string): string => key + SEPARATOR + timer

const before = (a: Entry, b: Entry): boolean =>
  a.due !== b.due ? a.due < b.due : a.key !== b.key ? a.key < b.key : a.timer < b.timer

export class TimerQueue {
  readonly #heap: Entry[] = []
  readonly #due = new Map<string, number>()

  get size(): number {
    return this.#due.size
  }

  /** Sets or replaces a timer. */
  set(key: string, timer: string, due: number): void {
    const id = idOf(key, timer)
    if (this.#due.get(id) === due) return
    this.#due.set(id, due)
    this.#push({ due, key, timer })
  }

  clear(key: string, timer: string): void {
    this.#due.delete(idOf(key, timer))
  }

  /** Takes the first timer due at or before `time`; ties fall by key, then by name. */
  takeDue(time: number): Entry | undefined {
    const first = this.peek()
    if (first === undefined || first.due > time) return undefined
    this.#pop()
    this.#due.delete(idOf(first.key, first.timer))
    return first
  }

  /** The next timer, or undefined where none is set. */
  peek(): Entry | undefined {
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (this.#due.get(idOf(first.key, first.timer)) === first.due) return first
      this.#pop() // replaced or cleared since
    }
    return undefined
  }

  #push(entry: Entry): void {
    const heap = this.#heap
    let at = heap.length
    heap.push(entry)
    while (at > 0) {
      const up = (at - 1) >> 1
      const parent = heap[up]
      if (parent === undefined || !before(entry, parent)) break
      heap[at] = parent
      at = up
    }
    heap[at] = entry
  }

  #pop(): void {
    const heap = this.#heap
    const last = heap.pop()
    if (last === undefined || heap.length === 0) return
    let at = 0
    for (;;) {
      let child = 2 * at + 1
      const left = heap[child]
      if (left === undefined) break
      const right = heap[child + 1]
      let least = left
      if (right !== undefined && before(right, left)) {
        child += 1
        least = right
      }
      if (!before(least, last)) break
      heap[at] = least
      at = child
    }
    heap[at] = last
  }
}
