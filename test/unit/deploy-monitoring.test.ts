/** Dashboard and alert rules against the table of metrics and the page of operations. */

import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { parse } from 'yaml'
import { METRICS } from '../../runtime/metrics.ts'
import { parsePromql } from '../support/promql.ts'

interface Rule {
  readonly alert?: string
  readonly record?: string
  readonly expr: string
  readonly labels?: { readonly severity: string }
  readonly annotations?: { readonly summary: string }
}
const { groups } = parse(readFileSync('deploy/prometheus/alerts.yml', 'utf8')) as {
  readonly groups: readonly { readonly rules: readonly Rule[] }[]
}
const RULES = groups.flatMap(({ rules }) => rules)
const ALERTS = RULES.filter(({ alert }) => alert !== undefined)

interface Panel {
  readonly title: string
  readonly type: string
  readonly targets?: readonly { readonly expr: string; readonly legendFormat: string }[]
}
const { panels } = JSON.parse(readFileSync('deploy/grafana/dashboard.json', 'utf8')) as {
  readonly panels: readonly Panel[]
}
const TARGETS = panels.flatMap(({ targets = [] }) => targets)

/** Labels that the scrape sets, not we. */
const SCRAPE_LABELS = ['component', 'instance', 'job']
const labelsOf = new Map<string, readonly string[]>([
  ...Object.entries(METRICS).map(([name, { labels }]) => [name, labels] as const),
  ['up', []],
  ...RULES.flatMap(({ record, expr }) =>
    record === undefined ? [] : [[record, parsePromql(expr).grouping] as const],
  ),
])

/** What is wrong with an expression; parsing it is part of the test. */
const problemsOf = (expression: string): string[] => {
  const { selectors, grouping } = parsePromql(expression)
  if (selectors.length === 0) return [`${expression} names no metric`]
  const problems = selectors.flatMap(({ metric, labels }) => {
    const known = labelsOf.get(metric)
    if (known === undefined) return [`there is no metric ${metric}`]
    return labels
      .filter((label) => !known.includes(label) && !SCRAPE_LABELS.includes(label))
      .map((label) => `${metric} has no label ${label}`)
  })
  const all = selectors.flatMap(({ metric }) => labelsOf.get(metric) ?? [])
  const strange = grouping.filter((by) => !all.includes(by) && !SCRAPE_LABELS.includes(by))
  return [...problems, ...strange.map((by) => `${expression} groups by ${by}, which none has`)]
}
const braced = (text: string, pattern: RegExp): string[] =>
  [...text.matchAll(pattern)].map(([, label = '']) => label)

describe('alert rules', () => {
  it('name metrics and labels of the table, in PromQL that parses', () => {
    expect(ALERTS.length).toBeGreaterThan(10)
    expect(RULES.flatMap(({ expr }) => problemsOf(expr))).toEqual([])
  })

  it('say in words what is the matter, with labels that the expression keeps', () => {
    for (const { alert, expr, labels, annotations } of ALERTS) {
      expect(['page', 'ticket'], alert).toContain(labels?.severity)
      const { selectors, grouping } = parsePromql(expr)
      const isGrouped = grouping.length > 0 || /^(sum|max|min)\(/.test(expr)
      const kept = isGrouped
        ? grouping
        : [...SCRAPE_LABELS, ...selectors.flatMap(({ metric }) => labelsOf.get(metric) ?? [])]
      const used = braced(annotations?.summary ?? '{{ $labels.none }}', /\$labels\.(\w+)/g)
      expect(
        used.filter((label) => !kept.includes(label)),
        alert,
      ).toEqual([])
    }
  })

  it('have a row each in docs/operations.md, and the page has no other', () => {
    const told = [
      ...readFileSync('docs/operations.md', 'utf8').matchAll(/^\| (Stopline\w+) +\| (\w+)/gm),
    ].map(([, name, severity]) => [name, severity])
    expect(told).toEqual(ALERTS.map(({ alert, labels }) => [alert, labels?.severity]))
  })

  it('are found wrong where they are', () => {
    expect(() => parsePromql('sum(rate(stopline_ready[5m])')).toThrow('cannot be parsed at')
    expect(problemsOf('stopline_redy == 0')).toEqual(['there is no metric stopline_redy'])
    expect(problemsOf('stopline_ready{stage="sink"}')).toHaveLength(1)
    expect(problemsOf('sum by (topic) (stopline_ready)')).toHaveLength(1)
  })
})

describe('the dashboard', () => {
  it('names metrics and labels of the table, in PromQL that parses', () => {
    expect(TARGETS.length).toBeGreaterThan(20)
    expect(TARGETS.flatMap(({ expr }) => problemsOf(expr))).toEqual([])
  })

  it('has legends of labels that are there', () => {
    for (const { expr, legendFormat } of TARGETS) {
      const { grouping } = parsePromql(expr)
      // A recorded rule keeps what it was grouped by.
      const kept = [...grouping, ...(expr.startsWith('stopline:') ? ['stage'] : [])]
      const used = braced(legendFormat, /\{\{(\w+)\}\}/g)
      expect(
        used.filter((label) => !kept.includes(label)),
        expr,
      ).toEqual([])
    }
  })

  it('shows every metric but those that only one process on a file has', () => {
    const shown = [...TARGETS, ...RULES].flatMap(({ expr }) =>
      parsePromql(expr).selectors.map(({ metric }) => metric),
    )
    const elsewhere = ['stopline_lag_seconds', 'stopline_store_bytes', 'stopline_source_cursor']
    const missing = Object.keys(METRICS).filter((name) => !shown.includes(name))
    expect(missing.filter((name) => !elsewhere.includes(name))).toEqual(['stopline_source_offers'])
  })
})
