/** Builds the page when it has not been built from the sources as they are now. */

import { existsSync, readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { WEB_FOLDER } from './pipeline.ts'

const SOURCES = join(import.meta.dirname, '..', 'api', 'web')

const newest = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce(
      (time, { parentPath, name }) => Math.max(time, statSync(join(parentPath, name)).mtimeMs),
      0,
    )

const isBuilt = (): boolean => {
  try {
    const { mtimeMs } = statSync(join(WEB_FOLDER, 'index.html'))
    // An image holds the built page alone.
    return !existsSync(SOURCES) || mtimeMs >= newest(SOURCES)
  } catch {
    return false
  }
}

/** Takes about a second; the API works without it. */
export const ensurePage = async (): Promise<void> => {
  if (isBuilt()) return
  const { build } = await import('vite')
  await build({ configFile: join(import.meta.dirname, '..', 'vite.config.ts'), logLevel: 'error' })
}
