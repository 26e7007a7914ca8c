/**
 * Pictures of every page at three widths, from the simulated demo: `node test/e2e/screenshots.ts [FOLDER [NAME...]]`, docs/pages
 * and all pages by default. Starts a pipeline of its own in a folder of its own, and stops both.
 */

import { spawn, type ChildProcess } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import type { Browser } from 'playwright-core'
import {
  gridPath,
  incidentPath,
  jobPath,
  pullPath,
  runPath,
  subjectPath,
  testPath,
} from '../../api/web/lib/routes.ts'
import type { Incident, Kpi, Run, TestState } from '../../schemas/events.ts'
import type { PullRef } from '../../schemas/keys.ts'
import { chromiumPath, launch } from '../support/browser.ts'

const ROOT = join(import.meta.dirname, '..', '..')
const PORT = 8_791
const URL_OF = `http://127.0.0.1:${PORT}`
const WIDTHS = [360, 820, 1440] as const
/** Of the full height so much is kept: what lies below is more of the same. */
const MOST_HEIGHT = 1_200
const QUALITY = 32
/** The past is simulated first: a quiet machine needs some seconds for that. */
const READY_MS = 1_200_000
const PAGE_MS = 120_000
/** It is live where it is no further behind than this. */
const LIVE_MS = 120_000
/** What the page fetches and draws after it is there. */
const SETTLED_MS = 1_500

const startDemo = (store: string): ChildProcess =>
  spawn(
    process.execPath,
    ['cli/main.ts', 'up', '--store', store, '--port', String(PORT), '--days', '2'],
    {
      cwd: ROOT,
      stdio: ['ignore', 'ignore', 'inherit'],
    },
  )

const ask = async <T>(path: string): Promise<T> => {
  const response = await fetch(URL_OF + path)
  if (!response.ok) throw new Error(`${path}: ${response.status} ${await response.text()}`)
  return ((await response.json()) as { data: T }).data
}

/** Waits until the demo has told its past: KPIs of clusters, incidents, pull requests. */
const untilReady = async (): Promise<void> => {
  const from = performance.now()
  while (performance.now() - from < READY_MS) {
    try {
      const kpis = await ask<Kpi[]>('/v1/kpis?dimension=cluster&window=7d')
      const running = await ask<unknown[]>('/v1/runs?state=running&limit=5')
      if (kpis.length > 0 && running.length > 0 && (await isLive())) return
    } catch {
      // It does not listen yet.
    }
    await wait(1_000)
  }
  throw new Error(`the demo had nothing to show after ${READY_MS / 1000} s`)
}

const isLive = async (): Promise<boolean> => {
  const response = await fetch(`${URL_OF}/v1/jobs?limit=1`)
  return ((await response.json()) as { asOf: number }).asOf > Date.now() - LIVE_MS
}

/** The first of a list; throws where there is none, as there is then nothing to show. */
const first = async <T>(path: string): Promise<T> => {
  const [found] = await ask<T[]>(path)
  if (found === undefined) throw new Error(`${path} has nothing to show`)
  return found
}

/** Name of each picture and address of its page. */
const pagesOf = async (): Promise<readonly (readonly [string, string])[]> => {
  const { run: running } = await first<{ run: Run }>('/v1/runs?state=running&limit=1')
  const { run: ended } = await first<{ run: Run }>('/v1/runs?outcome=failure&limit=1')
  const incident = await first<Incident>('/v1/incidents?limit=1')
  const test = await first<TestState>('/v1/tests?limit=1')
  const { forecast: pull } = await first<{ forecast: PullRef }>('/v1/pulls?limit=1')
  const cluster = await first<Kpi>('/v1/kpis?dimension=cluster&window=7d&limit=1')
  const kpi = (window: string): string =>
    encodeURIComponent(`cluster:${cluster.subject.replace(/:/g, '%3A')}:${window}`)
  return [
    ['now', '/'],
    ['incidents', '/incidents?state=all'],
    ['incident', incidentPath(incident.incident)],
    ['jobs', '/jobs'],
    ['job', jobPath(running)],
    ['run-running', runPath(running)],
    ['run-ended', runPath(ended)],
    ['runs', '/runs?outcome=failure,error,timedOut'],
    ['tests', '/tests'],
    ['grid', gridPath(test, test.test)],
    ['test', testPath(test.test)],
    ['health', '/health?by=cluster'],
    ['subject', subjectPath(cluster)],
    ['clusters', '/clusters'],
    ['compare', `/compare?base=${kpi('7d')}&sample=${kpi('24h')}`],
    ['pulls', '/pulls'],
    ['pull', pullPath(pull)],
    ['savings', '/savings'],
    ['what-if', '/what-if'],
    ['models', '/models'],
    ['search', '/search?q=e2e'],
    ['views', '/views?of=%2Fincidents'],
    ['pipeline', '/pipeline'],
  ]
}

/** Takes every page at one width. WebP, as PNGs of all would be three times as large. */
const takeAll = async (
  browser: Browser,
  pages: readonly (readonly [string, string])[],
  width: number,
  folder: string,
): Promise<void> => {
  const context = await browser.newContext({
    viewport: { width, height: 900 },
    colorScheme: width === 820 ? 'dark' : 'light',
    reducedMotion: 'reduce',
  })
  const page = await context.newPage()
  const session = await context.newCDPSession(page)
  for (const [name, path] of pages) {
    await page.goto(URL_OF + path, { waitUntil: 'domcontentloaded', timeout: PAGE_MS })
    await page.locator('h1').first().waitFor({ timeout: PAGE_MS })
    await wait(SETTLED_MS)
    const height = await page.evaluate<number>('document.documentElement.scrollHeight')
    const clip = { x: 0, y: 0, width, height: Math.min(height, MOST_HEIGHT), scale: 1 }
    const { data } = await session.send('Page.captureScreenshot', {
      ...{ format: 'webp', quality: QUALITY, clip, captureBeyondViewport: true },
    })
    const file = join(folder, `${name}-${width}.webp`)
    writeFileSync(file, Buffer.from(data, 'base64'))
    process.stdout.write(`${file}\n`)
  }
  await context.close()
}

const main = async (folder: string, names: readonly string[]): Promise<void> => {
  const path = chromiumPath()
  if (path === null) throw new Error('there is no Chromium to take pictures with')
  mkdirSync(folder, { recursive: true })
  const store = mkdtempSync(join(tmpdir(), 'stopline-pictures-'))
  const demo = startDemo(store)
  try {
    await untilReady()
    const all = await pagesOf()
    const unknown = names.filter((name) => all.every(([known]) => known !== name))
    if (unknown.length > 0) throw new Error(`there is no page ${unknown.join(', ')}`)
    const pages = all.filter(([name]) => names.length === 0 || names.includes(name))
    const browser = await launch(path)
    for (const width of WIDTHS) await takeAll(browser, pages, width, folder)
    await browser.close()
  } finally {
    demo.kill('SIGTERM')
    rmSync(store, { recursive: true, force: true })
  }
}

await main(process.argv[2] ?? join(ROOT, 'docs', 'pages'), process.argv.slice(3))
