/** A log of 500 MB, read through HTTP in one round of a source: it never sits in memory. */

import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { newCursor } from '../../producers/prow/cursor.ts'
import { pollProw } from '../../producers/prow/poll.ts'
import { config, iso, MINUTE_MS, prowJob, START } from '../support/prow-world.ts'
import { handPace, testClient } from '../support/polling.ts'

const MB = 2 ** 20
const SIZE = 500 * MB
const line = (minute: number, text: string): string => `INFO[${iso(minute)}] ${text}`
const padded = (text: string, length: number): Buffer =>
  Buffer.from(`${text.padEnd(length - 1, '.')}\n`)
/** A megabyte of lines of a kilobyte each, in which nothing is said. */
const BLOCK = Buffer.concat(
  Array.from({ length: 1024 }, () => padded(line(5, 'downloading, unpacking, waiting '), 1024)),
)
const FIRST = padded(line(1, 'Running step e2e-test.').padEnd(1023, ' '), 1024)
const LAST = padded(line(30, 'Step e2e-test failed after 29m0s').padEnd(1023, ' '), 1024)

/** The bytes of the log from an offset on, at most so many. */
const partOf = (from: number, length: number): Buffer => {
  const end = Math.min(from + length, SIZE)
  const parts: Buffer[] = []
  for (let at = from; at < end;) {
    const whole = at < 1024 ? FIRST : at >= SIZE - 1024 ? LAST : BLOCK
    const inside = at < 1024 ? at : at >= SIZE - 1024 ? at - (SIZE - 1024) : at % MB
    const most = at < SIZE - 1024 ? Math.min(end, SIZE - 1024) - at : end - at
    const part = whole.subarray(inside, inside + most)
    parts.push(part)
    at += part.length
  }
  return Buffer.concat(parts)
}

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

const serve = async (): Promise<{ url: string; requests: () => number }> => {
  let requests = 0
  const server = createServer((request, response) => {
    if (request.url?.startsWith('/prowjobs.js') === true) {
      response.end(JSON.stringify({ items: [prowJob(35)] }))
      return
    }
    if (request.url?.startsWith('/log') !== true) {
      response.writeHead(404).end()
      return
    }
    requests += 1
    const [, first = '0', last = '0'] = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '') ?? []
    const part = partOf(Number(first), Number(last) - Number(first) + 1)
    const range = `bytes ${first}-${Number(first) + part.length - 1}/${SIZE}`
    response.writeHead(part.length === 0 ? 416 : 206, { 'content-range': range }).end(part)
  })
  const { promise, resolve } = Promise.withResolvers<undefined>()
  server.listen(0, '127.0.0.1', () => {
    resolve(undefined)
  })
  await promise
  cleanups.push(() => {
    server.closeAllConnections()
    server.close()
    return Promise.resolve()
  })
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
  }
}

it('a log of 500 MB never sits in memory, and its end is heard in the round that reads it', async () => {
  const { url, requests } = await serve()
  const now = START + 35 * MINUTE_MS
  const client = testClient({ addresses: [url] }, handPace(now))
  cleanups.push(client.close)
  const cursor = newCursor()
  const whole = {
    ...config,
    deck: url,
    storage: url,
    roundLogBytes: SIZE + 2 * MB,
    runLogBytes: MB,
  }
  const before = process.memoryUsage()
  let [mostHeap, mostBuffers] = [0, 0]
  const steps: string[] = []
  for await (const turn of pollProw(client.get, cursor, whole, now)) {
    const { heapUsed, arrayBuffers } = process.memoryUsage()
    mostHeap = Math.max(mostHeap, heapUsed - before.heapUsed)
    mostBuffers = Math.max(mostBuffers, arrayBuffers - before.arrayBuffers)
    for (const { kind, step, outcome } of turn.facts)
      if (kind.startsWith('step')) steps.push(`${kind} ${step ?? ''} ${outcome ?? ''}`.trim())
  }
  expect(steps).toEqual(['stepStarted e2e-test', 'stepFinished e2e-test failure'])
  expect(requests()).toBeGreaterThanOrEqual(500)
  expect(Object.values(cursor.open)[0]).toMatchObject({ size: SIZE, position: { offset: SIZE } })
  expect(mostHeap).toBeLessThan(100e6)
  expect(mostBuffers).toBeLessThan(100e6)
})
