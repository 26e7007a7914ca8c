/** What every producer of a finite stream does, whatever it hears. */

import { describe, expect, it } from 'vitest'
import type { OfferBatch, OfferSource } from '../../runtime/ports.ts'
import { CODECS } from '../../schemas/codec.ts'
import { TOPICS } from '../../schemas/topics.ts'

const collect = async (source: OfferSource, from = 0): Promise<OfferBatch[]> => {
  const batches: OfferBatch[] = []
  for await (const batch of source.batches(from, new AbortController().signal)) batches.push(batch)
  return batches
}

export const describeOfferSource = (name: string, open: () => OfferSource): void => {
  describe(`offers of ${name}`, () => {
    it('come in order of time, those of one instant in one batch', async () => {
      const batches = await collect(open())
      expect(batches.length).toBeGreaterThan(3)
      let last = -Infinity
      for (const { offers } of batches) {
        const times = offers.map(({ record }) => record.observedAt)
        if (times.length === 0) continue
        expect(times).toEqual([...times].sort((a, b) => a - b))
        expect(times[0]).toBeGreaterThan(last)
        last = times.at(-1) ?? last
      }
    })

    it('fit their schemas', async () => {
      for (const { offers } of await collect(open()))
        for (const { topic, record } of offers) {
          const codec = CODECS[TOPICS[topic].schema]
          expect({ ...codec.decode(codec.encode(record as never)) }).toEqual({ ...record })
        }
    })

    it('are the same when heard again', async () => {
      expect(await collect(open())).toEqual(await collect(open()))
    })

    it('go on after any acknowledged batch with what follows it', async () => {
      const batches = await collect(open())
      const all = batches.flatMap(({ offers }) => offers)
      for (const index of [0, 1, batches.length >> 1, batches.length - 1]) {
        const heard = batches.slice(0, index + 1).flatMap(({ offers }) => offers)
        const rest = await collect(open(), batches[index]?.cursor)
        expect([...heard, ...rest.flatMap(({ offers }) => offers)]).toEqual(all)
      }
    })

    it('stop when asked to', async () => {
      const stop = new AbortController()
      let batches = 0
      const hear = async (): Promise<void> => {
        for await (const batch of open().batches(0, stop.signal)) {
          batches += batch.offers.length > 0 ? 1 : 0
          stop.abort()
        }
      }
      await hear().catch((error: unknown) => {
        expect(error).toMatchObject({ name: 'AbortError' })
      })
      expect(batches).toBeLessThanOrEqual(1)
    })
  })
}
