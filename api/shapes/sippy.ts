/** Jobs and tests under the field names of Sippy, so that what reads Sippy reads Stopline. Percentages are 0 to 100. Pure. */

import type { Kpi, TestCounts, TestState } from '../../schemas/events.ts'
import { jobKey, keyParts } from '../../schemas/keys.ts'

const percent = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole)
/** A change needs runs in both weeks: what is new has not improved. */
const change = (now: number, before: number, runs: number, runsBefore: number): number =>
  runs === 0 || runsBefore === 0 ? 0 : now - before

/**
 * A job over its last 7 days, of which the KPIs tell; `before` those of 14 days, from which the week before follows.
 * Example: 8 of 10 now and 14 of 20 in 14 days: 80 % now, 60 % in the week before, improved by 20.
 */
export const sippyJob = (week: Kpi, fortnight: Kpi | undefined): object => {
  const [, repo = '', name = ''] = keyParts(week.subject)
  const [passes, runs] = countsIn(week, 'run_pass_rate')
  const [infra] = countsIn(week, 'infra_failure_rate')
  const [allPasses, allRuns] =
    fortnight === undefined ? [passes, runs] : countsIn(fortnight, 'run_pass_rate')
  const [before, runsBefore] = [allPasses - passes, allRuns - runs]
  return {
    id: week.subject,
    name,
    brief_name: name,
    org: repo.split('/')[0] ?? '',
    repo: repo.split('/')[1] ?? repo,
    current_runs: runs,
    current_passes: passes,
    current_fails: runs - passes,
    current_infra_fails: infra,
    current_pass_percentage: percent(passes, runs),
    current_projected_pass_percentage: 100 * (valueIn(week, 'projected_pass_rate') ?? 0),
    previous_runs: runsBefore,
    previous_passes: before,
    previous_pass_percentage: percent(before, runsBefore),
    net_improvement: change(percent(passes, runs), percent(before, runsBefore), runs, runsBefore),
  }
}

const valueIn = ({ values }: Kpi, name: string): number | null =>
  values.find(({ kpi }) => kpi === name)?.value ?? null
const countsIn = ({ values }: Kpi, name: string): [part: number, whole: number] => {
  const found = values.find(({ kpi }) => kpi === name)
  return [found?.numerator ?? 0, found?.denominator ?? 0]
}

/** A test of one job over its last 7 days beside the 7 before. A flake passed in the end, so it works. */
export const sippyTest = (test: TestState): object => {
  const [now, before] = [sharesOf(test.week), sharesOf(test.weekBefore)]
  const gain = (a: number, b: number): number => change(a, b, now.runs, before.runs)
  return {
    id: `${jobKey(test)}:${test.test}`,
    name: test.test,
    jobName: test.job,
    ...under('current', now),
    ...under('previous', before),
    net_improvement: gain(now.pass_percentage, before.pass_percentage),
    net_failure_improvement: gain(before.failure_percentage, now.failure_percentage),
    net_flake_improvement: gain(before.flake_percentage, now.flake_percentage),
    net_working_improvement: gain(now.working_percentage, before.working_percentage),
  }
}

const sharesOf = ({ passed, failed, flaky }: TestCounts) => {
  const runs = passed + failed + flaky
  return {
    runs,
    successes: passed,
    failures: failed,
    flakes: flaky,
    pass_percentage: percent(passed, runs),
    failure_percentage: percent(failed, runs),
    flake_percentage: percent(flaky, runs),
    working_percentage: percent(passed + flaky, runs),
  }
}
const under = (prefix: string, shares: Readonly<Record<string, number>>): object =>
  Object.fromEntries(Object.entries(shares).map(([name, value]) => [`${prefix}_${name}`, value]))
