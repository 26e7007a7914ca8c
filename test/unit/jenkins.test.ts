import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readBuild, readStages } from '../../producers/jenkins/normalize.ts'
import { dataDir } from '../support/data.ts'

const FIXTURES = dataDir('fixtures')
const NOW = Date.parse('2026-01-02T12:00:00Z')
const options = { source: 'jenkins', repo: 'team/app', job: 'team/app', now: NOW }
const run = { source: 'jenkins', repo: 'team/app', job: 'team/app', runId: '1', attempt: 1 }
const recorded = (file: string): unknown[] =>
  readFileSync(join(FIXTURES ?? '', 'jenkins', file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { data: unknown }).data)
const STARTED = NOW - 60_000
const build = (more: object) => ({
  number: 1,
  timestamp: STARTED,
  duration: 0,
  result: null,
  ...more,
})
const kinds = (more: object) => readBuild(build(more), options).facts.map(({ kind }) => kind)

describe.skipIf(FIXTURES === null)('recorded payloads', () => {
  it('of 14 builds decode with nothing dropped', () => {
    const readings = recorded('jenkins_api_builds.jsonl').map((data) => readBuild(data, options))
    // A word that Jenkins itself does not write; the build no longer builds, so it has ended somehow.
    expect(readings.flatMap(({ notes }) => notes)).toEqual([
      { oddity: 'unknown-word', detail: 'result NOT_BUILD' },
    ])
    const facts = readings.flatMap((reading) => reading.facts)
    expect(facts.filter(({ kind }) => kind === 'started')).toHaveLength(14)
    // Three say that they build and have a result already: it is not their end yet.
    const ends = facts.filter(({ kind }) => kind === 'finished')
    expect(ends.map(({ rawOutcome, outcome }) => `${rawOutcome} ${outcome}`).sort()).toEqual([
      ...['ABORTED aborted', 'NOT_BUILD unknown', ...Array<string>(8).fill('SUCCESS success')],
      'UNSTABLE failure',
    ])
    expect(ends[0]).toMatchObject({
      runId: '31',
      startedAt: 1650024049161,
      eventAt: 1650024049161 + 1587,
      sha: '0f886c74949c3ee7e489188911c7dc0c1d547418',
      branch: 'main',
      trigger: 'UserIdCause',
    })
  })

  it('of 24 stages decode with nothing dropped', () => {
    const stages = recorded('jenkins_api_stages.jsonl')
    const { facts, notes } = readStages({ stages }, run, NOW)
    expect(notes).toEqual([{ oddity: 'unknown-word', detail: 'stage.status NOT_BUILD' }])
    expect(facts.filter(({ kind }) => kind === 'stepStarted')).toHaveLength(24)
    const ends = facts.filter(({ kind }) => kind === 'stepFinished')
    // Three have no status and one has that word: they are open.
    expect(ends).toHaveLength(20)
    const failed = ends.find(({ outcome }) => outcome === 'failure')
    expect(failed).toMatchObject({ step: 'gitlabInit', startedAt: 1583329644046 })
    expect((failed?.eventAt ?? 0) - 1583329644046).toBe(588)
  })
})

describe('a build', () => {
  it('goes on while Jenkins builds, whatever result it shows', () => {
    expect(kinds({ building: true, result: 'FAILURE' })).toEqual(['started', 'logProgress'])
    const so = readBuild(build({ building: true, result: 'FAILURE' }), options)
    expect(so).toMatchObject({
      isOpen: true,
      facts: [{}, { labels: { result_so_far: 'FAILURE' } }],
    })
    expect(kinds({})).toEqual(['started'])
    expect(kinds({ result: 'PUZZLED' })).toEqual(['started', 'logProgress'])
    expect(kinds({ result: 'FAILURE' })).toEqual(['started', 'finished'])
    expect(kinds({ result: 'PUZZLED', building: false })).toEqual(['started', 'finished'])
  })

  it('has a queue time where Jenkins tells when it started', () => {
    expect(readBuild(build({ startTimeInMillis: STARTED + 5000 }), options).facts).toMatchObject([
      { kind: 'queued', eventAt: STARTED },
      { kind: 'started', eventAt: STARTED + 5000 },
    ])
  })

  it('tells the length Jenkins expects, in seconds, where it expects one', () => {
    const labels = (estimatedDuration: number) =>
      readBuild(build({ estimatedDuration }), options).facts[0]?.labels
    expect(labels(90_000)).toEqual({ estimated_seconds: '90' })
    expect(labels(-1)).toEqual({})
  })

  it('that tells no length, or an absurd one, ended when it was heard', () => {
    const end = (duration: unknown) =>
      readBuild(build({ result: 'SUCCESS', duration }), options).facts.at(-1)?.eventAt
    expect([end(5), end(null), end(1e300), end(-1)]).toEqual([STARTED + 5, NOW, NOW, NOW])
  })

  it('is refused without a number or a time that can be', () => {
    expect(() => readBuild(build({ number: null }), options)).toThrow('number is missing')
    expect(() => readBuild(build({ timestamp: 12 }), options)).toThrow('timestamp is missing')
    expect(() => readBuild([], options)).toThrow('object was sent')
  })
})

describe('a stage', () => {
  it('that runs, waits or was left out is no step that ended', () => {
    const stage = (status: string) => ({ id: '1', name: 's', status, startTimeMillis: STARTED })
    const of = (status: string) =>
      readStages({ stages: [stage(status)] }, run, NOW).facts.map(({ kind }) => kind)
    expect(of('IN_PROGRESS')).toEqual(['stepStarted'])
    expect(of('PAUSED_PENDING_INPUT')).toEqual(['stepStarted'])
    expect(of('NOT_EXECUTED')).toEqual(['stepFinished'])
  })
})
