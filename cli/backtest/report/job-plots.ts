/** How the runs of one job last: survival by outcome with our stop, densities with the stops of the density method. */

import type { JobProfile } from '../../../schemas/events.ts'
import { axes, label, line, linear, path } from './svg.ts'
import type { Plot, Point, Scale } from './svg.ts'

const WIDTH = 440
const HEIGHT = 280
const BOTTOM = HEIGHT - 50
const TOP = 60

const minutes = (seconds: number): string => String(Math.round(seconds / 6) / 10)
const rounded = (value: number): string => String(Number(value.toPrecision(3)))
const perCent = (value: number): string => String(Math.round(value * 100))

/** The two plots of a job as it was known at the end; the second only where the densities were fitted. */
export const jobPlots = (profile: JobProfile, id: string): Plot[] => {
  const x = timeScale(profile)
  const density = densityPlot(profile, id, x)
  return [survivalPlot(profile, id, x), ...(density === null ? [] : [density])]
}

/** Minutes, to where hardly a run lives, or the last stop. */
const timeScale = (profile: JobProfile): Scale => {
  const { seconds, passSurvival, failSurvival, density } = profile
  const lives = seconds.filter(
    (_, i) => Math.max(passSurvival[i] ?? 0, failSurvival[i] ?? 0) > 0.005,
  )
  const stops = [profile.stopSeconds, density?.stopSeconds, density?.compatStopSeconds]
  const ends = [...lives, ...stops.filter((stop) => typeof stop === 'number')]
  return linear([0, Math.max(60, ...ends) / 60], [55, WIDTH - 15], 5)
}

/** Points inside the time scale; `top` of the values is the top of the plot. */
const curve = (
  x: Scale,
  y: Scale,
  seconds: readonly number[],
  values: readonly number[],
): Point[] =>
  seconds.flatMap((second, i): Point[] => {
    const place = x.at(second / 60)
    return place > x.to + 0.5 ? [] : [[place, y.at(values[i] ?? 0)]]
  })

/** A stop at its time; `row` keeps the names of two stops apart. */
const stopLine = (
  x: Scale,
  seconds: number | null,
  name: string,
  className: string,
  row = 0,
): string => {
  if (seconds === null) return ''
  const place = x.at(seconds / 60)
  const isRight = place > (x.from + x.to) / 2
  return (
    line([place, TOP], [place, BOTTOM], className) +
    label([place + (isRight ? -4 : 4), TOP + 11 + row * 15], name, isRight ? 'end' : 'start')
  )
}

const key = (entries: readonly (readonly [className: string, name: string])[]): string =>
  entries
    .map(
      ([className, name], i) =>
        line([55 + i * 125, 22], [79 + i * 125, 22], className) + label([85 + i * 125, 26], name),
    )
    .join('')

const survivalPlot = (profile: JobProfile, id: string, x: Scale): Plot => {
  const y = linear([0, 1], [BOTTOM, TOP], 4)
  const { seconds, passSurvival, failSurvival, pFail } = profile
  return {
    id: `${id}-survival`,
    title: `Survival of ${profile.job}`,
    description: `Share of passing and of failing runs that last longer, and the chance to fail of a run still alive then. ${stopWords('Our rule', profile.stopSeconds)}`,
    width: WIDTH,
    height: HEIGHT,
    body: [
      key([
        ['pass', 'passing'],
        ['fail', 'failing'],
        ['chance', 'chance to fail'],
      ]),
      axes({ x, y, xLabel: 'minutes', yLabel: '%', xFormat: rounded, yFormat: perCent }),
      path(curve(x, y, seconds, passSurvival), 'pass'),
      path(curve(x, y, seconds, failSurvival), 'fail'),
      path(curve(x, y, seconds, pFail), 'chance'),
      stopLine(x, profile.stopSeconds, 'our stop', 'stop'),
    ].join(''),
  }
}

const densityPlot = ({ job, seconds, density }: JobProfile, id: string, x: Scale): Plot | null => {
  if (density === null) return null
  const top = Math.max(...density.passDensity, ...density.failDensity)
  if (!Number.isFinite(top) || top <= 0) return null
  const y = linear([0, top * 3600], [BOTTOM, TOP], 4)
  const perHour = (values: readonly number[]): number[] => values.map((value) => value * 3600)
  return {
    id: `${id}-density`,
    title: `Densities of ${job}`,
    description: `Fitted durations (${density.family}). ${stopWords('The density method', density.stopSeconds)} ${stopWords('As published it', density.compatStopSeconds)}`,
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
        yLabel: '1 per hour',
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

const stopWords = (who: string, seconds: number | null): string =>
  seconds === null ? `${who} stops no run by its age.` : `${who} stops at ${minutes(seconds)} min.`
