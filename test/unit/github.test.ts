import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readCheck } from '../../producers/github/normalize-check.ts'
import { readJob, type JobReading } from '../../producers/github/normalize-job.ts'
import { readPull } from '../../producers/github/normalize-pull.ts'
import { readReview } from '../../producers/github/normalize-review.ts'
import { readWorkflowRun } from '../../producers/github/normalize-run.ts'
import type { RunEvent } from '../../schemas/events.ts'
import { dataDir } from '../support/data.ts'

const NOW = Date.parse('2026-01-02T12:00:00Z')
const options = { source: 'github', repo: 'o/r', now: NOW }
const readingOf = (payload: unknown): JobReading => readJob(payload, { ...options, run: null })
const tell = ({ facts }: { readonly facts: readonly RunEvent[] }) =>
  facts.map(({ kind, step, outcome, eventAt }) =>
    [kind, step, outcome, new Date(eventAt).toISOString().slice(11, 19)]
      .filter((part) => part !== null)
      .join(' '),
  )
const at = (minute: number) => `2026-01-02T10:${String(minute).padStart(2, '0')}:00Z`
const job = {
  id: 7,
  run_id: 3,
  run_attempt: 1,
  workflow_name: 'CI',
  name: 'unit',
  head_sha: 'abc',
  head_branch: 'main',
  labels: ['ubuntu-24.04', 'x64'],
  created_at: at(0),
}

describe('a job', () => {
  it('in the queue has a start that is none', () => {
    const queued = { ...job, status: 'queued', conclusion: null, started_at: at(0), steps: [] }
    const reading = readingOf(queued)
    expect(tell(reading)).toEqual(['queued 10:00:00'])
    expect(reading.isOpen).toBe(true)
    expect(reading.facts[0]).toMatchObject({
      eventId: 'github:o/r:CI / unit:7#1:queued',
      job: 'CI / unit',
      group: '3',
      labels: { labels: 'ubuntu-24.04,x64' },
    })
  })

  it('that runs tells its steps: a failed one before its end', () => {
    const steps = [
      {
        name: 'Set up',
        number: 1,
        status: 'completed',
        conclusion: 'success',
        started_at: at(2),
        completed_at: at(3),
      },
      {
        name: 'Test',
        number: 2,
        status: 'completed',
        conclusion: 'failure',
        started_at: at(3),
        completed_at: at(9),
      },
      {
        name: 'Upload',
        number: 3,
        status: 'completed',
        conclusion: 'skipped',
        started_at: at(9),
        completed_at: at(9),
      },
      {
        name: 'Clean',
        number: 4,
        status: 'in_progress',
        conclusion: null,
        started_at: at(9),
        completed_at: null,
      },
      {
        name: 'Post',
        number: 5,
        status: 'queued',
        conclusion: null,
        started_at: null,
        completed_at: null,
      },
    ]
    const running = {
      ...job,
      status: 'in_progress',
      conclusion: null,
      started_at: at(2),
      runner_name: 'r1',
      steps,
    }
    expect(tell(readingOf(running))).toEqual([
      'queued 10:00:00',
      'started 10:02:00',
      'stepStarted Set up 10:02:00',
      'stepFinished Set up success 10:03:00',
      'stepStarted Test 10:03:00',
      'stepFinished Test failure 10:09:00',
      'stepFinished Upload skipped 10:09:00',
      'stepStarted Clean 10:09:00',
    ])
  })

  it('has one outcome for each conclusion; a word that is not known ends nothing', () => {
    const outcome = (conclusion: string) => {
      const ended = {
        ...job,
        status: 'completed',
        conclusion,
        started_at: at(1),
        completed_at: at(5),
        steps: [],
      }
      const reading = readingOf(ended)
      return [reading.facts.at(-1)?.outcome ?? null, reading.notes.length]
    }
    expect(outcome('success')).toEqual(['success', 0])
    expect(outcome('failure')).toEqual(['failure', 0])
    expect(outcome('timed_out')).toEqual(['timedOut', 0])
    expect(outcome('cancelled')).toEqual(['aborted', 0])
    expect(outcome('neutral')).toEqual(['skipped', 0])
    expect(outcome('startup_failure')).toEqual(['error', 0])
    expect(outcome('stale')).toEqual(['unknown', 0])
    expect(outcome('exploded')).toEqual([null, 1])
    const odd = readingOf({ ...job, status: 'dreaming', conclusion: null })
    expect([tell(odd), odd.isOpen, odd.notes[0]?.oddity]).toEqual([
      ['queued 10:00:00'],
      true,
      'unknown-word',
    ])
  })

  it('that was cancelled in the queue never started', () => {
    const ended = {
      ...job,
      status: 'completed',
      conclusion: 'cancelled',
      started_at: at(4),
      completed_at: at(4),
      steps: [],
    }
    expect(tell(readingOf(ended))).toEqual(['queued 10:00:00', 'finished aborted 10:04:00'])
  })

  it('that a later attempt did not run again says nothing new', () => {
    const copy = {
      ...job,
      id: 8,
      run_attempt: 2,
      created_at: at(30),
      status: 'completed',
      conclusion: 'success',
      started_at: at(2),
      completed_at: at(5),
    }
    expect(readingOf(copy).facts).toEqual([])
  })

  it('takes absurd times for not told, counts unknown fields, and is refused without an id', () => {
    const odd = readingOf({
      ...job,
      status: 'queued',
      created_at: '9999-01-01T00:00:00Z',
      surprise: 1,
    })
    expect(odd.facts).toEqual([])
    expect(odd.notes.map(({ oddity }) => oddity)).toEqual(['unknown-field', 'absurd-time'])
    expect(() => readingOf({ ...job, id: null, status: 'queued' })).toThrow('id is missing')
    expect(() => readingOf([])).toThrow('object')
  })
})

