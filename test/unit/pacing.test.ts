import { describe, expect, it } from 'vitest'
import { feederOf } from '../../cli/feeders.ts'
import { archiveAt, replayArchive } from '../../cli/feed.ts'
import type { Invocation } from '../../cli/command.ts'
import { embeddedTarget } from '../../cli/live.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import { createMetrics } from '../../runtime/metrics.ts'
import type { Fed } from '../../runtime/ports.ts'
import { archiveFolder, runLine, runsCsv } from '../support/archive-folder.ts'
import { handPace } from '../support/polling.ts'

interface Commit {
  readonly wall: number
  readonly offers: number
  readonly horizon: number
}
const invocation = (positionals: readonly string[], values: Invocation['values']): Invocation => ({
  positionals,
  values,
  signal: AbortSignal.abort(),
})
/** A minute apart, from 10:00 on; each takes an hour. */
const archive = () =>
  archiveFolder({ 'runs.csv': runsCsv(...[0, 1, 2, 3].map((id) => runLine(id))) })
const START = Date.parse('2026-01-01T10:00:00Z')

describe('a replay at a speed', () => {
  it('feeds what is due at each tick, and moves time on where nothing is', async () => {
    const pace = handPace(0)
    const commits: Commit[] = []
    const fed: Fed = {
      now: 0,
      cursor: () => 0,
      commit: (offers, horizon) => {
        commits.push({ wall: pace.now(), offers: offers.length, horizon })
      },
      take: () => {
        throw new Error('it is to last')
      },
    }
    const { signal } = new AbortController()
    // 4 minutes a second: a minute a tick.
    const options = { speed: 240, pace, isQuiet: true }
    expect(await replayArchive(fed, archiveAt([archive()], 240), signal, options)).toBe(8)
    expect(commits.slice(0, 6)).toEqual(
      [1, 1, 1, 1, 0, 0].map((offers, tick) => ({
        wall: tick * 250,
        offers,
        horizon: START + tick * 60_000,
      })),
    )
    const ends = commits.filter(({ wall, offers }) => wall >= 1_000 && offers > 0)
    expect(ends.map(({ wall }) => wall / 250)).toEqual([61, 62, 63, 64])
  })

  it('goes on at the instant where it was stopped', async () => {
    const pace = handPace(0)
    const horizons: number[] = []
    const fed: Fed = {
      now: START + 30 * 60_000,
      cursor: () => 4,
      commit: (_, horizon, cursor) => {
        if (horizons.length === 0) expect(cursor?.at).toBe(4)
        horizons.push(horizon)
      },
      take: () => undefined,
    }
    const { signal } = new AbortController()
    const options = { speed: 240, pace, isQuiet: true }
    expect(await replayArchive(fed, archiveAt([archive()], 240), signal, options)).toBe(4)
    expect(horizons.slice(0, 2)).toEqual([START + 30 * 60_000, START + 31 * 60_000])
  })
})

describe('the speed of stopline up', () => {
  it('lets recorded CI pass so fast, and is refused where time cannot', () => {
    expect(() => feederOf(invocation([archive()], { speed: 'slow' }), null)).toThrow(
      "--speed takes a number from 0.001 to Infinity, not 'slow'",
    )
    expect(() => feederOf(invocation([archive()], { days: '3' }), null)).toThrow(
      '--days does nothing with recorded CI',
    )
  })

  it('leaves the demo ahead of the clock, from where the next one goes on', () => {
    const runtime = new EmbeddedRuntime(':memory:', [])
    const ahead = Date.now() + 16 * 3_600_000
    runtime.commit([], ahead)
    const feeder = feederOf(invocation([], {}), null)
    const { wanted } = feeder.serve(embeddedTarget(runtime), createMetrics())
    expect(wanted()).toBeGreaterThanOrEqual(ahead)
    runtime.close()
  })
})
