/** The catalogue of the 46 KPIs names what there is. */

import { describe, expect, it } from 'vitest'
import { routes } from '../../api/routes/index.ts'
import { CATALOGUE, COMMUNITY_KPIS } from '../../processors/kpi/catalogue.ts'
import { CLUSTER_KPIS } from '../../processors/kpi/clusters/index.ts'
import { KPIS } from '../../processors/kpi/index.ts'
import { PULL_KPIS } from '../../processors/kpi/pulls/index.ts'
import { TEST_KPIS } from '../../processors/kpi/tests/index.ts'
import { SOURCE_KPIS } from '../../processors/sources/kpis.ts'
import { schemaOf } from '../../schemas/load.ts'
import { TOPICS } from '../../schemas/topics.ts'

const NAMES = {
  runs: KPIS.map(({ name }) => name),
  tests: TEST_KPIS.map(({ name }) => name),
  pulls: PULL_KPIS.map(({ name }) => name),
  clusters: CLUSTER_KPIS.map(({ name }) => name),
  sources: SOURCE_KPIS.map(({ name }) => name),
}

const PATHS = routes({ sample: () => undefined, perSecond: () => 0 }, { get: () => undefined }).map(
  ({ path }) => path,
)

describe('the catalogue of KPIs', () => {
  it('has the 46 of the list, each told somewhere or said not to be', () => {
    expect(CATALOGUE).toHaveLength(46)
    for (const { name, told } of CATALOGUE) expect(told.length, name).toBeGreaterThan(0)
  })

  it('names KPIs and fields that there are', () => {
    for (const { name, told } of CATALOGUE)
      for (const each of told)
        if ('kpis' in each) for (const kpi of each.kpis) expect(NAMES[each.of], name).toContain(kpi)
        else if ('topic' in each) {
          const fields = schemaOf(TOPICS[each.topic].schema).fields.map((field) => field.name)
          for (const field of each.fields) expect(fields, name).toContain(field)
        } else if ('answer' in each) expect(PATHS, name).toContain(each.answer)
    for (const kpi of COMMUNITY_KPIS) expect(NAMES.pulls).toContain(kpi)
  })

  it('gives no value to what is not collected', () => {
    const all: readonly string[] = Object.values(NAMES).flat()
    const dora = CATALOGUE.filter(({ told }) => told.every((each) => 'notCollected' in each))
    expect(dora.map(({ name }) => name)).toContain('deployment_frequency')
    for (const { name } of dora) expect(all).not.toContain(name)
  })
})
