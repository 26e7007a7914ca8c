/** `npm run bench`: measures, prints a table, and writes it with `-- --json FILE`. See docs/benchmarks.md. */

import { writeFileSync } from 'node:fs'
import { cpus, loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { summarise, tableOf, type Summary } from './figures.ts'
import { runRounds } from './rounds.ts'
import { BENCHES } from './table.ts'

const { values } = parseArgs({
  options: {
    json: { type: 'string' },
    only: { type: 'string', multiple: true },
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '3' },
    profile: { type: 'string' },
  },
})
const only = values.only ?? BENCHES.map(({ name }) => name)
const unknown = only.filter((name) => BENCHES.every((bench) => bench.name !== name))
if (unknown.length > 0)
  throw new Error(
    `no benchmark ${unknown.join(', ')}: there are ${BENCHES.map(({ name }) => name).join(', ')}`,
  )

const loadText = (): string =>
  loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')
const machine = `${cpus().length} cores, Node ${process.versions.node}`
process.stdout.write(`${new Date().toISOString()}, ${machine}, load ${loadText()}\n`)
const summaries: Summary[] = []
for (const bench of BENCHES.filter(({ name }) => only.includes(name))) {
  const rounds = await runRounds(bench, {
    rounds: Number(values.rounds),
    isQuick: values.quick,
    profileFolder: values.profile,
    onCase: (line) => process.stderr.write(`${line}\n`),
  })
  const found = summarise(rounds)
  process.stdout.write(`\n${bench.name}: ${bench.doc}\n\n${tableOf(found)}\n`)
  summaries.push(...found)
}
process.stdout.write(`\nload at the end ${loadText()}\n`)
if (values.json !== undefined) writeFileSync(values.json, `${JSON.stringify(summaries, null, 2)}\n`)
