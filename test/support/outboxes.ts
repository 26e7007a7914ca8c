/** An outbox that runs against receivers of a test: what it saved and rejected, and a clock that can be moved. */

import { vi, expect } from 'vitest'
import type { DeadLetter, Incident } from '../../schemas/events.ts'
import { cursorName, runOutbox } from '../../sinks/notify/outbox.ts'
import type { Receiver } from '../../sinks/notify/receiver.ts'
import { createTestPipeline, published } from './api-deps.ts'
import { PATIENCE } from './patience.ts'
import { NOON, sampleIncident } from './sample-records.ts'

export const anIncident = (index: number, more: Partial<Incident> = {}): Incident =>
  sampleIncident({
    ...{ eventId: `i${index}`, incident: `i${index}`, observedAt: NOON + index },
    ...{ openedAt: NOON + index, title: `title ${index}` },
    ...more,
  })

export const createOutboxes = () => {
  const pipeline = createTestPipeline()
  const numbers = new Map<string, number>()
  const texts = new Map<string, string>()
  const deadLetters: DeadLetter[] = []
  let offsetMs = 0
  const clock = { now: () => NOON + performance.now() + offsetMs }
  const running: (() => Promise<void>)[] = []
  const world = {
    ...{ pipeline, numbers, texts, deadLetters, clock },
    passTime: (ms: number): void => {
      offsetMs += ms
      // What is muted is told nobody, but wakes who waits.
      world.publish(anIncident(0, { eventId: `tick/${offsetMs}`, incident: 'tick', mutedUntil: 1 }))
    },
    publish: (...incidents: readonly Incident[]): void => {
      pipeline.publish(incidents.map((each) => published('ci.incidents.v1', each)))
    },
    /** Runs from `cursor` on; returns the way to stop it, as a shutdown or a crash does. */
    run: (receiver: Receiver, cursor?: number): (() => Promise<void>) => {
      if (cursor !== undefined) numbers.set(cursorName(receiver.name), cursor)
      const controller = new AbortController()
      const done = runOutbox(
        receiver,
        {
          ...{ log: pipeline.log, clock, metrics: pipeline.deps.metrics },
          loadCursor: (name) => numbers.get(name),
          saveCursor: (name, offset) => void numbers.set(name, offset),
          loadText: (name) => texts.get(name),
          saveText: (name, text) => void texts.set(name, text),
          offerDeadLetter: (letter) => void deadLetters.push(letter),
          onCommit: pipeline.deps.onCommit,
          retry: { firstWaitMs: 1, maxWaitMs: 50 },
        },
        controller.signal,
      )
      const stop = async (): Promise<void> => {
        controller.abort()
        await done
      }
      running.push(stop)
      return stop
    },
    settledAt: (receiver: Receiver, offset: number): Promise<void> =>
      vi.waitFor(() => {
        expect(numbers.get(cursorName(receiver.name))).toBe(offset)
      }, PATIENCE),
    close: async (): Promise<void> => {
      for (const stop of running) await stop()
    },
  }
  return world
}
