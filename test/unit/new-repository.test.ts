/** What the repositories of a community give one that is new to it, by partial pooling. */

import { describe, expect, it } from 'vitest'
import { MERGING, UNPOOLED } from '../../cli/merge-backtest/run.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { MergeForecast, PullEvent } from '../../schemas/events.ts'
import { HOUR, MONDAY } from '../support/facts.ts'
import { anEnded, aPullEvent } from '../support/pulls.ts'

const PULLS = 60
/** Repositories in which all is merged within a quarter of an hour. */
const community = ['acme/one', 'acme/two', 'acme/three'].flatMap((repo) =>
  Array.from({ length: PULLS }, (_, i) =>
    anEnded(i + 1, MONDAY + i * HOUR, 0.25, { repo, author: `${repo} ${i % 5}` }),
  ).flat(),
)
const AFTER = MONDAY + (PULLS + 2) * HOUR

/** What is said of the pull requests of a repository of which nothing was known before. */
const saidOf = (events: readonly PullEvent[], isPooled: boolean): MergeForecast[] => {
  const runtime = new EmbeddedRuntime(':memory:', isPooled ? MERGING : UNPOOLED)
  const said: MergeForecast[] = []
  runtime.onCommit((published) => {
    for (const { topic, record } of published)
      if (topic === 'ci.merge-forecasts.v1') said.push(record as MergeForecast)
  })
  for (const record of [...community, ...events].sort((a, b) => a.observedAt - b.observedAt))
    runtime.commit([{ topic: 'ci.pull-events.v1', record }], record.observedAt)
  runtime.close()
  return said.filter(({ repo, cause }) => repo === 'acme/new' && cause === 'opened')
}
const middle = (said: readonly MergeForecast[]): number => said.at(-1)?.quantiles['p50'] ?? NaN
const opened = (pull: number, at: number) =>
  aPullEvent(pull, 'opened', at, { repo: 'acme/new', author: 'eve' })

describe('a repository that is new to its community', () => {
  it('is forecast by what the others told from its first pull request on', () => {
    const first = [opened(1, AFTER)]
    const minutes = (isPooled: boolean) => middle(saidOf(first, isPooled)) / 60
    const timesOff = (isPooled: boolean) => Math.exp(Math.abs(Math.log(minutes(isPooled) / 15)))
    expect(timesOff(true)).toBeLessThan(4)
    expect(timesOff(false)).toBeGreaterThan(2 * timesOff(true))
  })

  it('goes its own way by its 20th', () => {
    const own = Array.from({ length: 19 }, (_, i) =>
      anEnded(i + 1, AFTER + i * HOUR, 30, { repo: 'acme/new', author: 'eve' }),
    ).flat()
    const hours = middle(saidOf([...own, opened(20, AFTER + 60 * HOUR)], true)) / 3_600
    expect(hours).toBeGreaterThan(30 / 3)
    expect(hours).toBeLessThan(30 * 3)
  })
})
