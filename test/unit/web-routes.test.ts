import { describe, expect, it } from 'vitest'
import fc from 'fast-check'
import {
  gridPath,
  jobApi,
  jobPath,
  query,
  routeOf,
  runPath,
  streamOf,
  testPath,
} from '../../api/web/lib/routes.ts'
import { REF } from '../support/sample-records.ts'

const part = fc
  .string({ minLength: 1, unit: 'grapheme' })
  .filter((text) => text !== '.' && text !== '..')

describe('addresses of the page', () => {
  it('name jobs and runs with any characters, both ways', () => {
    fc.assert(
      fc.property(part, part, part, part, fc.nat(), (source, repo, job, runId, attempt) => {
        expect(routeOf(jobPath({ source, repo, job }))).toEqual({
          page: 'job',
          job: { source, repo, job },
        })
        expect(routeOf(gridPath({ source, repo, job }))).toEqual({
          page: 'grid',
          job: { source, repo, job },
        })
        const run = { source, repo, job, runId, attempt }
        expect(routeOf(runPath(run))).toEqual({ page: 'run', run })
      }),
    )
  })

  it('name tests with any characters, both ways', () => {
    fc.assert(
      fc.property(part, (test) => {
        expect(routeOf(testPath(test))).toEqual({ page: 'test', test })
      }),
    )
  })

  it('keep the slash of a repository inside its part', () => {
    expect(jobPath(REF)).toBe('/jobs/prow/openshift%2Forigin/e2e%3A%20gcp%2050%25')
    expect(jobApi(REF, '/kpis')).toBe('/v1/jobs/prow/openshift%2Forigin/e2e%3A%20gcp%2050%25/kpis')
  })

  it('are the plain pages, and missing for all else', () => {
    expect(routeOf('/')).toEqual({ page: 'now' })
    expect(routeOf('/tests')).toEqual({ page: 'tests' })
    expect(routeOf('/health')).toEqual({ page: 'health' })
    expect(routeOf('/savings')).toEqual({ page: 'savings' })
    expect(routeOf('/pipeline/')).toEqual({ page: 'pipeline' })
    for (const path of ['/nowhere', '/jobs/a/b', '/runs/a/b/c/d/x', '/jobs/a/b/c/d', '/%E0%A4%A'])
      expect(routeOf(path)).toEqual({ page: 'missing' })
  })

  it('leave out what is not asked for', () => {
    expect(query({ window: '24h', subject: '', cursor: null, q: 'a b&c' })).toBe(
      '?window=24h&q=a%20b%26c',
    )
    expect(query({})).toBe('')
  })

  it('follow no more of the stream than they show', () => {
    expect(streamOf({ page: 'now' })).toContain('forecast')
    expect(streamOf({ page: 'pipeline' })).toBe('/v1/stream?topics=score')
    expect(streamOf({ page: 'run', run: REF })).toBe(
      `/v1/stream?job=${encodeURIComponent('prow:openshift/origin:e2e%3A gcp 50%25')}`,
    )
  })
})
