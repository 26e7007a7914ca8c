/**
 * THE key grammar in Redis. All keys of a family of views share a hash tag, so that rows, their order and the positions
 * they rest on change in one script, on a single server as on a cluster:
 *
 *     <space>:{<family>}:<generation>:row:<view>|<key>    a row: `at sort json`; no json: deleted
 *     <space>:{<family>}:<generation>:order:<view>        listed rows by falling sort (a sorted set of negated sorts)
 *     <space>:{<family>}:<generation>:positions           next offset by `topic/partition` of what feeds the family
 *     <space>:{meta}:generation                           the generation that is shown; missing means 1
 *     <space>:{meta}:<generation>:fresh                   how far each partition is, by partition
 *     <space>:{meta}:<generation>:epoch                   drawn by whoever opens it first: another one, or none, means that it was emptied
 *     <space>:{meta}:sources                              what producers say of their sources, by name
 *     <space>:{meta}:sinks                                live sinks by when they were last heard
 */

import type { ViewName } from '../../schemas/views.ts'

export const FIRST_GENERATION = 1

/** The family of a view. Example: `familyOf('job-runs/prow:o:j')` is `job-runs`. */
export const familyOf = (view: string): ViewName => {
  const slash = view.indexOf('/')
  return (slash < 0 ? view : view.slice(0, slash)) as ViewName
}
/** Views may be named after anything; the first `|` ends their name. */
const escaped = (view: string): string => view.replaceAll('%', '%25').replaceAll('|', '%7C')

export interface ViewKeys {
  readonly row: (view: string, key: string) => string
  readonly order: (view: string) => string
  readonly positions: (family: string) => string
  readonly fresh: string
  readonly epoch: string
}

/** Keys of one generation in a space, such as `stopline`. */
export const viewKeys = (space: string, generation: number): ViewKeys => {
  const of = (family: string): string => `${space}:{${family}}:${generation}`
  return {
    row: (view, key) => `${of(familyOf(view))}:row:${escaped(view)}|${key}`,
    order: (view) => `${of(familyOf(view))}:order:${escaped(view)}`,
    positions: (family) => `${of(family)}:positions`,
    fresh: `${of('meta')}:fresh`,
    epoch: `${of('meta')}:epoch`,
  }
}
/** Matches every order of a generation, and may match others. */
export const orderPattern = (space: string, generation: number): string =>
  `${space}:{*}:${generation}:order:*`
/** What stands before the keys of the rows that an order lists. Example: `s:{runs}:1:order:runs` gives `s:{runs}:1:row:runs|`. */
export const rowPrefixOf = (order: string, generation: number): string => {
  const mark = `}:${generation}:order:`
  const [family = '', ...view] = order.split(mark)
  return `${family}}:${generation}:row:${view.join(mark)}|`
}
/** Matches every key of every generation, and others. */
export const anyPattern = (space: string): string => `${space}:{*}:*`
/** The generation of a key; undefined where it is of none. Text of keys may look like the generation of another. */
export const generationOf = (key: string, space: string): number | undefined => {
  const rest = key.startsWith(`${space}:{`) ? key.slice(key.indexOf('}') + 1) : ''
  const found = /^:(\d+):/.exec(rest)?.[1]
  return found === undefined ? undefined : Number(found)
}
export const generationKey = (space: string): string => `${space}:{meta}:generation`
export const sourcesKey = (space: string): string => `${space}:{meta}:sources`
export const sinksKey = (space: string): string => `${space}:{meta}:sinks`
/** Field of a position. */
export const placeField = (topic: string, partition: number): string => `${topic}/${partition}`
