/** What the recorded logs of Prow jobs say, as we read them: kind, and the lines, from 1, that tell the cause. */

import type { FailureKindName } from '../../schemas/events.ts'

interface ReadLog {
  readonly kind: FailureKindName
  readonly lines: readonly number[]
}
const infrastructure = (...lines: number[]): ReadLog => ({ kind: 'infrastructure', lines })
const test = (...lines: number[]): ReadLog => ({ kind: 'test', lines })
/** The run did not fail, or not yet. */
const NO_FAILURE: ReadLog = { kind: 'unknown', lines: [] }

/** By build id. */
export const PROW_LOGS: Readonly<Record<string, ReadLog>> = {
  '1372555706749685760': infrastructure(14, 18),
  '1375113030177656832': infrastructure(3, 10),
  '1375882831099596800': infrastructure(2, 5, 13, 16, 36),
  '1378441280396201984': NO_FAILURE,
  '1379803403793731584': test(1, 2, 4),
  '1380185997530107904': infrastructure(5, 8),
  '1380554576037416960': infrastructure(10, 13),
  '1380947233955909632': NO_FAILURE,
  '1382678531183480832': infrastructure(10, 13),
  '1383176786765942784': test(1, 3),
  '1383399218122592256': test(),
  '1383510269677801472': infrastructure(),
  '1385082685361229824': infrastructure(3),
  '1386064720871559168': NO_FAILURE,
  '1387498929158885376': NO_FAILURE,
}
