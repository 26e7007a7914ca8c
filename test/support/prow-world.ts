/** A Prow from memory, with one periodic that waits for a lease, works, and fails a test. */

import { expect } from 'vitest'
import type { Answer, Get } from '../../producers/payload/reach.ts'
import type { ProwConfig } from '../../producers/prow/poll.ts'
import { answer } from './answers.ts'

export const START = Date.parse('2026-01-02T10:00:00Z')
export const MINUTE_MS = 60_000
export const iso = (minute: number) =>
  new Date(START + minute * MINUTE_MS).toISOString().replace('.000', '')
export const config: ProwConfig = {
  source: 'prow',
  deck: 'https://deck.example/',
  storage: 'https://storage.example',
  bucket: 'b-1',
  repo: 'none/none',
  history: [],
  historyRuns: 100,
  roundLogBytes: 100_000,
  runLogBytes: 50_000,
  roundLogs: 10,
  hasStepLogs: true,
  testsEveryMs: 5 * MINUTE_MS,
}
const FOLDER = 'logs/periodic-e2e/11'

/** A Prow with one periodic of 40 minutes: it waits for a lease, works, and fails a test. */
const LOG: readonly (readonly [minute: number, text: string])[] = [
  [1, 'Acquiring leases for test e2e'],
  [33, 'Acquired 1 lease(s) for quota: [a]'],
  [33, 'Running step e2e-test.'],
  [38, 'Step e2e-test failed after 5m0s.'],
  [40, "Reporting job state 'failed' with reason 'executing_graph:step_failed'"],
]
const logAt = (minute: number) =>
  LOG.filter(([at]) => at <= minute)
    .map(([at, text]) => `INFO[${iso(at)}] ${text}\n`)
    .join('')
const JUNIT = '<testsuite><testcase name="a"/><testcase name="b"><failure/></testcase></testsuite>'

const HISTORY = `<script>var allBuilds = ${JSON.stringify([
  { ID: '10', Started: iso(-90), Duration: 60e9, Result: 'SUCCESS' },
])};</script>`

export interface World {
  readonly minute: number
  readonly heedsRange?: boolean
  readonly forgets?: boolean
}
export const prowJob = (minute: number) => ({
  metadata: { name: 'uuid-11' },
  spec: { type: 'periodic', job: 'periodic-e2e', extra_refs: [{ org: 'o', repo: 'r' }] },
  status: {
    startTime: iso(0),
    build_id: '11',
    state: minute < 1 ? 'triggered' : minute < 40 ? 'pending' : 'failure',
    ...(minute < 1 ? {} : { pendingTime: iso(1) }),
    ...(minute < 40 ? {} : { completionTime: iso(40) }),
  },
})
export const serve = (world: World, asked: string[] = []): Get => {
  const { minute, heedsRange = true, forgets = false } = world
  const logAnswer = (log: string, from: number, length: number) => {
    if (!heedsRange) return answer(200, log)
    if (from >= log.length) return answer(416, '')
    const part = log.slice(from, from + length)
    return answer(206, part, {
      'content-range': `bytes ${from}-${from + part.length - 1}/${log.length}`,
    })
  }
  return (url, { from = 0, length = 1e9 } = {}) => {
    const { host, pathname, searchParams } = new URL(url)
    asked.push(`${host}${pathname}`)
    const reply = (): Answer => {
      switch (pathname) {
        case '/prowjobs.js':
          expect(searchParams.get('omit')).toBe('annotations,pod_spec')
          return answer(200, JSON.stringify({ items: forgets ? [] : [prowJob(minute)] }))
        case '/log':
          return minute >= 40 ? answer(404, '') : logAnswer(logAt(minute), from, length)
        case `/b-1/${FOLDER}/build-log.txt`:
          return minute < 40 ? answer(404, '') : logAnswer(logAt(minute), from, length)
        case `/b-1/${FOLDER}/finished.json`:
          return minute < 40
            ? answer(404, '')
            : answer(200, JSON.stringify({ timestamp: START / 1000 + 2400, result: 'FAILURE' }))
        case '/storage/v1/b/b-1/o': {
          const item = { name: `${FOLDER}/artifacts/junit_e2e.xml`, size: '80', updated: iso(36) }
          const foreign = { name: 'logs/other/1/artifacts/junit.xml', updated: iso(36) }
          return answer(200, JSON.stringify({ items: minute < 36 ? [] : [item, foreign] }))
        }
        case `/b-1/${FOLDER}/podinfo.json`:
          return answer(200, { pod: { spec: { nodeName: 'n1' }, status: { startTime: iso(1) } } })
        case '/job-history/gs/b-1/logs/periodic-e2e':
          return answer(200, HISTORY)
        case `/b-1/${FOLDER}/artifacts/junit_e2e.xml`:
          return answer(200, JUNIT)
        default:
          return answer(404, '')
      }
    }
    return Promise.resolve(reply())
  }
}
