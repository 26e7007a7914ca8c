/** Views in memory answer at once: the value itself, where a promise would be a mistake. */

import type { Awaitable } from '../../runtime/ports.ts'

export const atOnce = <T>(value: Awaitable<T>): T => {
  if (value instanceof Promise) throw new Error('it was to be answered at once')
  return value
}
