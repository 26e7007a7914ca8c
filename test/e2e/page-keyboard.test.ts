import type { Browser, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { jobPath } from '../../api/web/lib/routes.ts'
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
import type { IncidentCommand } from '../../schemas/events.ts'
import { JOB, pageWorld } from '../support/page-world.ts'

const PATH = chromiumPath()

describe.skipIf(PATH === null)('the page by keyboard, and as a link', () => {
  let folder: string
  let browser: Browser
  let served: Served
  let opened: Opened | undefined

  beforeAll(async () => {
    folder = await buildPage()
    browser = await launch(PATH ?? '')
    served = await serve(folder)
    served.pipeline.publish(pageWorld())
  })
  afterEach(async () => {
    await opened?.close()
  })
  afterAll(async () => {
    await browser.close()
    await served.close()
    removeFolder(folder)
  })

  const show = async (path: string): Promise<Page> => {
    opened = await open(browser, served.url + path, { viewport: { width: 1440, height: 900 } })
    await opened.page.locator('[data-state=live]').waitFor()
    return opened.page
  }
  const focused = (page: Page): Promise<string> =>
    page.evaluate<string>(
      `document.activeElement.getAttribute('aria-label') ?? document.activeElement.textContent`,
    )

  it('skips to the content, then walks pages, theme and filters in order, each with a visible focus', async () => {
    const page = await show('/')
    await page.getByText('r-stop').first().waitFor()
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('Skip to the content')
    await page.keyboard.press('Enter')
    await page.keyboard.press('Tab')
    expect(await focused(page)).toBe('3 queued runs')

    await page.goto(served.url)
    await page.getByText('r-stop').first().waitFor()
    const walked: string[] = []
    for (let step = 0; step < 21; step += 1) {
      await page.keyboard.press('Tab')
      walked.push(await focused(page))
      if (step > 0)
        expect(
          await page.evaluate('getComputedStyle(document.activeElement).outlineStyle'),
        ).not.toBe('none')
    }
    expect(walked).toEqual([
      'Skip to the content',
      'Stopline, running now',
      'Now',
      'Incidents',
      'Jobs',
      'Tests',
      'Health',
      'Clusters',
      'Pulls',
      'Savings',
      'What if',
      'Models',
      'Pipeline',
      'API',
      'Search everything',
      'Views',
      'Theme: system',
      '3 queued runs',
      '1 open incidents',
      'Words in job, repository or run',
      'Source',
    ])
  })

  it('has one stop for the whole pass strip, arrows within, and moves the focus to the page it opens', async () => {
    const page = await show(jobPath(JOB))
    const strip = page.getByRole('list', { name: 'Runs, oldest first' })
    await strip.waitFor()
    expect(await strip.locator('a[tabindex="0"]').count()).toBe(1)
    await strip.locator('a[tabindex="0"]').focus()
    const newest = await focused(page)
    await page.keyboard.press('ArrowLeft')
    expect(await focused(page)).not.toBe(newest)
    await page.keyboard.press('Home')
    expect(await focused(page)).toContain('run ended-0')
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Run ended-1' }).waitFor()
    expect(await page.evaluate('document.activeElement.id')).toBe('main')
    await page.goBack()
    await strip.waitFor()
  })

  it('keeps filter, window and checkpoint in the address, so that a view can be shared', async () => {
    const page = await show('/')
    await page.getByText('r-stop').first().waitFor()
    await page.getByLabel('Words in job, repository or run').fill('gcp')
    await page.getByRole('button', { name: /watch/ }).press('Enter')
    await expect.poll(() => page.locator('.run-row').count()).toBe(1)
    expect(new URL(page.url()).search).toBe('?q=gcp&level=watch')
    await page.reload()
    await page.getByText('r-watch').waitFor()
    expect(await page.locator('.run-row').count()).toBe(1)

    await page.goto(`${served.url}/savings`)
    await page.getByRole('radio', { name: /^25/ }).focus()
    await page.keyboard.press('ArrowRight')
    await page.keyboard.press('ArrowLeft')
    await page.getByText('At 25').waitFor()
    expect(new URL(page.url()).searchParams.get('at')).toBe('0.25')
  })

  it('saves a view under a name, finds it after a reload, and forgets it', async () => {
    const page = await show('/incidents?state=all&q=e2e')
    await page.getByRole('link', { name: 'Views' }).press('Enter')
    await page.getByLabel('Name of the view').fill('All of e2e')
    await page.getByLabel('Name of the view').press('Enter')
    await page.reload()
    await page.getByRole('link', { name: 'All of e2e' }).press('Enter')
    await page.getByRole('heading', { name: 'Incidents' }).waitFor()
    expect(new URL(page.url()).search).toBe('?state=all&q=e2e')
    await page.getByRole('link', { name: 'Views' }).press('Enter')
    await page.getByRole('button', { name: 'Forget All of e2e' }).press('Enter')
    await page.getByText('None is saved yet').waitFor()
  })

  it('searches everything from any page', async () => {
    const page = await show('/pipeline')
    await page.getByLabel('Search everything').fill('gcp e2e')
    await page.getByLabel('Search everything').press('Enter')
    await page.getByRole('link', { name: JOB.job, exact: true }).press('Enter')
    await page.getByRole('heading', { name: JOB.job }).waitFor()
  })

  it('keeps the filter of the inbox in the address, and mutes for a time that was chosen', async () => {
    const asked: IncidentCommand[] = []
    const own = await serve(folder, { command: (command) => asked.push(command) > 0 })
    own.pipeline.publish(pageWorld())
    opened = await open(browser, `${own.url}/incidents`)
    const { page } = opened
    await page.getByLabel('Severity').selectOption('warning')
    await page.getByLabel('Words in incidents').fill('likely')
    await page.getByText('e2e is likely to fail').first().waitFor()
    expect(new URL(page.url()).search).toBe('?severity=warning&q=likely')
    await page.getByLabel('Mute for').first().selectOption({ label: 'for 1 day' })
    await expect.poll(() => asked.length).toBe(1)
    const [{ command, until, observedAt } = { command: '', until: 0, observedAt: 0 }] = asked
    expect({ command, forMs: (until ?? 0) - observedAt }).toEqual({
      command: 'mute',
      forMs: 86_400_000,
    })
    await own.close()
  })

  it('opens the runs behind a figure', async () => {
    const page = await show(`${jobPath(JOB)}?window=24h`)
    await page.locator('.tile', { hasText: 'Pass rate' }).first().getByRole('link').press('Enter')
    await page.getByRole('heading', { name: 'Runs' }).waitFor()
    await page.getByText('outcome success, failure, error, timedOut').waitFor()
    expect(await page.locator('table.runs tbody tr').count()).toBeGreaterThan(5)
  })

  it('remembers the theme, whatever the system says', async () => {
    const page = await show('/')
    const shown = (): Promise<string> =>
      page.evaluate<string>('document.documentElement.dataset.theme')
    expect(await shown()).toBe('light')
    await page.getByLabel('Theme: system').press('Enter')
    await page.getByLabel('Theme: light').press('Enter')
    expect(await shown()).toBe('dark')
    await page.reload()
    await page.getByLabel('Theme: dark').waitFor()
    expect(await shown()).toBe('dark')
  })

  it('gives the numbers of every picture as a table', async () => {
    const page = await show(jobPath(JOB))
    await page.getByText('Family lognorm').waitFor()
    for (const name of ['Durations by outcome', 'Survival by outcome', 'Weighted densities']) {
      const summary = page.locator('summary', { hasText: name })
      await summary.press('Enter')
      const rows = page.getByRole('group', { name, exact: true }).locator('tbody tr')
      expect(await rows.count()).toBeGreaterThan(20)
    }
  })
})
