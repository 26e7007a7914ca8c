/**
 * The training table of the model that orders lines: each line that is kept of a labelled log gives a row, by the code that
 * serves.
 */

import { FEATURES, featuresOf } from '../../processors/failure-kind/features.ts'
import { placedOf, plainScore } from '../../processors/failure-kind/judge.ts'
import { KIND_OF_SIGN } from '../../processors/failure-kind/read-line.ts'
import { ledgerOf } from '../failure-kinds/measures.ts'
import type { LabelledLog } from '../failure-kinds/labelled-log.ts'
import { setOf } from '../failure-kinds/logs.ts'
import type { TrainingSet } from './sets.ts'
import { writeTable } from './table-files.ts'

const ROW_COLUMNS = ['set', 'log', 'line', 'kind', 'plain', 'isDecisive', 'kinds']

/** Lines of each set are read without the signs that were learned from it, as lines of a set never seen would be. */
export const writeLineTable = (sets: readonly TrainingSet[], folder: string): Promise<number> =>
  writeTable(folder, { columns: ROW_COLUMNS, features: FEATURES }, async (append) => {
    let logs = 0
    for (const { name, folder: path } of sets) {
      const set = path === null ? null : setOf(path)
      if (set === null)
        throw new Error(
          `${name} holds no labelled logs: see docs/failure-kinds.md for what a set is`,
        )
      for (const log of set.logs()) {
        logs += 1
        for (const placed of placedOf([ledgerOf(log.bytes, set.name)])) {
          const { line } = placed.candidate
          const kind = KIND_OF_SIGN.get(placed.of.sign) ?? ''
          const said = [set.name, logs, line, kind, plainScore(placed), decisive(log, line)]
          await append(featuresOf(placed), [...said, (log.kinds ?? []).join('|')])
        }
      }
    }
    return { logs }
  })

/** Empty where the log has no line marked. */
const decisive = (log: LabelledLog, line: number): string =>
  log.decisive === null
    ? ''
    : String(Number(log.decisive.some(([first, last]) => line >= first && line <= last)))
