import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { createClient } from '../../producers/polling/client.ts'
import { liveWire } from '../../producers/polling/live.ts'
import { newCursor } from '../../producers/prow/cursor.ts'
import { pollProw } from '../../producers/prow/poll.ts'
import { createStreamClient } from '../../runtime/http-stream.ts'
import { config, MINUTE_MS, prowJob, serve, START } from '../support/prow-world.ts'

/** Of a JUnit file of so many tests, each with a long text. */
const TESTS = 20_000
const TEXT = 'what the test printed, line after line\n'.repeat(40)
let minute = 0

const server = createServer((request, response) => {
  const url = `http://host${request.url ?? ''}`
  const range = /bytes=(\d+)-(\d+)/.exec(request.headers.range ?? '')
  if (url.endsWith('junit_e2e.xml')) {
    response.write('<testsuite>')
    for (let i = 0; i < TESTS; i += 1)
      response.write(`<testcase name="t${i}"><system-out>${TEXT}</system-out></testcase>`)
    response.end('</testsuite>')
    return
  }
  if (url.includes('/prowjobs.js')) {
    response.writeHead(200, { 'content-encoding': 'gzip' })
    response.end(gzipSync(JSON.stringify({ items: [prowJob(minute)] })))
    return
  }
  const [, from = 0, to = 1e9] = (range ?? []).map(Number)
  const asking = range === null ? {} : { from, length: to - from + 1 }
  void serve({ minute })(url, asking).then(async ({ status, headers, body }) => {
    response.writeHead(status, headers)
    for await (const piece of body) response.write(piece)
    response.end()
  })
})
const http = createStreamClient()

describe('a Prow behind HTTP', () => {
  beforeAll(async () => {
    const { promise, resolve } = Promise.withResolvers<undefined>()
    server.listen(0, '127.0.0.1', () => {
      resolve(undefined)
    })
    await promise
  })
  afterAll(async () => {
    await http.close()
    server.close()
  })

  it('is heard through packed lists, parts of logs and a long test file', async () => {
    const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
    const { signal } = new AbortController()
    const client = createClient({
      addresses: [address],
      requestsPerHour: null,
      wire: liveWire(http, {}, signal),
      pace: { now: () => Date.now(), sleep: () => Promise.resolve(), random: () => 0.5 },
      signal,
    })
    const cursor = newCursor()
    const heard: string[] = []
    let tests = 0
    let mostHeap = 0
    for (minute of [0, 2, 32, 34, 37, 41, 42]) {
      const now = START + minute * MINUTE_MS
      const here = { ...config, deck: address, storage: address }
      for await (const turn of pollProw(client.get, cursor, here, now)) {
        heard.push(...turn.facts.map(({ kind }) => kind))
        tests += turn.tests.length
        mostHeap = Math.max(mostHeap, process.memoryUsage().heapUsed)
      }
      client.rest()
    }
    expect(tests).toBe(TESTS)
    expect(heard.filter((kind) => kind !== 'logProgress')).toEqual([
      ...['queued', 'started', 'stepStarted', 'stepFinished', 'stepStarted', 'testsReported'],
      ...['finished', 'stepFinished'],
    ])
    expect(cursor.open).toEqual({})
    expect(mostHeap).toBeLessThan(200e6)
  })
})
