import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { goSeconds } from '../../producers/payload/go-duration.ts'
import { readProwJob } from '../../producers/prow/normalize.ts'
import { dataDir } from '../support/data.ts'

const FIXTURES = dataDir('fixtures')
const NOW = Date.parse('2022-12-13T00:00:00Z')
const OPTIONS = { source: 'prow', now: NOW }

const prowJob = (status: object, spec: object = {}, metadata: object = {}) => ({
  metadata: { name: 'uuid-1', labels: { 'event-GUID': 'event-1' }, ...metadata },
  spec: {
    type: 'presubmit',
    job: 'pull-x',
    refs: {
      org: 'o',
      repo: 'r',
      base_ref: 'main',
      base_sha: 'base',
      pulls: [{ number: 7, sha: 'head' }],
    },
    ...spec,
  },
  status: { startTime: '2022-12-12T10:00:00Z', build_id: '11', ...status },
})
const kinds = (job: object) => readProwJob(job, OPTIONS).facts.map(({ kind }) => kind)

describe('the recorded ProwJob', () => {
  it.skipIf(FIXTURES === null)('says when its run was queued, started and finished', () => {
    const file = join(FIXTURES ?? '', 'prow/prowjob-presubmit-failure.json')
    const { facts, notes, run, isOpen } = readProwJob(
      JSON.parse(readFileSync(file, 'utf8')),
      OPTIONS,
    )
    expect(notes).toEqual([])
    expect(isOpen).toBe(false)
    expect(run).toEqual({
      source: 'prow',
      repo: 'openshift/origin',
      job: 'pull-ci-openshift-origin-master-e2e-aws-csi',
      runId: '1602362182819909632',
      attempt: 1,
    })
    const started = Date.parse('2022-12-12T17:58:09Z')
    expect(facts.map(({ kind, eventAt }) => [kind, eventAt])).toEqual([
      ['queued', started],
      ['started', started],
      ['finished', Date.parse('2022-12-12T19:17:57Z')],
    ])
    expect(facts[0]).toMatchObject({
      observedAt: NOW,
      group: '7f44fb40-7a46-11ed-8f2e-b85a660d5a57',
      branch: 'master',
      sha: '8a6e6fbfe958de6b89b98559ca0e59530865c636',
      pull: 27600,
      trigger: 'presubmit',
      labels: {
        cluster: 'build01',
        context: 'ci/prow/e2e-aws-csi',
        optional: 'true',
        timeout_seconds: '14400',
        grace_seconds: '3600',
      },
    })
    expect(facts[2]).toMatchObject({
      outcome: 'failure',
      rawOutcome: 'failure',
      startedAt: started,
      labels: { description: 'Job failed.' },
    })
  })
})

describe('a ProwJob', () => {
  it('waits without a build id and says nothing yet', () => {
    const reading = readProwJob(prowJob({ state: 'triggered', build_id: '' }), OPTIONS)
    expect(reading).toMatchObject({ facts: [], run: null, isOpen: true })
  })

  it('keeps queue, run and total time apart', () => {
    const facts = readProwJob(
      prowJob({
        state: 'success',
        pendingTime: '2022-12-12T10:05:00Z',
        completionTime: '2022-12-12T11:00:00Z',
      }),
      OPTIONS,
    ).facts
    expect(facts.map(({ eventAt }) => (eventAt - (facts[0]?.eventAt ?? 0)) / 60_000)).toEqual([
      0, 5, 60,
    ])
  })

  it('is queued while scheduled, triggered, or in a state that is not known', () => {
    expect(kinds(prowJob({ state: 'scheduling' }))).toEqual(['queued'])
    const odd = readProwJob(prowJob({ state: 'hibernating' }), OPTIONS)
    expect(odd.facts).toMatchObject([{ kind: 'queued', labels: { state: 'hibernating' } }])
    expect(odd.isOpen).toBe(true)
    expect(odd.notes).toEqual([{ oddity: 'unknown-word', detail: 'status.state hibernating' }])
    expect(kinds(prowJob({ state: 'toString' }))).toEqual(['queued'])
  })

  it('starts with its creation where Prow tells no pendingTime', () => {
    expect(kinds(prowJob({ state: 'pending' }))).toEqual(['queued', 'started'])
  })

  it('ends when heard where an abort tells no time, and has no start then', () => {
    const { facts } = readProwJob(prowJob({ state: 'aborted', build_id: '' }), OPTIONS)
    expect(facts.at(-1)).toMatchObject({
      kind: 'finished',
      runId: 'uuid-1',
      eventAt: NOW,
      outcome: 'aborted',
      startedAt: null,
    })
  })

  it('has the same ids whenever it is heard', () => {
    const job = prowJob({ state: 'aborted' })
    const ids = (now: number) =>
      readProwJob(job, { source: 'prow', now }).facts.map(({ eventId }) => eventId)
    expect(ids(NOW + 60_000)).toEqual(ids(NOW))
  })

  it('takes an absurd time for none, and says so', () => {
    const { facts, notes } = readProwJob(
      prowJob({ state: 'success', completionTime: '2062-12-12T11:00:00Z' }),
      OPTIONS,
    )
    expect(facts.at(-1)).toMatchObject({ kind: 'finished', eventAt: NOW })
    expect(notes).toMatchObject([{ oddity: 'absurd-time' }])
  })

  it('is refused without a job, a state or any time', () => {
    expect(() => readProwJob(prowJob({ state: 'pending' }, { job: undefined }), OPTIONS)).toThrow(
      'spec.job is missing',
    )
    expect(() => readProwJob(prowJob({}), OPTIONS)).toThrow('status.state is missing')
    expect(() => readProwJob(prowJob({ state: 'pending', startTime: '' }), OPTIONS)).toThrow(
      'startTime',
    )
    expect(() => readProwJob(null, OPTIONS)).toThrow('null was sent')
  })

  it('notes fields that are not known', () => {
    const { notes } = readProwJob(prowJob({ state: 'pending', mood: 'good' }), OPTIONS)
    expect(notes).toEqual([{ oddity: 'unknown-field', detail: 'status.mood' }])
  })

  it('takes the repository of a periodic from its extra refs; a batch has no single pull', () => {
    const periodic = readProwJob(
      prowJob(
        { state: 'pending' },
        { refs: undefined, extra_refs: [{ org: 'k', repo: 's', base_ref: 'main' }] },
      ),
      OPTIONS,
    )
    expect(periodic.facts[0]).toMatchObject({ repo: 'k/s', branch: 'main', pull: null })
    const refs = { org: 'o', repo: 'r', base_sha: 'b', pulls: [{ number: 1 }, { number: 2 }] }
    expect(readProwJob(prowJob({ state: 'pending' }, { refs }), OPTIONS).facts[0]).toMatchObject({
      pull: null,
      sha: 'b',
    })
  })
})

describe('goSeconds', () => {
  it('reads what Go writes and nothing else', () => {
    expect(goSeconds('1h14m12.5s')).toBe(4452.5)
    expect(goSeconds('4h0m0s')).toBe(14_400)
    expect(goSeconds('500ms')).toBe(0.5)
    expect(goSeconds('12')).toBeNull()
    expect(goSeconds('1h and more')).toBeNull()
  })
})
