import { setTimeout as sleep } from 'node:timers/promises'
import { describe, expect, it } from 'vitest'
import type { OnRead } from '../../runtime/kafka/reader.ts'
import { ReadingOn } from '../../runtime/kafka/reading-on.ts'

const STATE = { topic: 'ci.runs.v1', partition: 0, next: 1, end: 1, askedAt: 0 }

/** A reader whose broker has something at each request, at once. */
const busyReader = () => {
  const asked: number[] = []
  return {
    asked,
    states: [STATE],
    isAtEnd: true,
    pollFirst: (_: number, onRead: OnRead): Promise<void> => {
      asked.push(performance.now())
      onRead(STATE, [])
      return Promise.resolve()
    },
    close: () => Promise.resolve(),
  }
}

describe('reading on', () => {
  it('asks a broker that always has something every 20 ms, not at each answer', async () => {
    const reader = busyReader()
    const reading = new ReadingOn(reader, { onRead: () => undefined })
    while (reader.asked.length < 6) await sleep(5)
    await reading.close()
    const gaps = reader.asked.slice(1).map((at, index) => at - (reader.asked[index] ?? 0))
    // Timers may be a millisecond early.
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(18)
  })

  it('tells at once of what was read', async () => {
    const reader = busyReader()
    let read = 0
    const reading = new ReadingOn(reader, { onRead: () => (read += 1) })
    await reading.news(60_000)
    expect(read).toBe(1)
    await reading.close()
  })
})
