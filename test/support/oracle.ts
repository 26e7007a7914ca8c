/** Each recorded set of a group is compared with its batch, and what is compared is what the table of applicability says. */

import { describe, expect, it } from 'vitest'
import { gapOf, KPIS_OF, SETS_OF, type KpiGroup } from '../oracle/applicable.ts'
import { ORACLE_SETS } from '../oracle/sets.ts'
import { oraclePython } from './python.ts'
import { temporaryFolder } from './temporary.ts'

const TIMEOUT_MS = 1_800_000

export const describeOracle = (group: KpiGroup): void => {
  describe(`KPIs of ${group} in the pipeline are those of a batch`, () => {
    const python = oraclePython()
    const sets = ORACLE_SETS.filter((one) => one.group === group)
    it('has the sets that the table of applicability names', () => {
      expect(sets.map(({ name }) => name).sort()).toEqual([...SETS_OF[group]].sort())
    })
    for (const set of sets) {
      const { name, folder, least } = set
      it.skipIf(python === null || folder === null)(
        name,
        async () => {
          const found = await set.compare(python ?? '', folder ?? '', temporaryFolder())
          const byKpi = Object.entries(found)
          for (const [kpi, { wrong, first }] of byKpi)
            expect(wrong, `${kpi}: ${JSON.stringify(first)}`).toBe(0)
          const compared = byKpi.reduce((sum, [, of]) => sum + of.compared, 0)
          console.info(`${name}: ${byKpi.length} KPIs of ${group}, ${compared} values equal`)
          expect(compared).toBeGreaterThan(least)
          // Nothing is left out but what the table says cannot be had from this set, and says why.
          const all = KPIS_OF[group]
          const without = all.filter((kpi) => (found[kpi]?.compared ?? 0) === 0)
          expect(without).toEqual(all.filter((kpi) => gapOf(group, name, kpi) !== null))
        },
        TIMEOUT_MS,
      )
    }
  })
}
