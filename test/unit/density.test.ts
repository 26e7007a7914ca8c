import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fitCompat } from '../../processors/stopping/density/compat.ts'
import { fitDensity } from '../../processors/stopping/density/fit.ts'

/** Quantiles of a normal distribution at (i − .5)/n, by bisection on its density summed up. */
const normal = (n: number, mean: number, sd: number): number[] => {
  const out: number[] = []
  let share = 0
  let next = 0.5 / n
  for (let z = -6; z < 6 && out.length < n; z += 1e-4) {
    share += (Math.exp(-0.5 * z * z) / Math.sqrt(2 * Math.PI)) * 1e-4
    if (share >= next) {
      out.push(mean + sd * z)
      next += 1 / n
    }
  }
  return out
}
const passes = normal(400, 100, 20)
const failures = normal(400, 200, 20)

describe('the density baseline', () => {
  it('stops halfway between two equal normal densities', () => {
    expect(fitDensity(passes, failures, 0.5)?.stopSeconds).toBeCloseTo(150, -0.5)
  })
  it('stops later where failures are rare', () => {
    const stop = fitDensity(passes, failures, 0.2)?.stopSeconds ?? 0
    expect(Math.abs(stop - 155.5)).toBeLessThan(2)
  })
  it('never stops where the passing runs are the longer ones', () => {
    expect(fitDensity(failures, passes, 0.5)?.stopSeconds).toBeNull()
  })
  it('stops at the shortest duration seen where failures prevail throughout', () => {
    const stop = fitDensity(passes, [...passes], 0.9)?.stopSeconds
    expect(stop).toBeCloseTo(passes[0] ?? 0, 6)
  })
  it('chooses the family that the data come from, with densities in 1/s', () => {
    const exponential = (mean: number): number[] =>
      Array.from({ length: 200 }, (_, i) => 60 - mean * Math.log(1 - (i + 0.5) / 200))
    const model = fitDensity(exponential(100), exponential(300), 0.5)
    expect(model?.family).toBe('expon')
    expect(model?.passDensity(61)).toBeCloseTo(1 / 100, 3)
    expect(model?.failDensity(61)).toBeCloseTo(1 / 300, 3)
    // e^(−x/100)/100 = e^(−x/300)/300 at x = 150 ln 3 = 164.8 s after the start at 60 s.
    expect(Math.abs((model?.stopSeconds ?? 0) - 224.8)).toBeLessThan(2)
  })
  it('says nothing below 20 durations a class, without spread, or without a failure rate', () => {
    expect(fitDensity(passes.slice(0, 19), failures, 0.5)).toBeNull()
    expect(fitDensity(passes, Array<number>(50).fill(7), 0.5)).toBeNull()
    expect(fitDensity(passes, failures, 0)).toBeNull()
    expect(fitDensity(passes, failures, NaN)).toBeNull()
  })
})

describe('the density baseline as published', () => {
  it('compares the classes in their own units, without their failure rates', () => {
    // (t − 100)/20 = (200 − t)/40 at t = 133.3; the densities in 1/s cross at 138.7.
    const model = fitCompat(passes, normal(400, 200, 40))
    expect(Math.abs((model?.stopSeconds ?? 0) - 133.3)).toBeLessThan(2)
  })
  it('does not stop at a crossing where no class has durations', () => {
    const model = fitCompat(passes, failures)
    expect(model?.crossings.some((t) => Math.abs(t - 150) < 3)).toBe(true)
    expect(model?.stopSeconds).toBeNull()
  })
  it('says nothing below 10 durations a class or without spread', () => {
    expect(fitCompat(passes.slice(0, 9), failures)).toBeNull()
    expect(fitCompat(passes, Array<number>(50).fill(7))).toBeNull()
  })
})

const duration = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 20_000 }) },
  { weight: 2, arbitrary: fc.constantFrom(0, 1, 60, 60.1, 3600) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(NaN, Infinity, -Infinity, -5, 1e-9, 1e12, Number.MAX_VALUE),
  },
  { weight: 1, arbitrary: fc.double() },
)
const durations = fc.oneof(
  fc.array(duration, { maxLength: 60 }),
  fc.array(fc.constantFrom(60, 61), { minLength: 20, maxLength: 60 }),
  fc.array(fc.double({ min: 99.99, max: 100.01, noNaN: true }), { minLength: 20, maxLength: 40 }),
)

describe('degenerate durations', () => {
  it('never make a fit throw or answer NaN', () => {
    let fits = 0
    fc.assert(
      fc.property(durations, durations, fc.double({ min: 0, max: 1 }), (pass, fail, rate) => {
        const model = fitDensity(pass, fail, rate)
        const compat = fitCompat(pass, fail)
        if (model !== null) {
          fits += 1
          for (const t of [0, 0.5, 60, 100, 3600, 1e9, ...pass.slice(0, 5)]) {
            if (!Number.isFinite(t)) continue
            expect(model.passDensity(t)).toBeGreaterThanOrEqual(0)
            expect(model.failDensity(t)).toBeGreaterThanOrEqual(0)
          }
        }
        for (const stop of [model?.stopSeconds, ...(compat?.crossings ?? []), compat?.stopSeconds])
          if (stop !== null && stop !== undefined)
            expect(Number.isFinite(stop) && stop >= 0).toBe(true)
      }),
      { numRuns: 300, seed: 3 },
    )
    expect(fits).toBeGreaterThan(50)
  })
})

describe('the cost of a fit', () => {
  it('is printed for 300 durations of each class', () => {
    const [pass, fail] = [normal(300, 3000, 400), normal(300, 3300, 900)]
    const clocked = (fit: () => unknown): string => {
      for (let i = 0; i < 20; i += 1) fit()
      const began = performance.now()
      for (let i = 0; i < 50; i += 1) fit()
      return ((performance.now() - began) / 50).toFixed(1)
    }
    const all = clocked(() => fitDensity(pass, fail, 0.3))
    const published = clocked(() => fitCompat(pass, fail))
    console.info(`fit of 2 x 300 durations: all families ${all} ms, as published ${published} ms`)
    expect(fitDensity(pass, fail, 0.3)).not.toBeNull()
  })
})
