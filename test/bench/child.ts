/** Runs one case of one benchmark in a process of its own and sends its figures to the parent. */

import { keepHeapSmall } from '../../runtime/memory.ts'
import { BENCHES } from './table.ts'
import type { Setting } from './setting.ts'

const [bench, name, setting] = process.argv.slice(2)
const found = BENCHES.find((row) => row.name === bench)?.cases.find((row) => row.name === name)
if (found === undefined || setting === undefined)
  throw new Error(`there is no case ${String(bench)} ${String(name)}`)
keepHeapSmall() // as the command line does
const run = await found.load()
const figures = await run(JSON.parse(setting) as Setting)
process.send?.(figures)
process.disconnect()
