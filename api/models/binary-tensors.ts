/**
 * The extension `binary_tensor_data` of the Open Inference Protocol, for inputs: JSON first, then the bytes of each input that
 * names its `binary_data_size`, as little-endian 32-bit floats, row by row. NaN is unknown. What is answered is JSON.
 * https://github.com/triton-inference-server/server/blob/main/docs/protocol/extension_binary_data.md
 */

import { CodedError } from '../../runtime/errors.ts'

/** Header that tells how long the JSON is. */
export const JSON_LENGTH = 'inference-header-content-length'
const FLOAT_BYTES = 4

interface BinaryInput {
  readonly datatype?: unknown
  readonly parameters?: { readonly binary_data_size?: unknown }
}
const refuse = (detail: string): never => {
  throw new CodedError('invalid-parameter', detail)
}

const jsonOf = (bytes: Buffer): { readonly inputs?: unknown } => {
  try {
    const json = JSON.parse(bytes.toString('utf8')) as unknown
    if (typeof json === 'object' && json !== null) return json
  } catch {
    // Told below.
  }
  return refuse('what stands before the binary data is no JSON object')
}

const floatsOf = (bytes: Buffer): (number | null)[] =>
  Array.from({ length: bytes.length / FLOAT_BYTES }, (_, i) => {
    const value = bytes.readFloatLE(i * FLOAT_BYTES)
    return Number.isNaN(value) ? null : value
  })

/** The body as if all of it had been JSON. Throws `invalid-parameter`. */
export const readBinaryTensors = (body: Buffer, jsonLength: string | undefined): unknown => {
  const length = /^\d{1,9}$/.test(jsonLength ?? '') ? Number(jsonLength) : body.length
  const json = jsonOf(body.subarray(0, length))
  let at = length
  const inputs = (Array.isArray(json.inputs) ? (json.inputs as BinaryInput[]) : []).map((input) => {
    const size = input.parameters?.binary_data_size
    if (size === undefined) return input
    if (typeof size !== 'number' || !Number.isInteger(size / FLOAT_BYTES) || size < 0)
      return refuse('binary_data_size is no number of bytes of 32-bit floats')
    if (input.datatype !== 'FP32') return refuse('binary data is FP32')
    if (at + size > body.length) return refuse(`the body ends before its ${size} bytes of data`)
    at += size
    return { ...input, data: floatsOf(body.subarray(at - size, at)) }
  })
  if (at < body.length) refuse(`${body.length - at} bytes of the body belong to no input`)
  return { ...json, inputs }
}
