/** What alert rules are tried and scored on: no more of the pipeline than tells incidents, and the same incidents. */

import { beforeAll, describe, expect, it } from 'vitest'
import { leadingTo } from '../../cli/alerts/run.ts'
import type { Processor } from '../../processors/processor.ts'
import { TOPOLOGY } from '../../processors/topology.ts'
import { demoSource } from '../../producers/demo/source.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { Incident } from '../../schemas/events.ts'
import { DAY, MONDAY } from '../support/facts.ts'

const DAYS = 3

const incidentsOf = async (
  processors: readonly Processor[],
): Promise<readonly (Incident | null)[]> => {
  const { signal } = new AbortController()
  const until = MONDAY + DAYS * DAY
  const runtime = new EmbeddedRuntime(':memory:', processors)
  for await (const { offers } of demoSource({ from: MONDAY, until }).batches(0, signal))
    runtime.take(offers, MONDAY)
  runtime.commit([], until)
  const incidents = [...runtime.log.read('ci.incidents.v1')].map(({ record }) => record)
  runtime.close()
  return incidents
}

describe('alerts over recorded CI', () => {
  const needed = leadingTo('ci.incidents.v1', TOPOLOGY)
  let told: readonly (Incident | null)[] = []
  beforeAll(async () => {
    told = await incidentsOf(needed)
  })

  it('need what finds symptoms and what that hears, and nothing else', () => {
    const names = needed.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['runs', 'stopping', 'job-alerts', 'incidents']))
    expect(names).not.toContain('failure-kind')
    expect(names).not.toContain('merge-time')
  })
  it('are the same as those of the whole pipeline', async () => {
    expect(told.length).toBeGreaterThan(20)
    expect(told).toEqual(await incidentsOf(TOPOLOGY))
  })
  it('tell runs of the simulated community whose log stands still', () => {
    const titles = told.map((each) => each?.title ?? '')
    expect(titles.filter((title) => title.includes('nothing to its log'))).not.toEqual([])
  })
})
