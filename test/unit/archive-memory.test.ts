import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { archiveFolder, RUN_COLUMNS } from '../support/archive-folder.ts'

const RUNS = 30_000
const MB = 1_000_000

/** A row of 2 kB, so that the whole file is far larger than the heap it is read with. */
const row = (id: number): string => {
  const at = (seconds: number) => new Date(1.7e12 + (id + seconds) * 1_000).toISOString()
  return `ci,o/r,build,${id},1,,${at(0)},${at(600)},completed,success,push,main,abc,${'n'.repeat(900)},${'n'.repeat(900)}\n`
}

// Counts offers in a process of its own, whose heap is too small for the file.
const COUNT = `
  const { openArchive } = await import(process.argv[1])
  let offers = 0
  let last = 0
  for await (const batch of openArchive([process.argv[2]]).batches(0, new AbortController().signal)) {
    for (const { record } of batch.offers) {
      if (record.observedAt < last) throw new Error('out of order')
      last = record.observedAt
    }
    offers += batch.offers.length
  }
  console.log(JSON.stringify({ offers, peakBytes: process.resourceUsage().maxRSS * 1024 }))`

it('reads a file in reverse order of time that is larger than its memory', () => {
  const parts = [`${RUN_COLUMNS},note,remark\n`]
  for (let id = RUNS; id > 0; id -= 1) parts.push(row(id))
  const content = Buffer.from(parts.join(''))
  const module = join(import.meta.dirname, '../../producers/archive/archive.ts')
  const args = ['--max-old-space-size=48', '--input-type=module', '-e', COUNT]
  const printed = execFileSync(process.execPath, [
    ...args,
    module,
    archiveFolder({ 'runs.csv': content }),
  ])
  const { offers, peakBytes } = JSON.parse(printed.toString()) as {
    offers: number
    peakBytes: number
  }
  expect(offers).toBe(2 * RUNS)
  expect(content.length).toBeGreaterThan(55 * MB)
  expect(peakBytes).toBeLessThan(250 * MB)
})
