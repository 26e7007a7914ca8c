import { existsSync } from 'node:fs'
import { join } from 'node:path'

/** Folder of recorded CI data by name; null, said aloud, where it is not there. Under CI=true that is an error. */
export const dataDir = (name: string): string | null => {
  const root = process.env['STOPLINE_DATA'] ?? join(import.meta.dirname, '../../../shared/data')
  const folder = join(root, name)
  if (existsSync(folder)) return folder
  const reason = `recorded data ${name} is not in ${root}`
  if (process.env['CI'] === 'true') throw new Error(reason)
  console.warn(`skipped: ${reason}`)
  return null
}
