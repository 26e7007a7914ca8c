/** How the runs of one job last: survival by outcome with our stop, and the densities beside it. */

import type { JobProfile } from '../../../schemas/events.ts'
import { densityPlot } from './density-plot.ts'
import {
  BOTTOM,
  curve,
  HEIGHT,
  key,
  rounded,
  stopLine,
  stopWords,
  timeScale,
  TOP,
  WIDTH,
} from './job-curves.ts'
import { axes, linear, path } from './svg.ts'
import type { Plot, Scale } from './svg.ts'

const perCent = (value: number): string => String(Math.round(value * 100))

/** The two plots of a job as it was known at the end; the second only where the densities were fitted. */
export const jobPlots = (profile: JobProfile, id: string): Plot[] => {
  const x = timeScale(profile)
  const density = densityPlot(profile, id, x)
  return [survivalPlot(profile, id, x), ...(density === null ? [] : [density])]
}

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
