/** This version with one more field in each schema: what runs beside it during a rolling upgrade. */

import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { AvroSchema } from '../../schemas/load.ts'

const ROOT = join(import.meta.dirname, '../..')
/** What a process of the topology consists of. */
const COPIED = [
  ...['package.json', 'schemas', 'runtime', 'processors', 'cli/models.ts', 'cli/command.ts'],
  ...['test/cluster/task-process.ts', 'test/cluster/shipped-models.ts'],
]
const LINKED = ['node_modules', 'models']

export interface NextVersion {
  /** Folder that is laid out as this repository is. */
  readonly root: string
  readonly remove: () => void
}

/** Copies this version, and gives each record a field that this one does not know, with a default. */
export const createNextVersion = (): NextVersion => {
  const root = mkdtempSync(join(tmpdir(), 'stopline-next-'))
  for (const name of COPIED) cpSync(join(ROOT, name), join(root, name), { recursive: true })
  for (const name of LINKED) symlinkSync(join(ROOT, name), join(root, name))
  const folder = join(root, 'schemas/avro')
  for (const name of readdirSync(folder)) {
    const file = join(folder, name)
    const schema = JSON.parse(readFileSync(file, 'utf8')) as AvroSchema
    const field = { name: 'saidByNext', type: 'string', doc: 'No unit.', default: '' }
    writeFileSync(file, JSON.stringify({ ...schema, fields: [...schema.fields, field] }))
  }
  return {
    root,
    remove: () => {
      rmSync(root, { recursive: true, force: true })
    },
  }
}
