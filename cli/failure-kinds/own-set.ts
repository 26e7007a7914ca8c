/**
 * A labelled set of one's own: a folder whose `failure-logs.csv` names a log a row (`file`), why its run failed (`kind`, as the
 * table of kinds has it; `unknown`: it did not fail) and the lines that tell it (`lines`, from 1, as in `12` or `12-15 40`). Kind
 * and lines may be empty.
 */

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { parse } from 'csv-parse/sync'
import { FAILURE_KINDS } from '../../schemas/failure-kinds.ts'
import type { LabelledLog } from './labelled-log.ts'

export const OWN_LIST = 'failure-logs.csv'
const KINDS = ['unknown', ...FAILURE_KINDS] as const
type Kind = (typeof KINDS)[number]
const LINES = /^(\d{1,9})(?:-(\d{1,9}))?$/

const kindsIn = (text: string, place: string): readonly Kind[] | null => {
  if (text === '') return null
  const kind = KINDS.find((each) => each === text)
  if (kind === undefined) throw new Error(`${place}: kind takes ${KINDS.join(', ')}, not '${text}'`)
  return [kind]
}

const linesIn = (text: string, place: string): LabelledLog['decisive'] => {
  if (text === '') return null
  return text.split(/\s+/).map((part) => {
    const [, first = '0', last = first] = LINES.exec(part) ?? []
    if (Number(first) < 1 || Number(last) < Number(first))
      throw new Error(`${place}: lines takes numbers from 1, as in 12 or 12-15 40, not '${part}'`)
    return [Number(first), Number(last)] as const
  })
}

const bytesOf = (path: string, place: string): Uint8Array => {
  if (!existsSync(path)) throw new Error(`${place}: there is no file ${path}`)
  const bytes = readFileSync(path)
  return path.endsWith('.gz') ? gunzipSync(bytes) : bytes
}

/** Throws where a row cannot be read, with its line in the list. */
export function* ownLogs(folder: string): Generator<LabelledLog> {
  const list = join(folder, OWN_LIST)
  const rows: Record<string, string>[] = parse(readFileSync(list), {
    ...{ columns: true, bom: true, trim: true, skip_empty_lines: true },
  })
  for (const [at, { file, kind = '', lines = '' }] of rows.entries()) {
    const place = `${OWN_LIST}, row ${at + 1}`
    if (file === undefined || file === '') throw new Error(`${place}: file is missing`)
    yield {
      name: file,
      bytes: bytesOf(join(folder, file), place),
      kinds: kindsIn(kind, place),
      decisive: linesIn(lines, place),
    }
  }
}
