/** What a PromQL expression names, as Prometheus' own grammar reads it. */

import { parser } from '@prometheus-io/lezer-promql'

interface Named {
  readonly metric: string
  /** Labels that a selector of it asks for. */
  readonly labels: readonly string[]
}
export interface Parsed {
  readonly selectors: readonly Named[]
  /** Labels that the result is grouped by. */
  readonly grouping: readonly string[]
}

/** Throws where the expression cannot be parsed, with the place. */
export const parsePromql = (expression: string): Parsed => {
  const selectors: { metric: string; labels: string[] }[] = []
  const grouping: string[] = []
  const textOf = ({ from, to }: { from: number; to: number }): string => expression.slice(from, to)
  parser.parse(expression).iterate({
    enter: (node) => {
      if (node.type.isError)
        throw new Error(`PromQL cannot be parsed at ${node.from}: ${expression}`)
      if (node.name === 'VectorSelector') {
        const name = node.node.getChild('Identifier')
        selectors.push({ metric: name === null ? '' : textOf(name), labels: [] })
      }
      if (node.name !== 'LabelName') return
      const isMatcher = node.node.parent?.name.endsWith('Matcher') === true
      if (isMatcher) selectors.at(-1)?.labels.push(textOf(node))
      else grouping.push(textOf(node))
    },
  })
  return { selectors, grouping }
}
