/** The fitted densities of a job's durations with the stops of the density method, or why there are none. */

import { MIN_DURATIONS } from '../../../processors/stopping/density/fit.ts'
import type { JobProfile } from '../../../schemas/events.ts'
import { count } from '../format.ts'
import {
  BOTTOM,
  curve,
  HEIGHT,
  key,
  rounded,
  stopLine,
  stopWords,
  TOP,
  WIDTH,
} from './job-curves.ts'
import { axes, linear, path } from './svg.ts'
import type { Plot, Scale } from './svg.ts'

type Densities = NonNullable<JobProfile['density']>

/** Instants along the axis at which the densities are read. */
const INSTANTS = 400
/** The axis of densities is cut where they are higher than three times what they keep below over 98 % of the time shown. */
const USUAL = 0.98
const SPIKE = 3
/** Room above what is usual. */
const ROOM = 1.5

/** Densities per hour; null where they were not fitted. `x` is in minutes. */
export const densityPlot = (profile: JobProfile, id: string, x: Scale): Plot | null => {
  const { job, seconds, density } = profile
  if (density === null) return null
  const highest = Math.max(...density.passDensity, ...density.failDensity) * 3600
  if (!Number.isFinite(highest) || highest <= 0) return null
  const top = topOf(density, seconds, x, highest)
  const y = linear([0, top], [BOTTOM, TOP], 4)
  const end = y.ticks.at(-1) ?? top
  const isCut = end < highest
  const perHour = (values: readonly number[]): number[] =>
    values.map((value) => Math.min(end, value * 3600))
  const cut = isCut
    ? ` The axis ends at ${rounded(end)} per hour; the highest value is ${rounded(highest)}.`
    : ''
  return {
    id: `${id}-density`,
    title: `Densities of ${job}`,
    description: `Fitted durations (${density.family}). ${stopWords('The density method', density.stopSeconds)} ${stopWords('As published it', density.compatStopSeconds)}${cut}`,
    width: WIDTH,
    height: HEIGHT,
    body: [
      key([
        ['pass', 'passing'],
        ['fail', 'failing'],
      ]),
      axes({
        x,
        y,
        xLabel: 'minutes',
        yLabel: isCut ? '1 per hour, cut off above' : '1 per hour',
        xFormat: rounded,
        yFormat: rounded,
      }),
      path(curve(x, y, seconds, perHour(density.passDensity)), 'pass'),
      path(curve(x, y, seconds, perHour(density.failDensity)), 'fail'),
      stopLine(x, density.stopSeconds, 'density', 'stop-density'),
      stopLine(x, density.compatStopSeconds, 'as published', 'stop-compat', 1),
    ].join(''),
  }
}

/** Where the axis ends: at the highest value, or above what is usual where that is a spike that would press the rest flat. */
const topOf = (
  { passDensity, failDensity }: Densities,
  seconds: readonly number[],
  x: Scale,
  highest: number,
): number => {
  const end = (x.ticks.at(-1) ?? 0) * 60
  const seen: number[] = []
  let at = 0
  for (let i = 0; i < INSTANTS; i += 1) {
    const second = ((i + 0.5) / INSTANTS) * end
    while ((seconds[at + 1] ?? Infinity) <= second) at += 1
    seen.push(Math.max(passDensity[at] ?? 0, failDensity[at] ?? 0) * 3600)
  }
  const usual = seen.sort((a, b) => a - b)[Math.floor(USUAL * INSTANTS)] ?? 0
  return usual > 0 && highest > SPIKE * usual ? usual * ROOM : highest
}

/** Why a job has no densities, of which so many runs ended with a class. */
export const whyNoDensity = ({
  passing,
  failing,
}: {
  readonly passing: number
  readonly failing: number
}): string =>
  Math.min(passing, failing) < MIN_DURATIONS
    ? `No densities: they need ${MIN_DURATIONS} durations of each class. Runs that failed: ${count(failing)}, that passed: ${count(passing)}.`
    : `No densities: fewer than ${MIN_DURATIONS} durations of a class were known, or they have no spread that a family fits.`
