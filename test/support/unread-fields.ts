/** Which fields of a value nobody looks at while it is checked: a schema that allows further fields does not ask for a misspelt one. */

/** Runs the check over a copy; paths of fields that it did not read, in their order. Keys of maps count as read where all are looked over. */
export const unreadFields = <T extends object>(value: T, check: (copy: T) => void): string[] => {
  const unread = new Set<string>()
  const watched = (inside: unknown, path: string): unknown => {
    if (typeof inside !== 'object' || inside === null) return inside
    const entries = Object.entries(inside).map(([name, each]: [string, unknown]) => {
      unread.add(`${path}${name}`)
      return [name, watched(each, `${path}${name}.`)] as const
    })
    const copy = Array.isArray(inside)
      ? entries.map(([, each]) => each)
      : Object.fromEntries(entries)
    return new Proxy(copy, {
      get: (target, name) => {
        unread.delete(`${path}${String(name)}`)
        return Reflect.get(target, name) as unknown
      },
    })
  }
  check(watched(value, '') as T)
  return [...unread]
}