describe('a workflow run', () => {
  const run = {
    id: 3,
    name: 'CI',
    event: 'push',
    status: 'completed',
    conclusion: 'success',
    created_at: at(0),
    updated_at: at(5),
    head_branch: 'main',
  }
  it('is told as one only where it has no jobs', () => {
    expect(readWorkflowRun(run, options).facts).toEqual([])
    const broken = readWorkflowRun({ ...run, conclusion: 'startup_failure' }, options)
    expect(tell(broken)).toEqual(['queued 10:00:00', 'finished error 10:05:00'])
  })
})

describe('a pull request', () => {
  const pull = {
    number: 4,
    user: { login: 'ann' },
    created_at: at(0),
    updated_at: at(5),
    closed_at: null,
    merged_at: null,
    labels: [{ name: 'lgtm' }, { name: 'approved' }],
    head: { sha: 'b' },
    base: { ref: 'main' },
    draft: false,
  }
  const kinds = ({ pulls }: ReturnType<typeof readPull>) =>
    pulls.map(({ eventId }) => eventId.split(':').slice(3).join(':'))
  const same = {
    sha: 'b',
    labels: 'approved\nlgtm',
    reviewers: '',
    isDraft: false,
    isOpen: true,
  }
  const by = (action: string) => ({ action, sender: 'bob' })
  it('tells what changed since it was heard of', () => {
    expect(kinds(readPull(pull, options, null))).toEqual(['4:opened'])
    const before = { ...same, sha: 'a', labels: '' }
    expect(kinds(readPull(pull, options, before))).toEqual([
      '4:opened',
      '4:synchronised:b',
      '4:labelled:approved\nlgtm',
    ])
    const closed = { ...pull, closed_at: at(9) }
    expect(kinds(readPull(closed, options, null))).toEqual([
      '4:opened',
      `4:closed:${Date.parse(at(9))}`,
    ])
    expect(kinds(readPull({ ...closed, merged_at: at(9) }, options, null))).toEqual([
      '4:opened',
      '4:merged',
    ])
  })
  it('has the same ids where it is delivered', () => {
    const polled = readPull(pull, options, { ...same, sha: 'a' })
    expect(kinds(readPull(pull, options, by('synchronize')))).toEqual(kinds(polled))
    expect(kinds(readPull(pull, options, by('labeled')))).toEqual([
      '4:opened',
      '4:labelled:approved\nlgtm',
    ])
    expect(kinds(readPull(pull, options, by('opened')))).toEqual(['4:opened'])
  })
  it('tells when it is opened again, is no draft any more, and who is asked for a review', () => {
    const asked = {
      ...pull,
      requested_reviewers: [{ login: 'eve' }],
      requested_teams: [{ slug: 'core' }],
    }
    const names = ['4:opened', '4:reopened:b', '4:ready:b', '4:reviewRequested:eve\nteam/core']
    const before = { ...same, isDraft: true, isOpen: false }
    const { pulls } = readPull(asked, options, before)
    expect(kinds(readPull(asked, options, before))).toEqual(names)
    expect(pulls[0]?.reviewers).toEqual(['eve', 'team/core'])
    expect(kinds(readPull(asked, options, by('ready_for_review')))).toEqual([names[0], names[2]])
    expect(kinds(readPull(asked, options, by('reopened')))).toEqual([names[0], names[1]])
    expect(kinds(readPull(asked, options, by('review_requested')))).toEqual([names[0], names[3]])
    // Who has reviewed is asked no more: that is told by the review.
    expect(kinds(readPull(pull, options, { ...same, reviewers: 'eve' }))).toEqual(['4:opened'])
    expect(kinds(readPull({ ...pull, draft: true }, options, by('converted_to_draft')))).toEqual([
      '4:opened',
      '4:drafted:b',
    ])
  })
  it('tells who did it, and what it is like by now', () => {
    const whole = {
      ...pull,
      author_association: 'MEMBER',
      title: 'Mend the build',
      body: null,
      commits: 2,
      comments: 5,
      review_comments: 0,
      auto_merge: null,
      mergeable_state: 'clean',
      merged_at: at(9),
      merged_by: { login: 'eve' },
    }
    const [opened, labelled, merged] = readPull(whole, options, by('labeled')).pulls
    expect([opened?.actor, labelled?.actor, merged?.actor]).toEqual(['ann', 'bob', 'eve'])
    expect(merged).toMatchObject({
      authorAssociation: 'MEMBER',
      openedAt: Date.parse(at(0)),
      title: 'Mend the build',
      titleWords: 3,
      bodyWords: 0,
      commits: 2,
      comments: 5,
      reviewComments: 0,
      autoMerge: false,
      mergeState: 'clean',
      reviewers: null,
      files: null,
    })
    expect(readPull(pull, options, null).pulls[0]).toMatchObject({
      titleWords: null,
      bodyWords: null,
      autoMerge: null,
    })
  })
  it('is reviewed in the words of the list and of deliveries', () => {
    const review = { id: 3, submitted_at: at(7), user: { login: 'eve' }, body: 'looks good to me' }
    const tellReview = (state: string) => readReview({ ...review, state }, 4, options)
    expect(tellReview('APPROVED').pulls).toEqual(
      tellReview('approved').pulls.map((one) => ({ ...one, rawReview: 'APPROVED' })),
    )
    expect(tellReview('CHANGES_REQUESTED').pulls[0]).toMatchObject({
      eventId: 'github:o/r:pull:4:reviewed:3',
      actor: 'eve',
      author: null,
      review: 'changesRequested',
      bodyWords: 4,
    })
    expect(tellReview('dismissed').pulls[0]?.eventId).toBe('github:o/r:pull:4:reviewed:3:dismissed')
    expect(tellReview('SHRUGGED')).toMatchObject({
      pulls: [{ review: 'unknown', rawReview: 'SHRUGGED' }],
      notes: [{ oddity: 'unknown-word' }],
    })
  })
  it('has sizes only where they are told', () => {
    expect(readPull(pull, options, null).pulls[0]).toMatchObject({
      additions: null,
      author: 'ann',
      sha: 'b',
    })
    expect(readPull({ ...pull, additions: 3 }, options, null).pulls[0]?.additions).toBe(3)
  })
})

