import { describe, expect, it } from 'vitest'
import { Digests } from '../cluster/digests.ts'
import { keyed } from '../../runtime/engine/stage.ts'
import { aFact, aRun, MONDAY } from '../support/facts.ts'

const fact = (n: number, job = 'unit') =>
  keyed(
    'ci.run-events.v1',
    aFact(aRun({ job, runId: String(n) }), 'started', MONDAY + n),
    MONDAY + n,
  )
const of = (...records: ReturnType<typeof fact>[]): Digests => {
  const digests = new Digests(['ci.run-events.v1'])
  for (const record of records) digests.note(record)
  return digests
}

describe('digests of topics', () => {
  it('are equal where each key says the same in the same order, however keys interleave', () => {
    const [a, b, c] = [fact(1), fact(2, 'other'), fact(3)]
    expect(of(a, b, c).differences(of(b, a, c))).toEqual([])
  })

  it('find a loss, a double, another order, another value and another time, and say where', () => {
    const [a, b, c] = [fact(1), fact(2), fact(3)]
    const whole = of(a, b, c)
    const first = (found: Digests): string =>
      whole.differences(found)[0]?.replace(/^.*: /, '') ?? ''
    expect(first(of(a, b))).toBe('2 records, not 3; the first that differs is 2')
    expect(first(of(a, b, b, c))).toBe('4 records, not 3; the first that differs is 2')
    expect(first(of(a, b, c, c))).toBe('4 records, not 3; the first that differs is 3')
    expect(first(of(a, c, b))).toBe('3 records, not 3; the first that differs is 1')
    expect(first(of(a, b, fact(4)))).toBe('3 records, not 3; the first that differs is 2')
    expect(first(of(a, b, { ...c, at: c.at + 1 }))).toMatch(/differs is 2$/)
    expect(whole.differences(of(a, b, c, fact(9, 'new')))).toHaveLength(1)
  })
})
