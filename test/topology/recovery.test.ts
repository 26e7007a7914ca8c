/** A job that breaks for days and is mended, where stops are acted on: it never loses sight of its own recovery. */

import { expect, it } from 'vitest'
import { actOnStops } from '../../cli/backtest/acted/acting.ts'
import { FORECASTING } from '../../cli/forecasting.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { RunEvent } from '../../schemas/events.ts'
import { runKey } from '../../schemas/keys.ts'
import type { Offer } from '../../runtime/ports.ts'
import { aFact, aRun, HOUR, MINUTE, MONDAY } from '../support/facts.ts'

const SOUND = 60
const BROKEN = 80
const MENDED = 80
const isFailing = (i: number): boolean => i >= SOUND && i < SOUND + BROKEN

/** One run of 40 minutes an hour; the name of a run decides whether it is left to its end. */
const offersOf = (name: string): Offer[] =>
  Array.from({ length: SOUND + BROKEN + MENDED }, (_, i): Offer[] => {
    const run = aRun({ runId: `${name}${i}` })
    const startedAt = MONDAY + i * HOUR
    const outcome = isFailing(i) ? 'failure' : 'success'
    return [
      { topic: 'ci.run-events.v1', record: aFact(run, 'started', startedAt) },
      {
        topic: 'ci.run-events.v1',
        record: aFact(run, 'finished', startedAt + 40 * MINUTE, { startedAt, outcome }),
      },
    ]
  }).flat()

/** Which runs were cut, where no fixed share is left to its end. */
const cutOf = (name: string): number[] => {
  const runtime = new EmbeddedRuntime(':memory:', FORECASTING)
  const { fed, stops } = actOnStops(runtime, 0)
  const offers = offersOf(name)
  const end = MONDAY + (SOUND + BROKEN + MENDED) * HOUR
  void fed.commit(offers, end, { source: 'test', at: offers.length })
  runtime.close()
  return offers.flatMap(({ record }, at) => {
    const stop = at % 2 === 0 ? stops.get(runKey(record as RunEvent)) : undefined
    return stop === undefined || stop.isKept ? [] : [at / 2]
  })
}

it('of a job that was mended some runs are let through, they tell, and none is cut from then on', () => {
  const cuts = ['a', 'b', 'c', 'd'].map(cutOf)
  for (const cut of cuts) expect(cut.filter(isFailing).length).toBeGreaterThan(BROKEN / 2)
  const wrongly = cuts.map((cut) => cut.filter((i) => !isFailing(i)))
  expect(wrongly.flat().length).toBeGreaterThan(0)
  for (const cut of wrongly) {
    expect(cut.length).toBeLessThan(MENDED / 4)
    expect(Math.max(0, ...cut)).toBeLessThan(SOUND + BROKEN + MENDED / 4)
  }
})
