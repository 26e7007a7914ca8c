/** `node test/oracle/table.ts` prints which KPI is compared with a batch on which recorded set, and why not where it is not. */

import { gapOf, KPIS_OF, SETS_OF, type KpiGroup } from './applicable.ts'

const WORLDS = ['runs', 'tests', 'pulls'] as const
const GROUPS: readonly KpiGroup[] = ['runs', 'labels', 'tests', 'pulls']
/** The five sets of recorded CI that are compared, and what each of them tells nothing of. */
const TOLD_BY: Readonly<Record<string, readonly KpiGroup[]>> = {
  'tvm-ci': ['runs'],
  'ocp-nightly-prow': ['runs', 'tests'],
  'zephyr-tests': ['runs', 'tests'],
  'vllm-buildkite': ['runs'],
  'kubevirt-merge-kpis': ['pulls'],
}
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'

/** Tables of all groups as Markdown, and below them what each letter means. */
export const oracleTable = (): string => {
  const whys: string[] = []
  const letterOf = (why: string): string => {
    if (!whys.includes(why)) whys.push(why)
    return LETTERS[whys.indexOf(why)] ?? '?'
  }
  const tables = GROUPS.map((group) => {
    const sets = SETS_OF[group]
    const rows = KPIS_OF[group].map((kpi) => {
      const cells = sets.map((set) => {
        const why = gapOf(group, set, kpi, false)
        return why === null ? '✓' : letterOf(why)
      })
      return `| \`${kpi}\` | ${cells.join(' | ')} |`
    })
    const head = `| KPI ${group === 'labels' ? 'by label' : `of ${group}`} | ${sets.join(' | ')} |\n| --- |${' --- |'.repeat(sets.length)}`
    return [head, ...rows].join('\n')
  })
  const silent = Object.entries(TOLD_BY).map(
    ([set, told]) =>
      `- ${set} tells nothing of ${WORLDS.filter((group) => !told.includes(group)).join(' and ')}.`,
  )
  const meanings = whys.map((why) => `- ${letterOf(why)}: ${why}.`)
  const sources =
    '- KPIs of sources: no recorded set tells how a source was heard; `test/unit/source-kpis.test.ts` has their examples.'
  return [...tables, [...meanings, ...silent, sources].join('\n')].join('\n\n')
}

if (import.meta.main) console.log(oracleTable())
