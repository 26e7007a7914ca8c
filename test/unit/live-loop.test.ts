import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { handClock, systemClock } from '../../runtime/clock.ts'
import { createLiveLoop, type LiveOptions } from '../../runtime/embedded/live.ts'
import type { Offer } from '../../runtime/ports.ts'
import { LOAD_START, factOf } from '../bench/load.ts'

const offerOf = (run: number): Offer => ({
  topic: 'ci.run-events.v1',
  record: factOf(1, run, 'queued', LOAD_START),
})
interface Commit {
  readonly runs: readonly string[]
  readonly horizon: number
  readonly wallMs: number
}

/** A loop over a runtime that only remembers what it was asked to commit. */
const looping = (options: LiveOptions, { clock = systemClock, fails = false } = {}) => {
  const commits: Commit[] = []
  const commit = (offers: readonly Offer[], horizon: number): void => {
    if (fails) throw new Error('the disk is full')
    const runs = offers.map(({ record }) => ('runId' in record ? record.runId : ''))
    commits.push({ runs, horizon, wallMs: performance.now() })
  }
  const stop = new AbortController()
  const loop = createLiveLoop({ commit }, clock, options)
  const ended = loop.run(stop.signal)
  const halt = async (): Promise<void> => {
    stop.abort()
    await ended
  }
  return { ...loop, commits, halt, ended }
}

describe('the live loop', () => {
  it('has offers on disk before it acknowledges them, all that are there in one commit', async () => {
    const { offer, commits, halt } = looping({ tickMs: 60_000 })
    await Promise.all([offer([offerOf(1), offerOf(2)]), offer([offerOf(3)])])
    expect(commits.map(({ runs }) => runs)).toEqual([['1', '2', '3']])
    await halt()
  })
  it('does not wait for the tick when something is heard', async () => {
    const { offer, commits, halt } = looping({ tickMs: 60_000 })
    await sleep(20)
    expect(commits).toEqual([])
    await offer([offerOf(1)])
    await offer([offerOf(2)])
    expect(commits).toHaveLength(2)
    await halt()
  })
  it('leaves the time between two commits that was asked for', async () => {
    const { offer, commits, halt } = looping({ commitMs: 30, tickMs: 60_000 })
    for (let run = 0; run < 4; run += 1) await offer([offerOf(run)])
    const gaps = commits.slice(1).map(({ wallMs }, i) => wallMs - (commits[i]?.wallMs ?? 0))
    expect(Math.min(...gaps)).toBeGreaterThan(28)
    await halt()
  })
  it('moves time on in silence, up to the last whole millisecond', async () => {
    const clock = handClock(LOAD_START)
    const { commits, halt } = looping({ commitMs: 1, tickMs: 2 }, { clock })
    await expect.poll(() => commits.length).toBeGreaterThan(0)
    clock.move(1_000)
    await expect.poll(() => commits.at(-1)?.horizon).toBe(LOAD_START + 999)
    expect(commits[0]).toMatchObject({ runs: [], horizon: LOAD_START - 1 })
    await halt()
  })
  it('commits what waits when it is stopped, and refuses what comes later', async () => {
    const { offer, commits, halt } = looping({ commitMs: 60_000, tickMs: 60_000 })
    await offer([offerOf(1)])
    const waits = offer([offerOf(2)])
    await halt()
    await waits
    expect(commits.map(({ runs }) => runs)).toEqual([['1'], ['2']])
    await expect(offer([offerOf(3)])).rejects.toThrow('the live loop has ended')
  })
  it('fails with its commit: nothing of it is acknowledged, nothing more is taken', async () => {
    const { offer, ended } = looping({ tickMs: 60_000 }, { fails: true })
    const refused = expect(offer([offerOf(1)])).rejects.toThrow('the disk is full')
    await expect(ended).rejects.toThrow('the disk is full')
    await refused
    await expect(offer([offerOf(2)])).rejects.toThrow('the disk is full')
  })
})
