import { describe, expect, it } from 'vitest'
import { BASELINES, type BaselineContext } from '../../processors/stopping/baselines/index.ts'

const known: BaselineContext = {
  passes: 20,
  passQuantile: (q) => 1000 * q,
  recent: [false, true, false],
  density: { stopSeconds: 700 },
  compat: { stopSeconds: 600 },
  firstFailedStepSeconds: 90,
}
const stopOf = (name: string, context: Partial<BaselineContext> = {}): number | null | undefined =>
  BASELINES.find((rule) => rule.name === name)?.stopSeconds({ ...known, ...context })

describe('baseline rules', () => {
  it('are these, each with a sentence', () => {
    expect(BASELINES.map((rule) => rule.name)).toEqual([
      'never-stop',
      'fixed-timeout',
      'p95-of-pass',
      'history-only',
      'density',
      'density-compat',
      'first-failed-step',
    ])
    for (const { doc } of BASELINES) expect(doc).toMatch(/^[A-Z].{20,}\.$/)
  })
  it('stop where they say', () => {
    expect(BASELINES.map((rule) => rule.stopSeconds(known))).toEqual([
      null,
      14_400,
      950,
      null,
      700,
      600,
      90,
    ])
  })
  it('never stop where nothing is known, but for the timeout', () => {
    const unknown: BaselineContext = {
      passes: 0,
      passQuantile: () => null,
      recent: [],
      density: null,
      compat: null,
      firstFailedStepSeconds: null,
    }
    const stops = BASELINES.map((rule) => rule.stopSeconds(unknown))
    expect(stops.filter((stop) => stop !== null)).toEqual([14_400])
  })
  it('need 20 passes for a quantile', () => {
    expect(stopOf('p95-of-pass', { passes: 19 })).toBeNull()
  })
  it('stop by history at the 6th failure in a row of a new job, at the 19th of one that always passed', () => {
    const failures = (n: number): boolean[] => Array<boolean>(n).fill(true)
    const passes = Array<boolean>(30).fill(false)
    const after = (n: number): boolean[] => [...failures(n), ...passes].slice(0, 30)
    expect(stopOf('history-only', { recent: failures(5) })).toBeNull()
    expect(stopOf('history-only', { recent: failures(6) })).toBe(0)
    expect(stopOf('history-only', { recent: after(18) })).toBeNull()
    expect(stopOf('history-only', { recent: after(19) })).toBe(0)
  })
})
