/** Which shape the cells of processors have: their bytes carry no schema, and those of another shape would be misread. */

import { createHash } from 'node:crypto'
import type { Processor } from '../../processors/processor.ts'

const DIGITS = 16

/** 16 hex digits that differ wherever a cell of the processors is called or written otherwise. */
export const shapeOf = (processors: readonly Pick<Processor, 'name' | 'cells'>[]): string =>
  createHash('sha256')
    .update(JSON.stringify(processors.map(({ name, cells }) => [name, cells])))
    .digest('hex')
    .slice(0, DIGITS)
