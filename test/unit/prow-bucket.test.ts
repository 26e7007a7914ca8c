import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { fileUrl, folderOf, historyUrl, listUrl, podLogUrl } from '../../producers/prow/bucket.ts'
import {
  readFinished,
  readHistory,
  readPodInfo,
  readStarted,
} from '../../producers/prow/normalize-bucket.ts'
import type { Json } from '../../producers/payload/json.ts'
import { dataDir } from '../support/data.ts'

const FIXTURES = dataDir('fixtures')
const NOW = Date.parse('2026-01-02T12:00:00Z')
const job = (type: string, more: object = {}, gcs: object = {}) => ({
  spec: {
    type,
    job: 'j',
    refs: { org: 'o', repo: 'r', pulls: [{ number: 7 }] },
    decoration_config: { gcs_configuration: { bucket: 'b-1', path_strategy: 'explicit', ...gcs } },
    ...more,
  },
  status: { build_id: '11' },
})
const pathOf = (...of: Parameters<typeof job>) => folderOf(job(...of))?.path
const defaults = { default_org: 'o', default_repo: 'r' }

describe('the folder of a run', () => {
  it.skipIf(FIXTURES === null)('is the one that the recorded job links to', () => {
    const file = join(FIXTURES ?? '', 'prow/prowjob-presubmit-failure.json')
    const recorded = JSON.parse(readFileSync(file, 'utf8')) as Json & { status: { url: string } }
    const folder = folderOf(recorded)
    expect(recorded.status.url.endsWith(`/${folder?.bucket}/${folder?.path}`)).toBe(true)
  })

  it('follows the type of the job and the strategy of the bucket', () => {
    expect(pathOf('periodic')).toBe('logs/j/11')
    expect(pathOf('postsubmit', {}, { path_prefix: 'team/a/' })).toBe('team/a/logs/j/11')
    expect(pathOf('batch')).toBe('pr-logs/pull/batch/j/11')
    expect(pathOf('presubmit')).toBe('pr-logs/pull/o_r/7/j/11')
    expect(pathOf('presubmit', {}, { ...defaults, path_strategy: 'single' })).toBe(
      'pr-logs/pull/7/j/11',
    )
    const legacy = { ...defaults, default_repo: 'other', path_strategy: 'legacy' }
    expect(pathOf('presubmit', {}, legacy)).toBe('pr-logs/pull/r/7/j/11')
    expect(pathOf('sometimes')).toBeUndefined()
    expect(folderOf(job('periodic', { decoration_config: {} }), 'b-2')?.bucket).toBe('b-2')
  })

  it.each([
    ['a path in the job', { job: '../../secrets' }, {}],
    ['a header in the job', { job: 'j\r\nX-Evil: 1' }, {}],
    ['a query in the job', { job: 'j?x=1#' }, {}],
    ['a host for a bucket', {}, { bucket: 'evil.example/x@y' }],
    ['dots for a prefix', {}, { path_prefix: '../..' }],
  ])('is none with %s', (_, spec, gcs) => {
    expect(folderOf(job('periodic', spec, gcs))).toBeNull()
  })
})

describe('addresses', () => {
  const folder = { bucket: 'b-1', path: 'logs/j/11' }
  it('keep to the configured host whatever a name holds', () => {
    expect(fileUrl('https://s.example/', folder, 'artifacts/a b?.xml')).toBe(
      'https://s.example/b-1/logs/j/11/artifacts/a%20b%3F.xml',
    )
    expect(podLogUrl('https://deck.example', 'j&id=2\r\nHost: evil', '11')).toBe(
      'https://deck.example/log?job=j%26id%3D2%0D%0AHost%3A+evil&id=11',
    )
    expect(
      new URL(listUrl('https://s.example', folder, true, 'p&x')).searchParams.get('prefix'),
    ).toBe('logs/j/11/artifacts/')
    expect(historyUrl('https://d.example', 'b', 'logs', 'j', '9&x')).toBe(
      'https://d.example/job-history/gs/b/logs/j?buildId=9%26x',
    )
    expect(historyUrl('https://d.example', 'b', 'logs', '..')).toBeNull()
  })
})

describe('files of the bucket', () => {
  const run = { source: 'prow', repo: 'o/r', job: 'j', runId: '11', attempt: 1 }

  it('tell start and end in seconds', () => {
    const at = NOW / 1000 - 60
    expect(
      readStarted({ timestamp: at, node: 'n1', 'repo-commit': 'c' }, run, NOW).facts,
    ).toMatchObject([
      { kind: 'started', startedAt: NOW - 60_000, sha: 'c', labels: { node: 'n1' } },
    ])
    expect(readFinished({ timestamp: at, passed: false }, run, NOW).facts).toMatchObject([
      { kind: 'finished', eventAt: NOW - 60_000, outcome: 'failure', rawOutcome: 'FAILURE' },
    ])
    expect(readFinished({ timestamp: at, result: 'ABORTED' }, run, NOW).facts).toMatchObject([
      { outcome: 'aborted' },
    ])
    expect(readFinished({ timestamp: at, result: 'ODD' }, run, NOW)).toMatchObject({
      facts: [{ outcome: 'unknown', rawOutcome: 'ODD' }],
      notes: [{ oddity: 'unknown-word' }],
    })
  })

  it('say nothing of an end that has no time, and are refused without what they are for', () => {
    expect(readFinished({ passed: null }, run, NOW).facts).toEqual([])
    expect(() => readStarted({}, run, NOW)).toThrow('timestamp is missing')
    expect(() => readFinished({ timestamp: NOW / 1000 }, run, NOW)).toThrow('result and passed')
  })

  it('name the machine of the pod and why the cluster ended it', () => {
    const pod = {
      spec: { nodeName: 'n1' },
      status: { startTime: '2026-01-02T11:00:00Z', reason: 'Evicted' },
    }
    expect(readPodInfo({ pod, events: [] }, run, NOW).facts).toMatchObject([
      { kind: 'logProgress', labels: { node: 'n1', pod_reason: 'Evicted' } },
    ])
    expect(readPodInfo({}, run, NOW).facts).toEqual([])
  })

  it('list past runs, whose durations are in nanoseconds', () => {
    const builds = [
      { ID: '12', Started: '2026-01-02T11:30:00Z', Duration: 6e10, Result: 'PENDING' },
      { ID: '11', Started: '2026-01-02T10:00:00Z', Duration: 6e10, Result: 'FAILURE' },
      'odd',
    ]
    const page = `<script>\nvar allBuilds = ${JSON.stringify(builds)};\n</script>`
    const { facts } = readHistory(page, { source: 'prow', repo: 'o/r', job: 'j' }, NOW)
    expect(facts.map(({ runId, kind, eventAt }) => [runId, kind, eventAt])).toEqual([
      ['12', 'started', Date.parse('2026-01-02T11:30:00Z')],
      ['11', 'started', Date.parse('2026-01-02T10:00:00Z')],
      ['11', 'finished', Date.parse('2026-01-02T10:01:00Z')],
    ])
    expect(() => readHistory('<html>Sign in</html>', run, NOW)).toThrow('allBuilds is missing')
    expect(() => readHistory('var allBuilds = [oops];\n', run, NOW)).toThrow('no JSON')
  })
})
