import { describe, expect, it } from 'vitest'
import { newGitlabCursor, pollGitlab } from '../../producers/gitlab/poll.ts'
import { newJenkinsCursor, pollJenkins } from '../../producers/jenkins/poll.ts'
import { newCursor } from '../../producers/prow/cursor.ts'
import { pollProw } from '../../producers/prow/poll.ts'
import { newTestgridCursor, pollTestgrid } from '../../producers/testgrid/poll.ts'
import { serve } from '../support/answers.ts'
import { heardWithCut, type Look } from '../support/cut-anywhere.ts'
import { config as prow, MINUTE_MS, serve as serveProw, START } from '../support/prow-world.ts'

const NOW = START + 60 * MINUTE_MS
const iso = (at: number) => new Date(at).toISOString()

const LOGS = { roundLogs: 5, roundBytes: 1_000_000, everyMs: 0 }
const LOG = 'error: it broke\n'

const gitlabJob = (id: number, status: string) => ({
  id,
  name: `job ${id}`,
  status,
  created_at: iso(START),
  started_at: status === 'pending' ? null : iso(START + 1000),
  finished_at: status === 'success' || status === 'failed' ? iso(START + 2000) : null,
})
const gitlabPages = (status: string) =>
  serve({
    '/api/v4/projects/g%2Fa/pipelines': [7, 8].map((id) => ({ id, status })),
    '/api/v4/projects/g%2Fa/pipelines/7/jobs': [gitlabJob(1, status), gitlabJob(2, 'success')],
    '/api/v4/projects/g%2Fa/pipelines/8/jobs': [gitlabJob(3, status)],
    '/api/v4/projects/g%2Fa/jobs/1/trace': LOG,
    '/api/v4/projects/g%2Fa/jobs/3/trace': LOG,
  })
const gitlab = {
  source: 'gitlab',
  url: 'https://gitlab.example',
  projects: ['g/a'],
  runs: 'jobs' as const,
  horizonMs: 86_400_000,
  logs: LOGS,
}

const jenkinsPages = (result: string | null, status: string) =>
  serve({
    '/job/a/api/json': {
      allBuilds: [3, 2, 1].map((number) => ({
        number,
        timestamp: START + number,
        duration: 5,
        result: number === 1 ? 'SUCCESS' : result,
        building: number !== 1 && result === null,
      })),
    },
    // What comes after the text that is there: nothing.
    '/job/a/2/logText/progressiveText?start=0': LOG,
    '/job/a/2/logText/progressiveText': '',
    '/job/a/3/logText/progressiveText?start=0': LOG,
    '/job/a/3/logText/progressiveText': '',
    '/job/a/3/wfapi/describe': {
      stages: [{ id: '1', name: 'Test', status, startTimeMillis: START + 10 }],
    },
  })
const jenkins = {
  source: 'jenkins',
  url: 'https://ci.example',
  jobs: ['a'],
  repo: null,
  pageBuilds: 50,
  maxPages: 2,
  logs: LOGS,
}

const testgridPages = (code: number, updated: number) => {
  const status = { overall_status: 'FLAKY', last_update_timestamp: updated / 1000 }
  const cell = (value: number) => [{ count: 1, value }]
  return serve({
    '/d/summary': { a: status, b: status },
    '/d/table': {
      'test-group-name': 'g',
      changelists: ['9'],
      timestamps: [START],
      tests: [
        { name: 'Overall', statuses: cell(code) },
        { name: 'one', statuses: cell(1) },
        { name: 'two', statuses: cell(code) },
      ],
    },
  })
}
const testgrid = {
  source: 'testgrid',
  page: 'https://page.example',
  rest: null,
  scope: null,
  dashboards: ['d'],
  groups: [],
  roundTabs: 10,
  horizonMs: 86_400_000,
}

const look = (get: Look['get'], now = NOW): Look => ({ get, now })
const heard = {
  prow: (cutAt: number) =>
    heardWithCut(
      { newCursor, poll: (get, cursor, now) => pollProw(get, cursor, prow, now) },
      [0, 2, 32, 34, 37, 39, 41].map((minute) =>
        look(serveProw({ minute }), START + minute * MINUTE_MS),
      ),
      cutAt,
    ),
  testgrid: (cutAt: number) =>
    heardWithCut(
      {
        newCursor: newTestgridCursor,
        poll: (get, cursor, now) => pollTestgrid(get, cursor, testgrid, now),
      },
      [look(testgridPages(4, START)), look(testgridPages(12, NOW))],
      cutAt,
    ),
  gitlab: (cutAt: number) =>
    heardWithCut(
      {
        newCursor: newGitlabCursor,
        poll: (get, cursor, now) => pollGitlab(get, cursor, gitlab, now),
      },
      ['pending', 'running', 'failed'].map((status) => look(gitlabPages(status))),
      cutAt,
    ),
  jenkins: (cutAt: number) =>
    heardWithCut(
      {
        newCursor: newJenkinsCursor,
        poll: (get, cursor, now) => pollJenkins(get, cursor, jenkins, now),
      },
      [look(jenkinsPages(null, 'IN_PROGRESS')), look(jenkinsPages('FAILURE', 'FAILED'))],
      cutAt,
    ),
}

describe('rounds that are cut off after any turn', () => {
  it.each(Object.entries(heard))('of %s lose nothing and say nothing else', async (_, hear) => {
    const { ids } = await hear(0)
    expect(ids.size).toBeGreaterThan(6)
    let cuts = 0
    for (let cutAt = 1; cutAt < 100; cutAt += 1) {
      const cut = await hear(cutAt)
      if (!cut.isCut) break
      expect(cut.ids).toEqual(ids)
      cuts += 1
    }
    expect(cuts).toBeGreaterThan(3)
  })
})
