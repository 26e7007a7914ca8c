/**
 * The training table of the model that orders lines: each line that is kept of a labelled log gives a row, by the code that
 * serves. `features.npy` holds the features, `rows.csv` what they are of, line by line, `table.json` what the features mean.
 */

import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { finished } from 'node:stream/promises'
import { join } from 'node:path'
import { FEATURE_NAMES, FEATURES, featuresOf } from '../../processors/failure-kind/features.ts'
import { placedOf, plainScore } from '../../processors/failure-kind/judge.ts'
import { KIND_OF_SIGN } from '../../processors/failure-kind/read-line.ts'
import { ledgerOf } from '../failure-kinds/measures.ts'
import { setOf, type LabelledLog } from '../failure-kinds/logs.ts'
import { openNpy } from './npy.ts'
import type { TrainingSet } from './sets.ts'

const ROW_COLUMNS = ['set', 'log', 'line', 'kind', 'plain', 'isDecisive', 'kinds']

/** Lines of each set are read without the signs that were learned from it, as lines of a set never seen would be. */
export const writeLineTable = async (
  sets: readonly TrainingSet[],
  folder: string,
): Promise<void> => {
  await mkdir(folder, { recursive: true })
  const features = await openNpy(join(folder, 'features.npy'), FEATURE_NAMES.length)
  const about = createWriteStream(join(folder, 'rows.csv'))
  about.write(`${ROW_COLUMNS.join(',')}\n`)
  let logs = 0
  for (const { name, folder: path } of sets) {
    const set = path === null ? null : setOf(path)
    if (set === null)
      throw new Error(`${name} holds no labelled logs: see docs/failure-kinds.md for what a set is`)
    for (const log of set.logs()) {
      logs += 1
      for (const placed of placedOf([ledgerOf(log.bytes, set.name)])) {
        await features.append(featuresOf(placed))
        const { line } = placed.candidate
        const kind = KIND_OF_SIGN.get(placed.of.sign) ?? ''
        const said = [set.name, logs, line, kind, plainScore(placed), decisive(log, line)]
        about.write(`${[...said, (log.kinds ?? []).join('|')].join(',')}\n`)
      }
    }
  }
  about.end()
  await finished(about)
  const rows = await features.close()
  const named = FEATURES.map(({ name, doc }) => ({ name, doc }))
  await writeFile(
    join(folder, 'table.json'),
    `${JSON.stringify({ rows, logs, features: named }, null, 1)}\n`,
  )
}

/** Empty where the log has no line marked. */
const decisive = (log: LabelledLog, line: number): string =>
  log.decisive === null
    ? ''
    : String(Number(log.decisive.some(([first, last]) => line >= first && line <= last)))
