/** How smoothly the page moves: a grid of many tests that is scrolled, and the page Now while much is heard. */

import type { Page } from 'playwright-core'
import { gridPath } from '../../api/web/lib/routes.ts'
import type { SheetRow, TestWord } from '../../schemas/events.ts'
import { published } from '../support/api-deps.ts'
import {
  buildPage,
  chromiumPath,
  launch,
  open,
  removeFolder,
  serve,
  type Served,
} from '../support/browser.ts'
import { JOB, pageWorld } from '../support/page-world.ts'
import { NOON, sampleForecast } from '../support/sample-records.ts'
import { sampleTestSheet, sampleTestTab } from '../support/sample-tests.ts'
import type { Figure } from './figures.ts'
import { random } from './load.ts'
import type { BenchCase } from './setting.ts'

const TESTS = 1_000
const RUNS = 200
const SHEET_ROWS = 20
const VIEWPORT = { width: 1440, height: 900 }
const FRAMES = { whole: 600, quick: 60 }
const EVENTS_PER_SECOND = 500
const TURN_MS = 20
const RUNNING = 60

/** Milliseconds between frames while `move` is called before each of them. */
const frameTimes = (page: Page, frames: number, move: string): Promise<number[]> =>
  page.evaluate(`new Promise((resolve) => {
    const move = ${move}
    const times = []
    let last
    const step = (now) => {
      if (last !== undefined) times.push(now - last)
      last = now
      move(times.length)
      if (times.length < ${frames}) requestAnimationFrame(step)
      else resolve(times)
    }
    requestAnimationFrame(step)
  })`)

const figuresOf = (name: string, times: readonly number[]): Figure[] => {
  const sorted = [...times].sort((a, b) => a - b)
  const at = (share: number): number => sorted[Math.floor(share * (sorted.length - 1))] ?? 0
  const seconds = times.reduce((sum, ms) => sum + ms, 0) / 1000
  return [
    { name: `${name} frames`, value: times.length / seconds, unit: '1/s' },
    { name: `${name} p99 between frames`, value: at(0.99), unit: 'ms' },
    { name: `${name} longest between frames`, value: at(1), unit: 'ms' },
  ]
}

const withPage = async (
  path: string,
  fill: (served: Served) => void,
  work: (page: Page, served: Served) => Promise<Figure[]>,
): Promise<readonly Figure[]> => {
  const chromium = chromiumPath()
  if (chromium === null) return []
  const folder = await buildPage()
  const served = await serve(folder)
  const browser = await launch(chromium)
  try {
    fill(served)
    const { page, close } = await open(browser, served.url + path, { viewport: VIEWPORT })
    const figures = await work(page, served)
    await close()
    return figures
  } finally {
    await browser.close()
    await served.close()
    removeFolder(folder)
  }
}

/** A thousand tests in two hundred runs, of which one in ten fails here and there. */
const fillGrid = ({ pipeline }: Served): void => {
  const chance = random(11)
  const strip = (): number[] => Array.from({ length: RUNS }, () => 16 + (chance() < 0.9 ? 1 : 2))
  const word: TestWord = 'flaky'
  const rows = Array.from({ length: TESTS }, (_, test): SheetRow => ({
    test: `suite ${test % 40} :: case ${test}`,
    word,
    last: RUNS,
    strip: strip(),
  }))
  const sheets = TESTS / SHEET_ROWS
  const [column] = sampleTestTab().columns
  if (column === undefined) throw new Error('the sample has no column')
  const columns = Array.from({ length: RUNS }, (_, run) => ({ ...column, runId: String(run) }))
  pipeline.publish([
    published('ci.test-tabs.v1', sampleTestTab({ tests: TESTS, sheets, last: RUNS, columns })),
    ...Array.from({ length: sheets }, (_, sheet) =>
      published(
        'ci.test-sheets.v1',
        sampleTestSheet({
          eventId: `sheet/${sheet}`,
          sheet,
          rows: rows.slice(sheet * SHEET_ROWS, (sheet + 1) * SHEET_ROWS),
        }),
      ),
    ),
  ])
}

/** The grid, scrolled from its head to its foot and back. */
export const grid: BenchCase = ({ isQuick }) =>
  withPage(gridPath(JOB), fillGrid, async (page) => {
    await page.locator('.grid-row').first().waitFor()
    const frames = isQuick ? FRAMES.quick : FRAMES.whole
    const times = await frameTimes(
      page,
      frames,
      `(frame) => {
        const box = document.querySelector('.grid-box')
        const most = box.scrollHeight - box.clientHeight
        const way = (2 * frame) / ${frames}
        box.scrollTop = most * (way < 1 ? way : 2 - way)
      }`,
    )
    return figuresOf(`grid of ${TESTS} tests and ${RUNS} runs, scrolled:`, times)
  })

/** The page Now while forecasts of its running runs arrive. */
export const now: BenchCase = ({ isQuick }) =>
  withPage(
    '/',
    ({ pipeline }) => {
      pipeline.publish(pageWorld())
    },
    async (page, { pipeline }) => {
      await page.getByText('r-stop').first().waitFor()
      let told = 0
      const tell = (): void => {
        const forecasts = Array.from({ length: (EVENTS_PER_SECOND * TURN_MS) / 1000 }, () => {
          told += 1
          return published(
            'ci.forecasts.v1',
            sampleForecast({
              ...JOB,
              runId: `r-${told % RUNNING}`,
              eventId: `bench/${told}`,
              observedAt: NOON + told,
              pFail: (told % 97) / 97,
            }),
          )
        })
        pipeline.publish(forecasts)
      }
      const turns = setInterval(tell, TURN_MS)
      const began = performance.now()
      const times = await frameTimes(page, isQuick ? FRAMES.quick : FRAMES.whole, '() => {}')
      clearInterval(turns)
      const rate = told / ((performance.now() - began) / 1000)
      return [
        { name: 'page Now, events heard', value: rate, unit: 'events/s' },
        ...figuresOf('page Now while they are heard:', times),
      ]
    },
  )
