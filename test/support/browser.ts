/** A real Chromium on the built page, for the cases under test/e2e. */

import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromium, type Browser, type BrowserContextOptions, type Page } from 'playwright-core'
import { build } from 'vite'
import { buildApp } from '../../api/app.ts'
import type { ApiDeps } from '../../api/deps.ts'
import { createTestPipeline, type TestPipeline } from './api-deps.ts'
import { PATIENCE } from './patience.ts'

/** Path of the system's Chromium; null, said aloud, where there is none. Under CI=true that is an error. */
export const chromiumPath = (): string | null => {
  const path = process.env['STOPLINE_CHROMIUM'] ?? '/usr/bin/chromium'
  if (existsSync(path)) return path
  const reason = `no Chromium at ${path}; STOPLINE_CHROMIUM names another`
  if (process.env['CI'] === 'true') throw new Error(reason)
  console.warn(`skipped: ${reason}`)
  return null
}

const ROOT = join(import.meta.dirname, '..', '..')

/** Builds the page into a folder of its own. */
export const buildPage = async (): Promise<string> => {
  const folder = mkdtempSync(join(tmpdir(), 'stopline-page-'))
  await build({
    configFile: join(ROOT, 'vite.config.ts'),
    logLevel: 'error',
    build: { outDir: folder, emptyOutDir: true },
  })
  return folder
}

export interface Served {
  readonly url: string
  readonly pipeline: TestPipeline
  /** Stops answering; `serve` with the same port starts again. */
  readonly close: () => Promise<void>
}

/** Serves a page folder and an API over an empty in-memory pipeline. */
export const serve = async (
  webFolder: string,
  overrides: Partial<ApiDeps> = {},
  port = 0,
): Promise<Served> => {
  const pipeline = createTestPipeline({ webFolder, ...overrides })
  const app = await buildApp(pipeline.deps)
  const url = await app.listen({ host: '127.0.0.1', port })
  return {
    url,
    pipeline,
    close: async () => {
      app.server.closeAllConnections()
      await app.close()
    },
  }
}

export interface Opened {
  readonly page: Page
  /** Warnings, errors and uncaught exceptions of the page so far. */
  readonly complaints: string[]
  readonly close: () => Promise<void>
}

/** Opens an address in a context of its own. */
export const open = async (
  browser: Browser,
  url: string,
  options: BrowserContextOptions = {},
): Promise<Opened> => {
  const context = await browser.newContext(options)
  const page = await context.newPage()
  page.setDefaultTimeout(2 * PATIENCE.timeout)
  const complaints: string[] = []
  page.on('console', (line) => {
    if (line.type() !== 'debug') complaints.push(`${line.type()}: ${line.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`uncaught: ${error.message}`))
  await page.goto(url)
  return { page, complaints, close: () => context.close() }
}

export const launch = (executablePath: string): Promise<Browser> =>
  chromium.launch({ executablePath })

export const removeFolder = (folder: string): void => {
  rmSync(folder, { recursive: true, force: true })
}
