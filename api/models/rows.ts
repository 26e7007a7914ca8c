/** Rows of features as a request tells them. */

import { CodedError } from '../../runtime/errors.ts'
import { MAX_ROWS } from './find.ts'

/** A row by place or by name; null or left out is unknown. */
export type RowBody = readonly (number | null)[] | Readonly<Record<string, number | null>>

const refuse = (detail: string): never => {
  throw new CodedError('invalid-parameter', detail)
}
/** 32-bit floats hold no more. */
const MOST = 3.4e38

const numberOf = (value: unknown, where: string): number => {
  if (value === null || value === undefined) return NaN
  if (typeof value !== 'number') return refuse(`${where} is no number`)
  return Math.abs(value) <= MOST ? value : refuse(`${where} is beyond a 32-bit float`)
}

/** All rows one after the other. Throws `invalid-parameter`, naming row and feature. */
export const featuresOfRows = (
  rows: readonly RowBody[],
  names: readonly string[],
): Float32Array => {
  checkCount(rows.length)
  const all = new Float32Array(rows.length * names.length)
  rows.forEach((row, i) => {
    const values = Array.isArray(row) ? placed(row, names, i) : named(row as NamedRow, names, i)
    all.set(values, i * names.length)
  })
  return all
}
type NamedRow = Readonly<Record<string, number | null>>

const checkCount = (rows: number): void => {
  if (rows < 1 || rows > MAX_ROWS) refuse(`a request takes 1 to ${MAX_ROWS} rows, not ${rows}`)
}
const placed = (row: readonly unknown[], names: readonly string[], i: number): number[] =>
  row.length === names.length
    ? row.map((value, place) => numberOf(value, `row ${i}, ${names[place] ?? ''}`))
    : refuse(`row ${i} has ${row.length} values, the model takes ${names.length}`)
const named = (row: NamedRow, names: readonly string[], i: number): number[] => {
  const unknown = Object.keys(row).find((name) => !names.includes(name))
  if (unknown !== undefined) refuse(`row ${i}: ${unknown} is no feature of the model`)
  return names.map((name) => numberOf(row[name], `row ${i}, ${name}`))
}

/** A tensor, flat or nested row by row. Throws `invalid-parameter`. */
export const featuresOfTensor = (
  shape: readonly number[],
  data: readonly unknown[],
  width: number,
): Float32Array => {
  const [rows = 0, columns = 0] = shape
  if (shape.length !== 2 || columns !== width)
    refuse(`the shape is [${shape.join()}], the model takes [rows,${width}]`)
  checkCount(rows)
  const flat: unknown[] = data.flat()
  if (flat.length !== rows * width)
    refuse(`${flat.length} values do not make the shape [${shape.join()}]`)
  return Float32Array.from(flat, (value, i) => numberOf(value, `value ${i}`))
}
