import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readJob, readPipeline } from '../../producers/gitlab/normalize.ts'
import { dataDir } from '../support/data.ts'

const FIXTURES = dataDir('fixtures')
const NOW = Date.parse('2026-01-02T12:00:00Z')
const options = { source: 'gitlab', repo: 'group/project', now: NOW }
interface Recorded {
  readonly data: Readonly<Record<string, unknown>> & { readonly status: string }
}
const recorded = (file: string): Recorded[] =>
  readFileSync(join(FIXTURES ?? '', 'gitlab', file), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Recorded)
const count = (words: readonly string[]) =>
  Object.fromEntries(
    [...new Set(words)].sort().map((w) => [w, words.filter((x) => x === w).length]),
  )

const job = (more: object) => ({
  id: 5,
  name: 'unit',
  created_at: '2026-01-02T10:00:00Z',
  started_at: null,
  finished_at: null,
  ...more,
})

describe.skipIf(FIXTURES === null)('recorded payloads', () => {
  it('of 75 jobs decode with nothing dropped', () => {
    const jobs = recorded('gitlab_api_job.jsonl')
    const readings = jobs.map(({ data }) => readJob(data, options))
    expect(readings.flatMap(({ notes }) => notes)).toEqual([])
    // The three that are held wait for no machine yet; all others are told of.
    const silent = jobs.filter((_, i) => readings[i]?.facts.length === 0)
    expect(silent.map(({ data }) => data.status).sort()).toEqual(['created', 'manual', 'scheduled'])
    const facts = readings.flatMap((reading) => reading.facts)
    const ends = facts.filter(({ kind }) => kind === 'finished')
    // 33 of the 43 that failed never started: no machine took them.
    expect(count(ends.map(({ outcome }) => outcome ?? ''))).toEqual({
      aborted: 2,
      error: 33,
      failure: 10,
      skipped: 1,
      success: 22,
    })
    expect(facts.filter(({ kind }) => kind === 'started')).toHaveLength(34)
    const one = facts.find(({ runId, kind }) => runId === '120' && kind === 'finished')
    expect((one?.eventAt ?? 0) - (one?.startedAt ?? 0)).toBe(56_800)
  })

  it('of 16 pipelines decode with nothing dropped', () => {
    const readings = recorded('gitlab_api_pipeline_details.jsonl').map(({ data }) =>
      readPipeline(data, options),
    )
    expect(readings.flatMap(({ notes }) => notes)).toEqual([])
    const facts = readings.flatMap((reading) => reading.facts)
    expect(count(facts.map(({ kind }) => kind))).toEqual({ finished: 16, queued: 16, started: 16 })
    const ends = facts.filter(({ kind }) => kind === 'finished')
    expect(count(ends.map(({ outcome }) => outcome ?? ''))).toEqual({ failure: 5, success: 11 })
    expect(facts[0]).toMatchObject({ job: 'pipeline', pull: 5394, trigger: 'merge_request_event' })
  })
})

describe('a job', () => {
  it('was queued for the seconds it tells', () => {
    const { facts, isOpen } = readJob(
      job({
        status: 'running',
        started_at: '2026-01-02T11:00:00Z',
        queued_duration: 90.5,
        pipeline: { id: 77, source: 'push' },
        runner: { description: 'big' },
      }),
      options,
    )
    expect(isOpen).toBe(true)
    expect(facts).toMatchObject([
      { kind: 'queued', eventAt: Date.parse('2026-01-02T10:58:29.5Z'), group: '77' },
      { kind: 'started', labels: { runner: 'big' }, trigger: 'push' },
    ])
  })

  it('that still waits has waited for the seconds it tells, not since its pipeline was made', () => {
    const { facts } = readJob(job({ status: 'pending', queued_duration: 60 }), options)
    expect(facts).toMatchObject([{ kind: 'queued', eventAt: NOW - 60_000 }])
  })

  it('is told by what GitLab says of its failure', () => {
    const end = (failure_reason: string) =>
      readJob(
        job({
          status: 'failed',
          failure_reason,
          started_at: '2026-01-02T11:00:00Z',
          finished_at: '2026-01-02T11:30:00Z',
        }),
        options,
      ).facts.at(-1)
    expect(end('job_execution_timeout')).toMatchObject({
      outcome: 'timedOut',
      rawOutcome: 'failed: job_execution_timeout',
    })
    expect(end('runner_system_failure')?.outcome).toBe('error')
    expect(end('script_failure')?.outcome).toBe('failure')
  })

  it('stays open in a state that is not known, and notes fields that are not known', () => {
    const reading = readJob(job({ status: 'dreaming', mood: 1 }), options)
    expect(reading.isOpen).toBe(true)
    expect(reading.facts.map(({ kind }) => kind)).toEqual(['queued'])
    expect(reading.notes.map(({ oddity }) => oddity)).toEqual(['unknown-field', 'unknown-word'])
  })

  it('is refused without an id, a name, a status or a creation', () => {
    const full = job({ status: 'pending' })
    for (const field of ['id', 'name', 'status', 'created_at'])
      expect(() => readJob({ ...full, [field]: undefined }, options)).toThrow(`${field} is missing`)
    expect(() => readJob({ ...full, created_at: '1970-01-01T00:00:00Z' }, options)).toThrow(
      'created_at is missing',
    )
  })
})
