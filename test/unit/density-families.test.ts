import { describe, expect, it } from 'vitest'
import { FAMILIES, logLikelihood } from '../../processors/stopping/density/families.ts'
import { observe, type Observations } from '../../processors/stopping/density/observations.ts'
import {
  digamma,
  logGamma,
  maximise,
  maximise2,
  trigamma,
} from '../../processors/stopping/density/solve.ts'

const sampleOf = (durations: readonly number[]): Observations => {
  const sample = observe(durations, 3)
  if (sample === null) throw new Error('these durations are no sample')
  return sample
}

/** 40 quantiles of a Weibull of shape 2 from 600 s on with scale 1000 s: the same numbers for anyone who checks a fit. */
const sample = sampleOf(
  Array.from({ length: 40 }, (_, i) => 600 + 1000 * Math.sqrt(-Math.log(1 - (i + 0.5) / 40))),
)

/** Best log likelihood and parameters (in our order) that scipy found for that sample from 20 starts (gamma from zero). */
const SCIPY: Record<string, { likelihood: number; params: number[] }> = {
  weibull_min: { likelihood: -299.5583, params: [1.906437, 642.8222, 947.8728] },
  norm: { likelihood: -301.7322, params: [1484.6722, 456.8553] },
  weibull_max: { likelihood: -300.2595, params: [11.174683, 5681.7031, 4394.662] },
  beta: { likelihood: -299.3753, params: [1.735002, 3.47763, 671.1235, 3114.5761] },
  invgauss: { likelihood: -300.181, params: [1614.0986, -129.4264, 19317.8981] },
  uniform: { likelihood: -303.6578, params: [712.1552, 2693.3291] },
  gamma: { likelihood: -300.239, params: [10.674908, 139.0806] },
  expon: { likelihood: -305.9862, params: [712.1552, 772.5171] },
  lognorm: { likelihood: -300.248, params: [0.279014, -155.1369, 1577.749] },
  // scipy gives skew .888865, mean and deviation: shape 4/skew², scale = deviation·skew/2.
  pearson3: { likelihood: -300.0387, params: [5.062776, 428.7932, 208.5599] },
  triang: { likelihood: -299.6891, params: [621.8768, 1088.7654, 2816.2584] },
}

describe('families fitted by maximum likelihood', () => {
  it.each(FAMILIES)('$name is as likely as scipy could make it', (family) => {
    const params = family.fit(sample) ?? []
    const known = SCIPY[family.name]
    const likelihood = logLikelihood(family, params, sample)
    expect(known?.params).toHaveLength(params.length)
    expect(Math.abs(likelihood - (known?.likelihood ?? 0))).toBeLessThan(0.02)
  })

  it.each(FAMILIES)('$name finds the parameters that scipy found', (family) => {
    // Far from the data a location, and the shape with it, hardly change the curve: a wide tolerance there.
    const isLoose = ['beta', 'triang', 'weibull_max', 'invgauss', 'lognorm'].includes(family.name)
    const found = family.fit(sample) ?? []
    SCIPY[family.name]?.params.forEach((known, i) => {
      const off = Math.abs((found[i] ?? 0) - known) / Math.max(Math.abs(known), isLoose ? 500 : 1)
      expect(off, `parameter ${i}`).toBeLessThan(isLoose ? 0.25 : 0.02)
    })
  })

  it.each(FAMILIES)('the density of $name in 1/s integrates to 1', (family) => {
    const params = family.fit(sample) ?? []
    let sum = 0
    for (let t = -3000.25; t < 12_000; t += 0.5) sum += Math.exp(family.logDensity(params, t)) * 0.5
    expect(sum).toBeCloseTo(1, 2)
  })

  it('takes mean, ends and mode in closed form from 1, 2, 3', () => {
    const three = sampleOf([3, 1, 2])
    const of = (name: string): readonly number[] | null | undefined =>
      FAMILIES.find((family) => family.name === name)?.fit(three)
    expect(of('norm')?.[1]).toBeCloseTo(0.8165, 4)
    expect(of('uniform')).toEqual([1, 3])
    expect(of('expon')).toEqual([1, 1])
  })

  it('leans pearson3 to the left where the tail is on the left', () => {
    const left = sampleOf(Array.from(sample.values, (value) => 4000 - value))
    const pearson3 = FAMILIES.find((family) => family.name === 'pearson3')
    expect(pearson3?.fit(left)?.[2]).toBeCloseTo(-208.56, -1)
  })
})

describe('numerical mathematics', () => {
  it('knows ψ(1), ψ′(1) and ln Γ(5)', () => {
    expect(digamma(1)).toBeCloseTo(-0.5772156649, 8)
    expect(trigamma(1)).toBeCloseTo(Math.PI ** 2 / 6, 8)
    expect(logGamma(5)).toBeCloseTo(Math.log(24), 9)
  })
  it('finds the higher of two maxima, and one at the border', () => {
    const twoPeaks = (x: number): number =>
      Math.exp(-((x - 3) ** 2)) + 2 * Math.exp(-((x - 70) ** 2) / 90)
    expect(maximise(twoPeaks, 1, 1000)).toBeCloseTo(70, 0)
    expect(maximise((x) => -x, 1, 1000)).toBe(1)
  })
  it('climbs a hill in two variables', () => {
    const [x, y] = maximise2(
      (a, b) => -((a - 1) ** 2) - 3 * (b + 2) ** 2 + a * b,
      [0, 0],
      1,
      80,
      1e-12,
    )
    // Where both slopes vanish: −2(a−1) + b = 0 and −6(b+2) + a = 0.
    expect(x).toBeCloseTo(0, 4)
    expect(y).toBeCloseTo(-2, 4)
  })
})
