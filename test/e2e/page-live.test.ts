import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { jobPath, runPath } from '../../api/web/lib/routes.ts'
import { published } from '../support/api-deps.ts'
import {
  buildPage,
  chromiumPath,
  launch,
  open,
  removeFolder,
  serve,
  type Opened,
  type Served,
} from '../support/browser.ts'
import { DEMO, JOB, pageWorld, runningRef } from '../support/page-world.ts'
import { NOON, sampleDecision, sampleForecast, sampleRun } from '../support/sample-records.ts'

const PATH = chromiumPath()
const WIDE = { viewport: { width: 1440, height: 900 } }

describe.skipIf(PATH === null)('the page while CI goes on', () => {
  let folder: string
  let browser: Browser
  let served: Served
  let opened: Opened | undefined

  beforeAll(async () => {
    folder = await buildPage()
    browser = await launch(PATH ?? '')
  })
  afterAll(async () => {
    await browser.close()
    removeFolder(folder)
  })
  beforeEach(async () => {
    served = await serve(folder)
  })
  afterEach(async () => {
    await opened?.close()
    await served.close()
  })
  const show = async (path: string): Promise<Opened['page']> => {
    opened = await open(browser, served.url + path, WIDE)
    await opened.page.locator('[data-state=live]').waitFor()
    return opened.page
  }

  it('changes a row by what the stream says, without a reload, and drops it at its end', async () => {
    served.pipeline.publish(pageWorld())
    const page = await show('/')
    const run = runningRef('watch')
    const row = page.locator('tr', { hasText: run.runId })
    await row.locator('.l-watch').waitFor()
    await page.evaluate('window.isSamePage = true')

    const stamp = { ...run, eventAt: NOON + 1000, observedAt: NOON + 1000 }
    const forecast = sampleForecast({
      ...stamp,
      eventId: 'live-1',
      pFail: 0.91,
      curvePFail: [0.91, 0.91],
    })
    const decision = sampleDecision({
      ...stamp,
      eventId: 'live-2',
      level: 'stop',
      reason: 'as told live',
    })
    served.pipeline.publish([
      published('ci.forecasts.v1', forecast),
      published('ci.decisions.v1', decision),
    ])
    await row.getByText('as told live').waitFor()
    expect(await row.locator('b').first().textContent()).toContain('91')

    const end = { phase: 'finished', change: 'finished', outcome: 'failure' } as const
    const ended = sampleRun({ ...stamp, ...end, eventId: 'live-3', observedAt: NOON + 2000 })
    served.pipeline.publish([published('ci.runs.v1', ended)])
    await row.waitFor({ state: 'detached' })
    expect(await page.evaluate('window.isSamePage')).toBe(true)
    expect(opened?.complaints).toEqual([])
  })

  it('lets ages run on between events at the pace of pipeline time', async () => {
    served.pipeline.publish(pageWorld())
    const page = await show('/')
    const age = page.locator('tr', { hasText: runningRef('stop').runId }).locator('.c-age')
    const before = await age.textContent()
    for (let second = 1; second <= 4; second += 1) {
      served.pipeline.setNow(NOON + second * 60_000)
      await page.waitForTimeout(900)
    }
    await expect.poll(() => age.textContent()).not.toBe(before)
  })

  it('does not go back in time for an answer that the browser has kept', async () => {
    served.pipeline.publish(pageWorld())
    const page = await show('/')
    await page.getByText('e2e is likely to fail').first().waitFor()
    const asOf = page.locator('[data-state=live]')
    const noon = await asOf.textContent()
    served.pipeline.setNow(NOON + 5 * 3_600_000)
    await expect.poll(() => asOf.textContent()).not.toBe(noon)
    const later = await asOf.textContent()
    await page.getByRole('link', { name: 'Jobs' }).click()
    await page.getByRole('link', { name: 'Now', exact: true }).click()
    await page.getByText('e2e is likely to fail').first().waitFor()
    for (let look = 0; look < 20; look += 1) {
      expect(await asOf.textContent()).toBe(later)
      await page.waitForTimeout(50)
    }
  })

  it('says that it polls when the stream is down, goes on, and is live again by itself', async () => {
    served.pipeline.publish(pageWorld())
    opened = await open(browser, 'about:blank', WIDE)
    const { page } = opened
    await page.route('**/v1/stream*', (route) => route.abort())
    await page.goto(served.url)
    await page.getByText('The live stream is down').waitFor({ timeout: 60_000 })
    const row = page.locator('tr', { hasText: runningRef('continue').runId })
    const stamp = { ...runningRef('continue'), observedAt: NOON + 1000 }
    const decision = sampleDecision({ ...stamp, eventId: 'polled', reason: 'heard by asking' })
    served.pipeline.publish([published('ci.decisions.v1', decision)])
    await row.getByText('heard by asking').waitFor({ timeout: 60_000 })
    await page.unroute('**/v1/stream*')
    await page.locator('[data-state=live]').waitFor({ timeout: 60_000 })
    expect(await page.getByText('The live stream is down').count()).toBe(0)
  })

  it('lets go of the stream in a tab that nobody sees, and catches up when it is seen', async () => {
    served.pipeline.publish(pageWorld())
    const page = await show('/')
    const row = page.locator('tr', { hasText: runningRef('watch').runId })
    await row.locator('.l-watch').waitFor()
    const turn = (state: string): Promise<unknown> =>
      page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true })
        document.dispatchEvent(new Event('visibilitychange'))`)
    const streams = async (): Promise<number> => {
      const text = await (await fetch(`${served.url}/metrics`)).text()
      return Number(/^stopline_stream_clients (\d+)/m.exec(text)?.[1])
    }
    expect(await streams()).toBe(1)
    await turn('hidden')
    await expect.poll(streams).toBe(0)
    const stamp = { ...runningRef('watch'), observedAt: NOON + 1000 }
    const decision = sampleDecision({ ...stamp, eventId: 'unseen', reason: 'said meanwhile' })
    served.pipeline.publish([published('ci.decisions.v1', decision)])
    await turn('visible')
    await row.getByText('said meanwhile').waitFor()
    expect(await streams()).toBe(1)
  })

  it('marks simulated data on every page and in every row, and real data on none', async () => {
    const real = pageWorld().filter(({ record }) => !JSON.stringify(record).includes('demo'))
    served.pipeline.publish(real)
    const page = await show('/')
    await page.getByText('r-stop').first().waitFor()
    expect(await page.getByText('Simulated data (demo)').count()).toBe(0)
    served.pipeline.publish(pageWorld())
    await page.goto(served.url)
    await page.getByText('Simulated data (demo)').waitFor()
    const rows = page.locator('tr', { hasText: DEMO.repo })
    expect(await rows.locator('.tag.simulated').count()).toBe(await rows.count())
    await page.goto(served.url + jobPath(DEMO))
    await page.getByText('Simulated data (demo)').waitFor()
    expect(await page.locator('.crumbs .tag.simulated').count()).toBe(1)
  })

  it('says the next step where there is nothing yet', async () => {
    const page = await show('/')
    await page.getByText('Nothing is running').waitFor()
    await page.getByText('None is open').waitFor()
    for (const [path, text] of [
      ['/jobs', 'No job was heard of yet'],
      ['/savings', 'No run was scored yet'],
      ['/pipeline', 'No dead letters'],
      [jobPath(JOB), 'Nothing is known of the runs of this job'],
      [runPath(runningRef('stop')), 'Nothing is known of this run'],
    ] as const) {
      await page.goto(served.url + path)
      await page.getByText(text).first().waitFor()
    }
  })

  it('holds a thousand running runs, and never holds the eye up', async () => {
    served.pipeline.publish(
      Array.from({ length: 1000 }, (_, i) => {
        const run = { ...JOB, runId: `many-${i}`, observedAt: NOON + i, eventId: `many-${i}` }
        return [
          published('ci.runs.v1', sampleRun(run)),
          published('ci.forecasts.v1', sampleForecast({ ...run, pFail: i / 1000 })),
        ]
      }).flat(),
    )
    const page = await show('/')
    await page.getByText('many-999').first().waitFor()
    await page.getByText('The 300 likeliest of 1000 are shown').waitFor()
    await page.evaluate(`window.longest = 0
      new PerformanceObserver((list) => list.getEntries().forEach(({ duration }) => {
        window.longest = Math.max(window.longest, duration)
      })).observe({ entryTypes: ['longtask'] })`)
    for (let round = 0; round < 6; round += 1) {
      const changed = Array.from({ length: 100 }, (_, i) => {
        const eventId = `again-${round}-${i}`
        const run = {
          ...JOB,
          runId: `many-${i * 10 + round}`,
          observedAt: NOON + 5000 + round,
          eventId,
        }
        return published('ci.forecasts.v1', sampleForecast({ ...run, pFail: 0.5 }))
      })
      served.pipeline.publish(changed)
      await page.waitForTimeout(300)
    }
    const longest = await page.evaluate<number>('window.longest')
    console.info(`longest task of the page while 600 of 1000 rows change: ${longest} ms`)
    expect(longest).toBeLessThan(1000)
    const fallen = page.locator('tr', { hasText: 'many-995' })
    await expect.poll(() => fallen.count()).toBe(0)
  })
})
