/** What the plots of a job share: their size, the time along them, curves over it and the marks of stops. */

import type { JobProfile } from '../../../schemas/events.ts'
import { label, line, linear } from './svg.ts'
import type { Point, Scale } from './svg.ts'

export const WIDTH = 440
export const HEIGHT = 280
export const BOTTOM = HEIGHT - 50
export const TOP = 60

const minutes = (seconds: number): string => String(Math.round(seconds / 6) / 10)
export const rounded = (value: number): string => String(Number(value.toPrecision(3)))

/** Minutes, to where hardly a run lives, or the last stop. */
export const timeScale = (profile: JobProfile): Scale => {
  const { seconds, passSurvival, failSurvival, density } = profile
  const lives = seconds.filter(
    (_, i) => Math.max(passSurvival[i] ?? 0, failSurvival[i] ?? 0) > 0.005,
  )
  const stops = [profile.stopSeconds, density?.stopSeconds, density?.compatStopSeconds]
  const ends = [...lives, ...stops.filter((stop) => typeof stop === 'number')]
  return linear([0, Math.max(60, ...ends) / 60], [55, WIDTH - 15], 5)
}

/** Points inside the time scale. */
export const curve = (
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
export const stopLine = (
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

export const key = (entries: readonly (readonly [className: string, name: string])[]): string =>
  entries
    .map(
      ([className, name], i) =>
        line([55 + i * 125, 22], [79 + i * 125, 22], className) + label([85 + i * 125, 26], name),
    )
    .join('')

export const stopWords = (who: string, seconds: number | null): string =>
  seconds === null ? `${who} stops no run by its age.` : `${who} stops at ${minutes(seconds)} min.`
