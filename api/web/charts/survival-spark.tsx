import type { JobProfile } from '../../../schemas/events.ts'
import { horizonOf, linePath, scale, valueAt } from '../lib/curves.ts'
import { duration, percent } from '../lib/format.ts'

const WIDTH = 168
const HEIGHT = 34

/** What the picture says, in words. */
const describe = (profile: JobProfile, age: number): string => {
  const pass = percent(valueAt(profile.seconds, profile.passSurvival, age))
  const fail = percent(valueAt(profile.seconds, profile.failSurvival, age))
  return `Age ${duration(age)}: of this job's passing runs ${pass} last longer, of its failing runs ${fail}`
}

/** A job's survival curves with the age of one run on them: passing runs solid, failing ones dashed. */
export const SurvivalSpark = ({
  profile,
  age,
}: {
  readonly profile: JobProfile | null | undefined
  readonly age: number
}) => {
  if (profile === undefined)
    return <svg class="spark" width={WIDTH} height={HEIGHT} aria-hidden="true" />
  if (profile === null || profile.passes + profile.failures === 0)
    return <span class="quiet small">no curves yet</span>
  const { seconds, passSurvival, failSurvival } = profile
  const end = Math.max(horizonOf(seconds, passSurvival, failSurvival), age * 1.06, 1)
  const x = scale(0, end, 1, WIDTH - 1)
  const y = scale(0, 1, HEIGHT - 2, 2)
  const label = describe(profile, age)
  const dot = (ys: readonly number[], kind: string) => (
    <circle class={kind} cx={x(age)} cy={y(valueAt(seconds, ys, age) ?? 0)} r="2.6" />
  )
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={label}
    >
      <title>{label}</title>
      <rect class="lived" x="1" y="1" width={Math.max(0, x(age) - 1)} height={HEIGHT - 2} />
      <path class="axis" d={`M1 ${HEIGHT - 1.5}H${WIDTH - 1}`} />
      {profile.passes > 0 && <path class="pass" d={linePath(seconds, passSurvival, x, y)} />}
      {profile.failures > 0 && <path class="fail" d={linePath(seconds, failSurvival, x, y)} />}
      <path class="age" d={`M${x(age).toFixed(1)} 1V${HEIGHT - 1}`} />
      {profile.passes > 0 && dot(passSurvival, 'pass-dot')}
      {profile.failures > 0 && dot(failSurvival, 'fail-dot')}
    </svg>
  )
}
