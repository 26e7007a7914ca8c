import fc from 'fast-check'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readJob, readPipeline } from '../../producers/gitlab/normalize.ts'
import { readBuild, readStages } from '../../producers/jenkins/normalize.ts'
import { RefusedPayload, type Heard } from '../../producers/payload/heard.ts'
import { readProwJob } from '../../producers/prow/normalize.ts'
import { NEW_TAB, readGrid } from '../../producers/testgrid/normalize.ts'
import { readSummary } from '../../producers/testgrid/normalize-summary.ts'
import { readTable } from '../../producers/testgrid/normalize-table.ts'
import { CODECS } from '../../schemas/codec.ts'
import { dataDir } from '../support/data.ts'
import { mutationsOf } from '../support/mutations.ts'

const FIXTURES = dataDir('fixtures')
const NOW = Date.parse('2026-01-02T12:00:00Z')
const DAY_MS = 86_400_000
const text = (file: string) => readFileSync(join(FIXTURES ?? '', file), 'utf8')
const one = (file: string) => [JSON.parse(text(file)) as unknown]
const lines = (file: string) =>
  text(file)
    .trim()
    .split('\n')
    .map((line) => (JSON.parse(line) as { data: unknown }).data)

const repo = { source: 's', repo: 'o/r', now: NOW }
const run = { source: 's', repo: 'o/r', job: 'j', runId: '1', attempt: 1 }

/** A corner of the recorded table: all of it would be slow to copy. */
const smallTable = () => {
  const [table] = one('testgrid/release-openshift-ocp-installer-e2e-gcp-rt-4.4.table.json')
  const { tests, ...rest } = table as { tests: unknown[] }
  return [{ ...rest, tests: tests.slice(0, 2) }]
}
const tab = { source: 's', dashboard: 'd', tab: 't', now: NOW, since: 0 }
const summary = 'testgrid/redhat-openshift-ocp-release-4.4-informing.summary.json'

const READERS: readonly (readonly [
  name: string,
  payloads: () => unknown[],
  read: (payload: unknown) => Partial<Heard>,
])[] = [
  ['a ProwJob', () => one('prow/prowjob-presubmit-failure.json'), (p) => readProwJob(p, repo)],
  ['a job of GitLab', () => lines('gitlab/gitlab_api_job.jsonl'), (p) => readJob(p, repo)],
  [
    'a pipeline of GitLab',
    () => lines('gitlab/gitlab_api_pipeline_details.jsonl'),
    (p) => readPipeline(p, repo),
  ],
  [
    'a build of Jenkins',
    () => lines('jenkins/jenkins_api_builds.jsonl'),
    (p) => readBuild(p, { ...repo, job: 'j' }),
  ],
  [
    'stages of Jenkins',
    () => [{ stages: lines('jenkins/jenkins_api_stages.jsonl') }],
    (p) => readStages(p, run, NOW),
  ],
  ['a table of TestGrid', smallTable, (p) => readGrid(readTable(p, NOW, []), NEW_TAB, tab)],
  [
    'a summary of TestGrid',
    () => one(summary),
    (p) => {
      readSummary(p, NOW, [])
      return {}
    },
  ],
]

describe.skipIf(FIXTURES === null)('a changed payload', () => {
  it.each(READERS)('that was %s gives records or is refused', (_, payloads, read) => {
    fc.assert(
      fc.property(mutationsOf(payloads()), (payload) => {
        let heard: Partial<Heard> = {}
        try {
          heard = read(payload)
        } catch (error) {
          expect(error).toBeInstanceOf(RefusedPayload)
        }
        for (const fact of heard.facts ?? []) {
          expect(CODECS['run-event'].encode(fact).length).toBeLessThan(30_000)
          expect(fact.eventAt).toBeGreaterThanOrEqual(Date.UTC(2000, 0, 1))
          expect(fact.eventAt).toBeLessThanOrEqual(NOW + 61 * DAY_MS)
        }
        for (const test of heard.tests ?? [])
          expect(CODECS['test-result'].encode(test).length).toBeLessThan(10_000)
      }),
      { numRuns: 300 },
    )
    expect(({} as Record<string, unknown>)['isStarted']).toBeUndefined()
  })
})
