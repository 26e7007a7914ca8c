import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { RunEvent } from '../../schemas/events.ts'
import { newLogState, readingEnd, readLines } from '../../producers/prow/log/reader.ts'
import { dataDir } from '../support/data.ts'

const LOGS = dataDir('ai4ci/build-logs')
const run = { source: 'prow', repo: 'openshift/release', job: 'e2e', runId: '1', attempt: 1 }
const LATER = Date.parse('2021-06-01T00:00:00Z')
const linesOf = (file: string) => readFileSync(join(LOGS ?? '', file), 'utf8').split('\n')

const clock = (at: number | null) => (at === null ? '-' : new Date(at).toISOString().slice(11, 19))
const SIGNS: Partial<Record<string, string>> = { success: '+', failure: '-', error: '!' }
/** One line per fact: when, what (> starts, + succeeds, - fails, ! cannot run), and since when a finished step ran. */
const told = (prefix: string, fact: RunEvent): string => {
  const step = (prefix === '' ? fact.step : fact.step?.replace(prefix, '~')) ?? ''
  const at = clock(fact.eventAt)
  if (fact.kind === 'stepStarted') return `${at} > ${step}`
  if (fact.kind === 'stepFinished')
    return `${at} ${SIGNS[fact.outcome ?? ''] ?? '?'} ${step} since ${clock(fact.startedAt)}`
  if (fact.kind === 'testsReported')
    return `${at} tests ${fact.passed} passed ${fact.failed} failed, ${fact.failedTests.length} named`
  return `${at} ${Object.entries(fact.labels)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ')}`
}
const timeline = (file: string, prefix: string) =>
  readLines(newLogState(), linesOf(file), { run, now: LATER }).map((fact) => told(prefix, fact))

