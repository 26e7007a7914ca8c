/** Remembers the last answers of a pure function of one integer. */
export const memo = <T>(capacity: number, make: (n: number) => T): ((n: number) => T) => {
  const known = new Map<number, T>()
  return (n) => {
    const found = known.get(n)
    if (found !== undefined) return found
    const made = make(n)
    known.set(n, made)
    if (known.size > capacity) known.delete(known.keys().next().value ?? n)
    return made
  }
}
