/**
 * Walks the trees of an ONNX file as onnxruntime does, bit for bit: 32-bit thresholds, leaves added in the order of the
 * trees as 32-bit floats. Synchronous, and some microseconds a row (docs/adr/0006).
 */

import { ModelFileError, type Ensemble } from './onnx-file.ts'

/** Nodes one after the other; a leaf has no feature and keeps its value where others keep their threshold. */
export interface Trees {
  readonly roots: Int32Array
  readonly feature: Int32Array
  readonly value: Float32Array
  readonly yes: Int32Array
  readonly no: Int32Array
  /** 1 where an unknown value goes the way of yes. */
  readonly isUnknownYes: Uint8Array
}
const LEAF = -1

/** Prepares the trees of a file for features of this number. Throws {@link ModelFileError}. */
export const treesOf = (ensemble: Ensemble, features: number): Trees => {
  const tree = ensemble.ints('nodes_treeids')
  const node = ensemble.ints('nodes_nodeids')
  const modes = ensemble.texts('nodes_modes')
  const places = new Map(tree.map((of, i) => [placeName(of, node[i] ?? 0), i]))
  const placesOf = (name: string): Int32Array =>
    Int32Array.from(ensemble.ints(name), (id, i) => places.get(placeName(tree[i] ?? 0, id)) ?? LEAF)
  const value = Float32Array.from(ensemble.floats('nodes_values'))
  const targets = ensemble.ints('target_nodeids')
  const weights = ensemble.floats('target_weights')
  ensemble.ints('target_treeids').forEach((of, i) => {
    const leaf = places.get(placeName(of, targets[i] ?? 0))
    if (leaf !== undefined) value[leaf] = weights[i] ?? NaN
  })
  const trees = {
    roots: Int32Array.from(tree.flatMap((of, i) => (of === tree[i - 1] ? [] : [i]))),
    feature: Int32Array.from(ensemble.ints('nodes_featureids'), (id, i) =>
      modes[i] === 'LEAF' ? LEAF : id,
    ),
    value,
    yes: placesOf('nodes_truenodeids'),
    no: placesOf('nodes_falsenodeids'),
    isUnknownYes: Uint8Array.from(ensemble.ints('nodes_missing_value_tracks_true')),
  }
  const why = whyBroken(trees, modes, features)
  if (why !== null) throw new ModelFileError(why)
  return trees
}
const placeName = (tree: number, node: number): string => `${tree}/${node}`

/** Trees that are walked must end: children come after their parents, and every number is one. */
const whyBroken = (trees: Trees, modes: readonly string[], features: number): string | null => {
  const { feature, value, yes, no, isUnknownYes } = trees
  const n = modes.length
  if (n === 0) return 'it has no trees'
  if ([feature, value, yes, no, isUnknownYes].some(({ length }) => length !== n))
    return 'its lists of nodes differ in length'
  for (let i = 0; i < n; i += 1) {
    if (!Number.isFinite(value[i])) return `node ${i} holds no number`
    if (feature[i] === LEAF) continue
    if (modes[i] !== 'BRANCH_LEQ') return `node ${i} compares by ${modes[i] ?? 'nothing'}`
    if ((feature[i] ?? 0) >= features)
      return `node ${i} asks for feature ${feature[i] ?? 0} of ${features}`
    if ((yes[i] ?? 0) <= i || (no[i] ?? 0) <= i) return `node ${i} leads nowhere`
  }
  return null
}

/** What the trees say of these features, as a 32-bit float. */
export const scoreOf = (trees: Trees, features: Float32Array): number => {
  const { roots, feature, value, yes, no, isUnknownYes } = trees
  let sum = 0
  for (const root of roots) {
    let at = root
    for (let of = feature[at] ?? LEAF; of !== LEAF; of = feature[at] ?? LEAF) {
      const known = features[of] ?? NaN
      const isYes = known <= (value[at] ?? 0) || (isUnknownYes[at] === 1 && Number.isNaN(known))
      at = (isYes ? yes[at] : no[at]) ?? 0
    }
    sum = Math.fround(sum + (value[at] ?? 0))
  }
  return sum
}
