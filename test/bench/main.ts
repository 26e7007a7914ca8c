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
/** What was asked for: a benchmark, or one case of it as `kafka-streams/latency`. */
const asked = (values.only ?? BENCHES.map(({ name }) => name)).map((name) => {
  const bench = BENCHES.find((each) => name === each.name || name.startsWith(`${each.name}/`))
  const cases = bench?.cases.filter((each) =>
    [bench.name, `${bench.name}/${each.name}`].includes(name),
  )
  if (bench === undefined || cases?.[0] === undefined)
    throw new Error(
      `no benchmark ${name}: there are ${BENCHES.map((each) => each.name).join(', ')}`,
    )
  return { ...bench, cases }
})

const loadText = (): string =>
  loadavg()
    .map((load) => load.toFixed(1))
    .join(' ')
const machine = `${cpus().length} cores, Node ${process.versions.node}`
process.stdout.write(`${new Date().toISOString()}, ${machine}, load ${loadText()}\n`)
const summaries: Summary[] = []
for (const bench of asked) {
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