/** What a reader of each log finds by hand: the steps that start and end in it, and what it says of the whole. */
const EXPECTED: Readonly<Record<string, { prefix: string; facts: string }>> = {
  // Waits for a lease for two hours, in the grammar before April 2021.
  '1372555706749685760.mid.txt': {
    prefix: 'e2e-gcp-',
    facts: `14:29:23 > release-images-latest-cli
      14:29:33 > release-images-latest
      14:30:50 > acquire-lease
      15:00:50 capacity=starved
      16:30:50 ! acquire-lease since 14:30:50
      16:30:50 log_verdict=failed
      16:30:50 log_verdict=failed reason=executing_graph:step_failed:utilizing_lease`,
  },
  // The installation failed; what it printed comes before.
  '1375113030177656832.mid.txt': {
    prefix: 'e2e-gcp-',
    facts: `18:31:09 - ~ipi-install-install since -
      18:31:09 > ~gather-core-dump
      18:31:50 + ~gather-core-dump since 18:31:09
      18:31:50 > ~gather-gcp-console
      18:32:50 + ~gather-gcp-console since 18:31:50
      18:32:50 > ~gather-must-gather`,
  },
  // Nothing but what a failed installation printed.
  '1375882831099596800.mid.txt': { prefix: '', facts: '' },
  // A whole successful run.
  '1378441280396201984.full.txt': {
    prefix: 'e2e-***-',
    facts: `20:18:03 > acquire-lease
      20:18:03 + acquire-lease since 20:18:03
      20:18:03 > ~ipi-conf
      20:18:13 + ~ipi-conf since 20:18:03
      20:18:13 > ~ipi-conf-***
      20:18:23 + ~ipi-conf-*** since 20:18:13
      20:18:23 > ~ipi-install-monitoringpvc
      20:18:33 + ~ipi-install-monitoringpvc since 20:18:23
      20:18:33 > ~ipi-install-rbac
      20:18:43 + ~ipi-install-rbac since 20:18:33
      20:18:43 > ~ipi-install-install
      20:50:53 + ~ipi-install-install since 20:18:43
      20:50:53 > ~openshift-e2e-test
      21:18:23 + ~openshift-e2e-test since 20:50:53
      21:18:23 > ~gather-core-dump
      21:18:43 + ~gather-core-dump since 21:18:23
      21:18:43 > ~gather-***-console
      21:19:34 + ~gather-***-console since 21:18:43
      21:19:34 > ~gather-must-gather
      21:23:04 + ~gather-must-gather since 21:19:34
      21:23:04 > ~gather-extra
      21:25:04 + ~gather-extra since 21:23:04
      21:25:04 > ~gather-audit-logs
      21:26:04 + ~gather-audit-logs since 21:25:04
      21:26:04 > ~ipi-deprovision-deprovision
      21:30:44 + ~ipi-deprovision-deprovision since 21:26:04
      21:30:44 log_verdict=succeeded`,
  },
  // The end of what failing tests printed; of three failed tests the part that was kept names one.
  '1379803403793731584.tail.txt': {
    prefix: '',
    facts: '15:53:31 tests 1113 passed 3 failed, 1 named',
  },
  '1380185997530107904.mid.txt': {
    prefix: '',
    facts: `15:52:09 > acquire-lease
      16:22:09 capacity=starved
      17:52:09 ! acquire-lease since 15:52:09
      17:52:09 log_verdict=failed`,
  },
  '1380554576037416960.tail.txt': {
    prefix: '',
    facts: `16:15:41 > acquire-lease
      16:45:41 capacity=starved
      18:15:41 ! acquire-lease since 16:15:41
      18:15:41 log_verdict=failed`,
  },
  '1380947233955909632.tail.txt': {
    prefix: 'e2e-***-',
    facts: `18:51:16 > ~openshift-e2e-test
      19:22:46 + ~openshift-e2e-test since 18:51:16
      19:22:46 > ~gather-core-dump
      19:23:16 + ~gather-core-dump since 19:22:46
      19:23:16 > ~gather-***-console
      19:24:06 + ~gather-***-console since 19:23:16
      19:24:06 > ~gather-must-gather
      19:27:26 + ~gather-must-gather since 19:24:06
      19:27:26 > ~gather-extra
      19:29:27 + ~gather-extra since 19:27:26
      19:29:27 > ~gather-audit-logs
      19:30:27 + ~gather-audit-logs since 19:29:27
      19:30:27 > ~ipi-deprovision-deprovision
      19:35:17 + ~ipi-deprovision-deprovision since 19:30:27`,
  },
  '1382678531183480832.tail.txt': {
    prefix: '',
    facts: `12:55:23 > acquire-lease
      13:25:23 capacity=starved
      14:55:23 ! acquire-lease since 12:55:23
      14:55:23 log_verdict=failed`,
  },
  '1383176786765942784.tail.txt': {
    prefix: '',
    facts: '23:43:05 tests 1075 passed 43 failed, 0 named',
  },
  // What the cluster did while tests ran: events with "Failed" and "error" in them, and no milestone.
  '1383399218122592256.mid.txt': { prefix: '', facts: '' },
  // A whole run whose installation failed; the steps that gather and clean up went on for 24 minutes.
  '1383510269677801472.upgrade-job.txt': {
    prefix: 'e2e-gcp-upgrade-',
    facts: `20:01:16 > acquire-lease
      20:01:16 + acquire-lease since 20:01:16
      20:01:17 > ~ipi-install-hosted-loki
      20:01:27 + ~ipi-install-hosted-loki since 20:01:17
      20:01:27 > ~ipi-conf
      20:01:47 + ~ipi-conf since 20:01:27
      20:01:47 > ~ipi-conf-gcp
      20:01:57 + ~ipi-conf-gcp since 20:01:47
      20:01:57 > ~ipi-install-monitoringpvc
      20:02:07 + ~ipi-install-monitoringpvc since 20:01:57
      20:02:07 > ~ipi-install-rbac
      20:02:17 + ~ipi-install-rbac since 20:02:07
      20:02:17 > ~ipi-install-install-stableinitial
      20:50:37 - ~ipi-install-install-stableinitial since 20:02:17
      20:50:37 > ~gather-gcp-console
      20:51:07 + ~gather-gcp-console since 20:50:37
      20:51:07 > ~gather-must-gather
      21:10:07 + ~gather-must-gather since 20:51:07
      21:10:07 > ~gather-extra
      21:11:07 + ~gather-extra since 21:10:07
      21:11:07 > ~gather-audit-logs
      21:11:57 + ~gather-audit-logs since 21:11:07
      21:11:57 > ~ipi-deprovision-deprovision
      21:14:47 + ~ipi-deprovision-deprovision since 21:11:57
      21:14:48 log_verdict=failed`,
  },
  // A step that gathers failed while the cluster was gone: its output only.
  '1385082685361229824.tail.txt': { prefix: '', facts: '' },
  // The installation started before this part of the log; its end says 35 m 30 s before 21:47:18.
  '1386064720871559168.tail.txt': {
    prefix: 'e2e-gcp-',
    facts: `21:47:18 + ~ipi-install-install since 21:11:48
      21:47:18 > ~openshift-e2e-test
      22:16:08 + ~openshift-e2e-test since 21:47:18
      22:16:08 > ~gather-core-dump
      22:16:38 + ~gather-core-dump since 22:16:08
      22:16:38 > ~gather-gcp-console
      22:17:28 + ~gather-gcp-console since 22:16:38
      22:17:28 > ~gather-must-gather
      22:20:58 + ~gather-must-gather since 22:17:28
      22:20:58 > ~gather-extra
      22:22:48 + ~gather-extra since 22:20:58
      22:22:48 > ~gather-audit-logs
      22:23:48 + ~gather-audit-logs since 22:22:48
      22:23:48 > ~ipi-deprovision-deprovision
      22:27:38 + ~ipi-deprovision-deprovision since 22:23:48`,
  },
  '1387498929158885376.head.txt': {
    prefix: 'e2e-gcp-',
    facts: `20:11:42 > acquire-lease
      20:11:42 + acquire-lease since 20:11:42
      20:11:42 > ~ipi-conf
      20:11:52 + ~ipi-conf since 20:11:42
      20:11:52 > ~ipi-conf-gcp
      20:12:02 + ~ipi-conf-gcp since 20:11:52
      20:12:02 > ~ipi-install-monitoringpvc
      20:12:12 + ~ipi-install-monitoringpvc since 20:12:02`,
  },
}

