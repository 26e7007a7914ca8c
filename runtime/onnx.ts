/** Runs model files with onnxruntime. Its library takes some 40 MB: it is loaded where a session is first opened, not before. */

import type { InferenceSession } from 'onnxruntime-node'

/** What a file answers, row by row. */
interface Inferred {
  /** What the trees add to the formula, in log odds. */
  readonly score: Float32Array
  /** Chance to fail. */
  readonly probability: Float32Array
}
export interface OnnxSession {
  /** Rows one after the other, `rows` of them, of as many features as the file asks for. */
  infer(features: Float32Array, rows: number): Promise<Inferred>
  close(): Promise<void>
}

/** One thread, so that leaves are added in one order, and a request costs what it says. */
const OPTIONS = {
  executionProviders: ['cpu'],
  intraOpNumThreads: 1,
  interOpNumThreads: 1,
  executionMode: 'sequential',
} as const satisfies InferenceSession.SessionOptions

/** Throws what onnxruntime throws where the file is not there, or is not one. */
export const openOnnx = async (path: string): Promise<OnnxSession> => {
  const { InferenceSession, Tensor } = await import('onnxruntime-node')
  const session = await InferenceSession.create(path, OPTIONS)
  return {
    infer: async (features, rows) => {
      const tensor = new Tensor('float32', features, [rows, features.length / rows])
      const { score, probability } = await session.run({ features: tensor })
      return { score: floatsOf(score), probability: floatsOf(probability) }
    },
    close: () => session.release(),
  }
}

const floatsOf = (tensor: InferenceSession.OnnxValueMapType[string] | undefined): Float32Array => {
  if (tensor?.data instanceof Float32Array) return tensor.data
  throw new TypeError('the file answers without score and probability')
}
