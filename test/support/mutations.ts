/** Payloads with some of their values replaced by what nobody would send in good faith. */

import fc from 'fast-check'

const ODD_VALUES: readonly unknown[] = [
  ...[null, true, '', '__proto__', 'constructor', '../..', 'a\r\nb: c', 'x'.repeat(5000)],
  ...[-1, 0.5, 1e308, 2 ** 53, -(2 ** 63), '1e400', '-9999999999999999'],
  ...['0001-01-01T00:00:00Z', '9999-12-31T23:59:59Z', '2026-13-45T99:99:99Z'],
  ...[[], {}, [[[[]]]], { seconds: 1e300 }, [null], [{}]],
]

interface Change {
  /** Chooses a branch at each level, and how deep to go. */
  readonly turns: readonly number[]
  readonly value: unknown
}

/** The payload after one change: the value that the turns lead to is replaced. */
const changed = (payload: unknown, { turns, value }: Change): unknown => {
  const [turn, ...rest] = turns
  if (turn === undefined || typeof payload !== 'object' || payload === null) return value
  const names = Object.keys(payload)
  const name = names[turn % Math.max(1, names.length)]
  if (name === undefined) return value
  const copy: Record<string, unknown> | unknown[] = Array.isArray(payload)
    ? [...(payload as unknown[])]
    : { ...payload }
  const inner = (copy as Record<string, unknown>)[name]
  ;(copy as Record<string, unknown>)[name] = changed(inner, { turns: rest, value })
  return copy
}

const change: fc.Arbitrary<Change> = fc.record({
  turns: fc.array(fc.nat(1000), { minLength: 1, maxLength: 6 }),
  value: fc.constantFrom(...ODD_VALUES),
})

/** One of the payloads with one to four changes. */
export const mutationsOf = (payloads: readonly unknown[]): fc.Arbitrary<unknown> =>
  fc
    .tuple(fc.constantFrom(...payloads), fc.array(change, { minLength: 1, maxLength: 4 }))
    .map(([payload, changes]) => changes.reduce(changed, payload))