describe('a check', () => {
  it('of another service is a run; one of a job is told by the job', () => {
    const check = {
      id: 9,
      name: 'lint',
      status: 'completed',
      conclusion: 'failure',
      started_at: at(1),
      completed_at: at(2),
      app: { slug: 'linter' },
    }
    expect(tell(readCheck(check, options))).toEqual([
      'queued 10:01:00',
      'started 10:01:00',
      'finished failure 10:02:00',
    ])
    expect(readCheck({ ...check, app: { slug: 'github-actions' } }, options).facts).toEqual([])
  })
})

const folder = dataDir('fixtures/github')
const rows = (name: string): unknown[] =>
  readFileSync(join(folder ?? '', `${name}.jsonl`), 'utf8')
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { data: unknown }).data)

describe.skipIf(folder === null)('every recorded payload', () => {
  it('of the REST interface decodes with nothing dropped', () => {
    const jobs = rows('github_api_jobs').map(readingOf)
    expect(jobs).toHaveLength(20)
    expect(jobs.flatMap(({ notes }) => notes)).toEqual([])
    expect(jobs.filter(({ facts }) => facts.length === 0)).toEqual([])
    expect(
      jobs.filter(({ isOpen }) => !isOpen).every(({ facts }) => facts.at(-1)?.kind === 'finished'),
    ).toBe(true)
    const runs = rows('github_api_runs').map((row) => readWorkflowRun(row, options))
    expect([runs.length, runs.filter(({ isOpen }) => isOpen).length]).toEqual([20, 2])
    expect(runs.flatMap(({ notes }) => notes)).toEqual([])
    const pulls = rows('github_api_pull_requests').map((row) => readPull(row, options, null))
    expect(pulls.flatMap(({ notes }) => notes)).toEqual([])
    const ends = pulls.map(({ pulls: events }) => events.at(-1)?.kind)
    const count = (kind: string) => ends.filter((end) => end === kind).length
    expect([count('merged'), count('closed'), count('opened')]).toEqual([27, 19, 4])
    const reviews = rows('github_api_pull_request_reviews').map((row) =>
      readReview(row, 4, options),
    )
    expect(reviews.flatMap(({ notes }) => notes)).toEqual([])
    const told = reviews.flatMap(({ pulls: events }) => events.map(({ eventId }) => eventId))
    // One of them was recorded twice.
    expect([told.length, new Set(told).size]).toEqual([31, 30])
  })

  it('of the webhooks decodes with no unknown field', () => {
    const hooks = readdirSync(join(folder ?? '', 'webhooks')).map(
      (name) =>
        JSON.parse(readFileSync(join(folder ?? '', 'webhooks', name), 'utf8')) as Record<
          string,
          unknown
        >,
    )
    const notes = hooks.flatMap((hook) => [
      ...('workflow_job' in hook ? readingOf(hook['workflow_job']).notes : []),
      ...('workflow_run' in hook ? readWorkflowRun(hook['workflow_run'], options).notes : []),
      ...('pull_request' in hook ? readPull(hook['pull_request'], options, null).notes : []),
      ...('check_run' in hook ? readCheck(hook['check_run'], options).notes : []),
    ])
    expect(notes).toEqual([])
    expect(hooks).toHaveLength(14)
  })
})
