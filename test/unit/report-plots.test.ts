import { describe, expect, it } from 'vitest'
import type { CheckpointMeasures } from '../../cli/backtest/measures.ts'
import { jobPlots } from '../../cli/backtest/report/job-plots.ts'
import { precisionPlot } from '../../cli/backtest/report/precision-plot.ts'
import { remainingPlot } from '../../cli/backtest/report/remaining-plot.ts'
import { savingsPlot } from '../../cli/backtest/report/savings-plot.ts'
import { logarithmic } from '../../cli/backtest/report/svg.ts'
import type { RuleMeasures } from '../../cli/backtest/rules.ts'
import { inventedProfile } from '../support/backtest-records.ts'

type At = readonly [x: number, y: number]
const figure = (value: number, by = 0) => ({ value, low: value - by, high: value + by })
/** As much of a rule's measures as the plots read. */
const rule = (name: string, recall: number, precision: number, by = 0): RuleMeasures =>
  ({
    ...{ rule: name, recall: figure(recall), precision: figure(precision, by), bound: 'shown' },
    ...{ netSeconds: figure(recall * 1e6), strictNetSeconds: figure(recall * 9e5) },
    falseStopRate: figure(0),
  }) as unknown as RuleMeasures

const numbersOf = (text: string): number[] => text.split(/[ML ]/).filter(Boolean).map(Number)
const pathOf = (body: string, className: string): At[] => {
  const [, d = ''] = new RegExp(`<path d="([^"]+)" class="${className}"`).exec(body) ?? []
  const numbers = numbersOf(d)
  return numbers.flatMap((x, i): At[] => (i % 2 === 0 ? [[x, numbers[i + 1] ?? NaN]] : []))
}
const dotsOf = (body: string): At[] =>
  [...body.matchAll(/<circle cx="([\d.]+)" cy="([\d.]+)"/g)].map(([, x, y]): At => [
    Number(x),
    Number(y),
  ])

describe('precision against recall', () => {
  const rules = [
    rule('stopline', 0.67, 0.996, 0.01),
    rule('first-failed-step', 0.653, 1),
    rule('history-only', 0.463, 0.845, 0.05),
    rule('fixed-timeout', 0.564, 0.667, 0.08),
    rule('density', 0.022, 0.526, 0.15),
    rule('p95-of-pass', 0.21, 0.59, 0.1),
  ]
  // As on iree-workflows: the line of plain thresholds runs below the two best rules, and a name there would lie on it.
  const curve = [...Array(80).keys()].map((i) => ({
    recall: 0.54 + i * 0.0054,
    precision: 1 - 0.06 * Math.min(1, i / 4) - i * 0.001,
  }))
  const { body, width } = precisionPlot(rules, 0.37, curve)
  const names = [
    ...body.matchAll(/<text x="([\d.]+)" y="([\d.]+)" text-anchor="(\w+)"[^>]*>([^<]+)</g),
  ]
    .map(([, x = '', y = '', anchor, name = '']) => {
      // Signs of 12 units are 6.5 wide at the most, on average.
      const [left, room] = [Number(x), name.length * 6.5]
      const from = anchor === 'end' ? left - room : left
      return { name, left: from, right: from + room, top: Number(y) - 10, bottom: Number(y) + 3 }
    })
    .filter(({ name }) => rules.some((each) => name.startsWith(each.rule)))
  const isOn = (box: (typeof names)[0], [x, y]: At): boolean =>
    x > box.left && x < box.right && y > box.top && y < box.bottom

  it('names every rule on no line, dot, interval or other name, within the picture', () => {
    expect(names).toHaveLength(rules.length)
    const whiskers = [
      ...body.matchAll(
        /<line x1="([\d.]+)" y1="([\d.]+)" x2="[\d.]+" y2="([\d.]+)" class="whisker"/g,
      ),
    ]
    const taken: At[] = [
      ...pathOf(body, 'line-ours'),
      ...dotsOf(body),
      ...whiskers.flatMap(([, x, from, to]) =>
        [...Array(20).keys()].map((i): At => [
          Number(x),
          Number(from) + ((Number(to) - Number(from)) * i) / 19,
        ]),
      ),
    ]
    expect(taken.length).toBeGreaterThan(180)
    for (const box of names) {
      expect([box.name, taken.filter((at) => isOn(box, at))]).toEqual([box.name, []])
      expect(box.left).toBeGreaterThanOrEqual(0)
      expect(box.right).toBeLessThanOrEqual(width)
      for (const other of names)
        if (other !== box)
          expect(
            other.left < box.right &&
              box.left < other.right &&
              other.top < box.bottom &&
              box.top < other.bottom,
          ).toBe(false)
    }
  })

  it('marks the rule that waits for a failed step as a ceiling, there and among the bars', () => {
    const bars = savingsPlot(rules)
    expect(names.map(({ name }) => name)).toContain('first-failed-step (ceiling)')
    expect(bars.body).toContain('first-failed-step (ceiling)')
    expect(bars.body.match(/class="bar-ceiling"/g)).toHaveLength(1)
    expect(bars.description).toContain('a ceiling, no rival')
  })
})

describe('the error of the remaining time', () => {
  it('shows errors of half a minute apart where another is of 100 minutes', () => {
    const minutes = [0.9, 0.6, 0.5, 0.4, 0.5, 100]
    const checkpoints = minutes.map(
      (value, i) =>
        ({
          at: i / 4,
          remaining: {
            medianErrorSeconds: { value: value * 60, low: null, high: null },
            jenkinsMedianErrorSeconds: { value: 0, low: null, high: null },
          },
        }) as unknown as CheckpointMeasures,
    )
    const { body, description } = remainingPlot(checkpoints)
    const heights = dotsOf(body).map(([, y]) => y)
    const [most = 0, , , least = 0] = heights.filter((_, i) => i % 2 === 0)
    expect(least - most).toBeGreaterThan(10)
    expect(heights.every((y) => y >= 45 && y <= 250)).toBe(true)
    expect(description).toContain('the axis is logarithmic')
  })
  it('has ticks .1, 1, 10 and 100 from .3 to 90, and draws what is below at the foot', () => {
    const scale = logarithmic([0.3, 90], [300, 0])
    expect(scale.ticks).toEqual([0.1, 1, 10, 100])
    expect([1, 100, 0.001, 0].map(scale.at)).toEqual([200, 0, 300, 300])
    expect(logarithmic([1, 8], [0, 100]).ticks).toEqual([1, 2, 5, 10])
  })
})

describe('the densities of a job', () => {
  const plain = inventedProfile(2)
  const fitted = plain.density
  if (fitted === null) throw new Error('densities were expected')
  const spiked = {
    ...plain,
    density: { ...fitted, failDensity: [1, ...fitted.failDensity.slice(1)] },
  }
  const drawn = (profile: typeof plain) => {
    const plot = jobPlots(profile, 'job-1').find(({ id }) => id.endsWith('-density'))
    const points = pathOf(plot?.body ?? '', 'pass').map(([, y]) => y)
    return { words: plot?.description, height: 230 - Math.min(...points) }
  }

  it('are cut off above a spike that would press the rest flat, and say so', () => {
    const { words, height } = drawn(spiked)
    expect(height).toBeGreaterThan(60)
    expect(words).toMatch(/The axis ends at [\d.]+ per hour; the highest value is 3600\./)
  })
  it('are drawn whole where there is none', () => {
    expect(drawn(plain).words).not.toContain('The axis ends')
  })
})
