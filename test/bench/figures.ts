/** What a benchmark measures, over several rounds, and how that is printed. */

/** One measurement of one round. `peer` names the figure of the same round it is divided by. */
export interface Figure {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly peer?: string | undefined
}
/** A figure over all rounds; `value` and `ratio` are medians. */
export interface Summary {
  readonly name: string
  readonly value: number
  readonly unit: string
  readonly min: number
  readonly median: number
  readonly max: number
  readonly peer: string | null
  readonly ratio: number | null
}

/** Middle value; of an even number the lower of the two in the middle. Example: 3, 1, 2 gives 2. */
export const median = (values: readonly number[]): number =>
  quantile(
    values.toSorted((a, b) => a - b),
    0.5,
  )

/** Nearest-rank quantile of ascending values; NaN where there are none. Example: .99 of 1 to 100 is 99. */
export const quantile = (ascending: readonly number[], q: number): number =>
  ascending[Math.max(0, Math.ceil(q * ascending.length) - 1)] ?? NaN

/** Figures of each round, summed up by name. A ratio is taken within a round, so that a slow round is slow for both. */
export const summarise = (rounds: readonly (readonly Figure[])[]): Summary[] =>
  (rounds[0] ?? []).map(({ name, unit, peer }) => {
    const values = rounds.map((round) => valueOf(round, name))
    const ratios =
      peer === undefined ? [] : rounds.map((round) => valueOf(round, name) / valueOf(round, peer))
    const middle = median(values)
    return {
      name,
      value: middle,
      unit,
      min: Math.min(...values),
      median: middle,
      max: Math.max(...values),
      peer: peer ?? null,
      ratio: peer === undefined ? null : median(ratios),
    }
  })

const valueOf = (round: readonly Figure[], name: string): number => {
  const found = round.find((figure) => figure.name === name)
  if (found === undefined) throw new Error(`a round has no figure ${name}`)
  return found.value
}

const short = (value: number): string =>
  Math.abs(value) >= 100
    ? Math.round(value).toLocaleString('en')
    : value.toLocaleString('en', { maximumSignificantDigits: 3 })

/** The summaries as a Markdown table. */
export const tableOf = (summaries: readonly Summary[]): string => {
  const rows = summaries.map(({ name, unit, min, median: middle, max, peer, ratio }) => [
    name,
    short(middle),
    short(min),
    short(max),
    unit,
    ratio === null || peer === null ? '' : `${short(ratio)} of ${peer}`,
  ])
  const all = [['figure', 'median', 'min', 'max', 'unit', 'ratio'], ...rows]
  const widths = all[0]?.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)))
  const line = (row: readonly string[]): string => {
    const cells = row.map((cell, column) => {
      const width = widths?.[column] ?? 0
      return column >= 1 && column <= 3 ? cell.padStart(width) : cell.padEnd(width)
    })
    return `| ${cells.join(' | ')} |`
  }
  const rule = (widths ?? []).map((width, column) =>
    column >= 1 && column <= 3 ? `${'-'.repeat(width - 1)}:` : '-'.repeat(width),
  )
  return [line(all[0] ?? []), line(rule), ...rows.map(line)].join('\n')
}
