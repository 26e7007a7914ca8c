/** Whatever instant a process is killed at, after its restart the store is that of an undisturbed replay. */

import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { CRASH_POINTS } from '../../runtime/crash-point.ts'
import { dataDir } from '../support/data.ts'
import { chanceOf, generatedArchive, writeArchive } from '../support/generated-archive.ts'
import { replayInto, type ReplayOrder } from '../support/replay-child.ts'
import { differingRow } from '../support/replays.ts'
import { temporaryFolder } from '../support/temporary.ts'
import { warmChild, type WarmChild } from '../support/warm-child.ts'

const KILLS = Number(process.env['STOPLINE_KILLS'] ?? 50)
/** Of a community; past so many hours it has spoken on every topic. */
const COMMUNITY_KILLS = Math.ceil(KILLS / 5)
const COMMUNITY_HOURS = 5
/** A child is killed up to so long after its first commit: a few commits later, wherever it then is. */
const MAX_DELAY_MS = 60
const TIMEOUT_MS = 1_800_000

/** Order of a replay into a store of its own, and what an undisturbed one left in another. */
const undisturbed = async (of: ReplayOrder['of'], batchOffers: number) => {
  const folder = temporaryFolder()
  const orderInto = (name: string): ReplayOrder => ({
    store: join(folder, name),
    of,
    batchOffers,
  })
  await replayInto(orderInto('undisturbed'), () => undefined)
  return {
    orderInto,
    child: (crashAt?: string): WarmChild => warmChild(crashAt),
    expectEqual: (name: string): void => {
      const stores = ['undisturbed', name].map((each) => new EmbeddedStore(join(folder, each)))
      const [a, b] = stores
      expect(a && b && differingRow(a, b)).toBeNull()
      for (const store of stores) store.close()
    },
  }
}

/** Runs children on one store until one ends by itself; `disturb` sees each begin. Returns how many were killed. */
const untilDone = async (
  order: ReplayOrder,
  next: () => WarmChild,
  disturb: (child: WarmChild) => Promise<void>,
): Promise<number> => {
  let kills = 0
  for (let waiting = next(); ;) {
    const child = waiting
    await child.start(order)
    waiting = next()
    await disturb(child)
    const { signal, commits, isDone } = await child.ended
    if (signal === 'SIGKILL' && commits > 0 && !isDone) kills += 1
    if (!isDone) continue
    waiting.kill()
    await waiting.ended
    return kills
  }
}

const archiveOf = (rows: ReturnType<typeof generatedArchive>): string =>
  writeArchive(temporaryFolder(), rows)

describe('a replay that is killed', () => {
  const random: [string, number, number, () => ReplayOrder['of']][] = [
    ['an archive', KILLS, 20_260_105, () => [archiveOf(generatedArchive(1_500))]],
    ['a community that speaks on every topic', COMMUNITY_KILLS, 20_260_106, () => COMMUNITY_HOURS],
  ]
  it.each(random)(
    'of %s leaves after %i kills at random instants what an undisturbed one leaves',
    { timeout: TIMEOUT_MS },
    async (_, wanted, seed, of) => {
      const { orderInto, child, expectEqual } = await undisturbed(of(), 20)
      const chance = chanceOf(seed)
      let kills = 0
      for (let replay = 0; kills < wanted; replay += 1) {
        const order = orderInto(`killed-${replay}`)
        let here = 0
        kills += await untilDone(order, child, async (running) => {
          if (kills + here >= wanted) return
          here += 1
          await wait(chance() * MAX_DELAY_MS)
          running.kill()
        })
        expectEqual(`killed-${replay}`)
      }
      expect(kills).toBeGreaterThanOrEqual(wanted)
    },
  )

  const points = CRASH_POINTS.flatMap((name) => [1, 2, 9].map((passage) => `${name}:${passage}`))

  it('leaves the same when it dies at every crash point', { timeout: TIMEOUT_MS }, async () => {
    const archive = archiveOf(generatedArchive(600, 2))
    const { orderInto, child, expectEqual } = await undisturbed([archive], 20)
    const left = [...points]
    const deaths: (NodeJS.Signals | null)[] = []
    await untilDone(
      orderInto('crashed'),
      () => child(left.shift()),
      async (running) => {
        deaths.push((await running.ended).signal)
      },
    )
    expect(deaths).toEqual([...points.map(() => 'SIGKILL'), null])
    expectEqual('crashed')
  })

  const recorded = dataDir('linkerd-ci')
  it.skipIf(recorded === null)(
    'leaves the same of recorded runs when it dies at every crash point',
    { timeout: TIMEOUT_MS },
    async () => {
      const { orderInto, child, expectEqual } = await undisturbed([recorded ?? ''], 200)
      const left = CRASH_POINTS.map((name) => `${name}:3`)
      await untilDone(
        orderInto('crashed'),
        () => child(left.shift()),
        async (running) => {
          await running.ended
        },
      )
      expect(left).toEqual([])
      expectEqual('crashed')
    },
  )
})
