/** How fast a log is read for what may tell of a failure, and judged, on one thread; and the memory of a long one. */

import { judgeStream } from '../../cli/failure-kinds/name-files.ts'
import type { Figure } from './figures.ts'
import { MB, peakBytes, timed, type BenchCase, type Setting } from './setting.ts'

const PIECE_BYTES = 65_536
const LINE_BYTES = 4_194_304

/** Numbers that are the same each time. */
const numbers = (seed: number) => (): number => {
  seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0
  return seed
}
const QUIET = [
  'compiling module %s of the workspace with flags -O2 -g -Wall',
  'Downloading https://repo.example/%s/package-%s.tar.gz',
  'running test_%s ... ok',
  '    at org.example.Module%s.method(Module.java:%s)',
  'I0102 10:00:00.%s       1 controller.go:123] synced key %s',
]
const LOUD = [
  'error: try %s of many was refused by 10.0.0.%s',
  '2026-01-02T10:00:00.%sZ --- FAIL: Test%s (0.01s)',
  'src/a%s.cc:%s:3: error: no member named x',
]
/** Some megabytes of log, of which each `every`th line is loud; 1: every line, and no two of them of one form. */
const logOf = (every: number): Buffer => {
  const next = numbers(every)
  const word = (): string => (next() % 10_000_000).toString(36).replace(/\d/g, 'q')
  const lines: string[] = []
  for (let bytes = 0, i = 0; bytes < LINE_BYTES; i += 1) {
    const isLoud = i % every === 0
    const forms = isLoud ? LOUD : QUIET
    const form = forms[next() % forms.length] ?? ''
    const line = form.replaceAll('%s', every === 1 ? word : () => String(next() % 100_000))
    lines.push(line)
    bytes += line.length + 1
  }
  return Buffer.from(`${lines.join('\n')}\n`)
}

/** The same log again and again, in pieces, until it is so long. */
function* piecesOf(log: Buffer, bytes: number): Generator<Uint8Array> {
  for (let sent = 0; sent < bytes;)
    for (let at = 0; at < log.length && sent < bytes; at += PIECE_BYTES) {
      const piece = log.subarray(at, at + PIECE_BYTES)
      sent += piece.length
      yield piece
    }
}

const speedOf = async (name: string, log: Buffer, bytes: number): Promise<Figure> => {
  await judgeStream(piecesOf(log, 2 * LINE_BYTES))
  const { threadSeconds } = await timed(() => judgeStream(piecesOf(log, bytes)))
  return { name, value: bytes / MB / threadSeconds, unit: 'MB/s of one thread' }
}

export const speed: BenchCase = async ({ isQuick }: Setting) => {
  const bytes = isQuick ? 8 * LINE_BYTES : 64 * LINE_BYTES
  const binary = Buffer.from(
    Uint8Array.from({ length: LINE_BYTES }, (_, i) => (i * 7919 + (i >> 7)) & 255),
  )
  return [
    await speedOf('one line of a hundred loud', logOf(100), bytes),
    await speedOf('every line loud, no two alike', logOf(1), bytes),
    await speedOf('one line without end', Buffer.alloc(LINE_BYTES, 'error '), bytes),
    await speedOf('binary', binary, bytes),
  ]
}

/** What a process with nothing else in it grows by over a log of 1 GB. */
export const memory: BenchCase = async ({ isQuick }: Setting) => {
  const log = logOf(10)
  globalThis.gc?.()
  const before = process.memoryUsage.rss()
  await judgeStream(piecesOf(log, isQuick ? 5e7 : 1e9))
  return [
    { name: 'memory above start, 1 GB of log', value: (peakBytes() - before) / MB, unit: 'MB' },
    { name: 'memory of the process, 1 GB of log', value: peakBytes() / MB, unit: 'MB' },
  ]
}
