/** Plots as SVG text. Colours are classes, so that the page and the files beside it can be light or dark. */

export type Attributes = Readonly<Record<string, string | number>>
export type Point = readonly [x: number, y: number]

export const escaped = (text: string): string =>
  text.replace(/[&<>"]/g, (sign) => `&#${sign.charCodeAt(0)};`)

const tenth = (value: number): string => String(Math.round(value * 10) / 10)

/** One element. Numbers are written to a tenth of a unit; children are markup. */
export const element = (name: string, attributes: Attributes, ...children: string[]): string => {
  const written = Object.entries(attributes).map(
    ([key, value]) => ` ${key}="${typeof value === 'number' ? tenth(value) : escaped(value)}"`,
  )
  return `<${name}${written.join('')}>${children.join('')}</${name}>`
}

/** A label; `anchor` says which end of it lies at the place. */
export const label = (
  [x, y]: Point,
  text: string,
  anchor: 'start' | 'middle' | 'end' = 'start',
  attributes: Attributes = {},
): string => element('text', { x, y, 'text-anchor': anchor, ...attributes }, escaped(text))

export const line = ([x1, y1]: Point, [x2, y2]: Point, className: string): string =>
  element('line', { x1, y1, x2, y2, class: className })

/** A line through points. */
export const path = (points: readonly Point[], className: string): string =>
  element('path', {
    d: points.map(([x, y], i) => `${i === 0 ? 'M' : 'L'}${tenth(x)} ${tenth(y)}`).join(''),
    class: className,
  })

/** Maps a value to a place, with the round values worth a tick. */
export interface Scale {
  readonly at: (value: number) => number
  readonly ticks: readonly number[]
  readonly from: number
  readonly to: number
}

/** A linear scale; its ends are moved out to ticks of 1, 2 or 5 times a power of ten. Example: 0 to 93 has ticks 0, 20 ... 100. */
export const linear = (
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
  about = 5,
): Scale => {
  const step = roundStep((high > low ? high - low : 1) / about)
  const first = Math.floor(low / step + 1e-9)
  const last = Math.max(first + 1, Math.ceil(high / step - 1e-9))
  const ticks = Array.from({ length: last - first + 1 }, (_, i) => (first + i) * step)
  const at = (value: number): number =>
    from + ((value / step - first) / (last - first)) * (to - from)
  return { at, ticks, from, to }
}

/**
 * A logarithmic scale over whole powers of ten, with ticks at 1, 2 and 5 times them where they are two at most; what is below
 * its low end is drawn there. Example: .3 to 90 has ticks .1, 1, 10 and 100.
 */
export const logarithmic = (
  [low, high]: readonly [number, number],
  [from, to]: readonly [number, number],
): Scale => {
  const first = Math.floor(Math.log10(low) + 1e-9)
  const last = Math.max(first + 1, Math.ceil(Math.log10(high) - 1e-9))
  const times = last - first > 2 ? [1] : [1, 2, 5]
  const powers = Array.from({ length: last - first + 1 }, (_, i) => 10 ** (first + i))
  const ticks = powers.flatMap((power) => times.map((by) => by * power))
  const at = (value: number): number =>
    from + (Math.max(0, Math.log10(value) - first) / (last - first)) * (to - from)
  return { at, ticks: ticks.filter((tick) => tick <= 10 ** last * (1 + 1e-9)), from, to }
}

const roundStep = (rough: number): number => {
  const power = 10 ** Math.floor(Math.log10(rough))
  return power * ([1, 2, 5, 10].find((times) => times * power >= rough * (1 - 1e-9)) ?? 10)
}

export interface Axes {
  readonly x: Scale
  readonly y: Scale
  readonly xLabel: string
  readonly yLabel: string
  readonly xFormat: (value: number) => string
  readonly yFormat: (value: number) => string
}

/** Grid, ticks and the names of both axes. */
export const axes = ({ x, y, xLabel, yLabel, xFormat, yFormat }: Axes): string =>
  [
    ...y.ticks.map((tick) => line([x.from, y.at(tick)], [x.to, y.at(tick)], 'grid')),
    ...y.ticks.map((tick) => label([x.from - 6, y.at(tick) + 4], yFormat(tick), 'end')),
    ...x.ticks.map((tick) => line([x.at(tick), y.from], [x.at(tick), y.from + 4], 'axis')),
    ...x.ticks.map((tick) => label([x.at(tick), y.from + 17], xFormat(tick), 'middle')),
    line([x.from, y.from], [x.to, y.from], 'axis'),
    label([(x.from + x.to) / 2, y.from + 34], xLabel, 'middle', { class: 'name' }),
    label([x.from, y.to - 8], yLabel, 'start', { class: 'name' }),
  ].join('')

/** A plot: what it shows, in words too, for those who cannot see it. */
export interface Plot {
  readonly id: string
  readonly title: string
  readonly description: string
  readonly width: number
  readonly height: number
  readonly body: string
}

/** The plot as one SVG; `style` is needed where no page gives the classes their colours. */
export const svgOf = ({ id, title, description, width, height, body }: Plot, style = ''): string =>
  element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      viewBox: `0 0 ${width} ${height}`,
      width,
      height,
      role: 'img',
      'aria-labelledby': `${id}-title ${id}-description`,
    },
    element('title', { id: `${id}-title` }, escaped(title)),
    element('desc', { id: `${id}-description` }, escaped(description)),
    style === '' ? '' : element('style', {}, style),
    body,
  )
