/** Asks ahead: most of a round is waiting for answers. */

/** Requests of one round that may be under way at once. */
export const SIDE_BY_SIDE = 16

/**
 * Results in the order of the items, with at most `most` begun and not handed on. What is begun must remember nothing:
 * whoever takes the results may stop at any of them.
 */
export async function* ahead<T, R>(
  items: readonly T[],
  most: number,
  begin: (item: T) => Promise<R>,
): AsyncGenerator<R> {
  const begun: Promise<R>[] = []
  for (let next = 0; next < items.length || begun.length > 0;) {
    while (begun.length < most && next < items.length) {
      const result = begin(items[next] as T)
      next += 1
      // Its failure is told when its turn comes; until then nobody waits for it.
      result.catch(() => undefined)
      begun.push(result)
    }
    const first = begun.shift()
    if (first !== undefined) yield await first
  }
}