/** The recorded runs that waited for a lease until it timed out, and when they began to wait. */
const STARVED: readonly (readonly [file: string, waitedFrom: string])[] = [
  ['1372555706749685760.mid.txt', '2021-03-18T14:30:50Z'],
  ['1380185997530107904.mid.txt', '2021-04-08T15:52:09Z'],
  ['1380554576037416960.tail.txt', '2021-04-09T16:15:41Z'],
  ['1382678531183480832.tail.txt', '2021-04-15T12:55:23Z'],
]

describe.skipIf(LOGS === null)('the recorded build logs', () => {
  it('are all expected here', () => {
    expect(readdirSync(LOGS ?? '').sort()).toEqual(Object.keys(EXPECTED).sort())
  })

  it.each(Object.entries(EXPECTED))('%s tells what a reader finds', (file, { prefix, facts }) => {
    const expected = facts === '' ? [] : facts.split('\n').map((line) => line.trim())
    expect(timeline(file, prefix)).toEqual(expected)
  })

  it.each(STARVED)('%s is told to starve while it still waits', (file, waitedFrom) => {
    const lines = linesOf(file)
    const untilWait = lines.slice(
      0,
      lines.findIndex((line) => line.includes('Acquiring lease')) + 1,
    )
    const from = Date.parse(waitedFrom)
    const state = newLogState()
    const after = (minutes: number) => ({ run, now: from + minutes * 60_000 })
    readLines(state, untilWait, after(1))
    expect(readingEnd(state, 1000, after(29))).toMatchObject([{ kind: 'logProgress' }])
    expect(readingEnd(state, 1000, after(31))).toMatchObject([
      { eventAt: from + 30 * 60_000, step: 'acquire-lease', labels: { capacity: 'starved' } },
      { kind: 'logProgress', logBytes: 1000, step: 'acquire-lease' },
    ])
    // Once is enough.
    expect(readingEnd(state, null, after(60))).toEqual([])
  })
})
