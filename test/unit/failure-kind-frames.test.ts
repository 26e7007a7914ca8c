/** One failure told within what GitLab and Jenkins write around the lines of a job: markers of sections, times, colours, notes. */

import { describe, expect, it } from 'vitest'
import { ledgerOf } from '../../cli/failure-kinds/measures.ts'
import { judge } from '../../processors/failure-kind/judge.ts'
import { plainText } from '../../processors/failure-kind/plain.ts'
import { formOf } from '../../processors/failure-kind/form.ts'

const ESC = String.fromCharCode(27)
const RESET = `${ESC}[0;m`
const CLEAR = `\r${ESC}[0K`
/** A note of Jenkins in a log, as its files hold it: hidden text of a program. */
const NOTE = `${ESC}[8mha:////4${'Aa+/'.repeat(40)}==${ESC}[0m`
const AT = '2026-01-05T12:43:46.962'

type Frame = (lines: readonly string[]) => readonly string[]
const FRAMES: Readonly<Record<string, Frame>> = {
  GitLab: (lines) => [
    `${ESC}[0KRunning with gitlab-runner 17.2.0 (6428c288)${RESET}`,
    `section_start:1767616000:step_script${CLEAR}${ESC}[0K${ESC}[36;1mExecuting "step_script" stage of the job script${RESET}`,
    `${ESC}[32;1m$ make check${RESET}`,
    ...lines.map((line) => `${ESC}[31m${line}${RESET}\r`),
    `section_end:1767616060:step_script${CLEAR}${ESC}[0K${ESC}[31;1mERROR: Job failed: exit code 1`,
    RESET,
  ],
  'GitLab with times': (lines) => [
    `${AT}000Z 00O Running with gitlab-runner 17.2.0 (6428c288)`,
    `${AT}000Z 00O section_start:1767616000:step_script`,
    `${AT}000Z 00O+${ESC}[0K${ESC}[36;1mExecuting "step_script" stage of the job script${RESET}`,
    ...lines.map((line, i) => `${AT}00${i}Z 01${i % 2 === 0 ? 'O' : 'E'} ${line}`),
    `${AT}900Z 00O section_end:1767616060:step_script`,
    `${AT}900Z 00O+${ESC}[0K${ESC}[31;1mERROR: Job failed: exit code 1${RESET}`,
  ],
  Jenkins: (lines) => [
    'Started by user unknown or anonymous',
    `${NOTE}[Pipeline] Start of Pipeline`,
    `${NOTE}[Pipeline] sh`,
    '+ make check',
    ...lines.map((line) => `${NOTE}${ESC}[1;31m${line}${ESC}[0m`),
    `${NOTE}[Pipeline] }`,
    `${NOTE}[Pipeline] End of Pipeline`,
    'ERROR: script returned exit code 2',
    'Finished: FAILURE',
  ],
  'Jenkins with times': (lines) => [
    `[${AT}Z] [Pipeline] sh`,
    `[${AT}Z] + make check`,
    ...lines.map((line) => `[${AT}Z] ${line}`),
    `[${AT}Z] [Pipeline] End of Pipeline`,
    `[${AT}Z] ERROR: script returned exit code 2`,
    `[${AT}Z] Finished: FAILURE`,
  ],
}
const FAILURES: Readonly<Record<string, readonly string[]>> = {
  test: ['=== RUN   TestCache', '--- FAIL: TestCache (0.10s)', 'FAIL'],
  build: ['src/a.cc:12:3: error: no member named x', 'make: *** [all] Error 2'],
  infrastructure: ['fatal: unable to access https://x/y.git: Could not resolve host: x'],
  crash: ['./run.sh: line 3:  4711 Segmentation fault      (core dumped) ./server'],
}
const CASES = Object.keys(FRAMES).flatMap((frame) =>
  Object.keys(FAILURES).map((kind) => [frame, kind] as const),
)
const told = (lines: readonly string[]) => judge([ledgerOf(Buffer.from(`${lines.join('\n')}\n`))])

describe('what is written around a failure', () => {
  it.each(CASES)('by %s hides no %s failure and lends it no other cause', (frame, kind) => {
    const lines = FAILURES[kind] ?? []
    const [alone, framed] = [told(lines), told(FRAMES[frame]?.(lines) ?? [])]
    expect([alone.kind, framed.kind]).toEqual([kind, kind])
    expect(framed.cause).toBe(alone.cause)
    const [of, is] = [alone, framed].map(({ decisive }) => decisive?.candidate.text ?? '')
    expect(plainText(is ?? '')).toBe(plainText(of ?? ''))
    expect(formOf(is ?? '')).toBe(formOf(of ?? ''))
  })

  it.each(Object.keys(FRAMES))('by %s is no failure of its own kind', (frame) => {
    expect(told(FRAMES[frame]?.(['something failed']) ?? []).kind).toBe('unknown')
  })
})
