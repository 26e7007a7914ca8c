import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { published } from '../support/api-deps.ts'
import { inventedScores } from '../support/backtest-records.ts'
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

const PATH = chromiumPath()
const netOf = (page: Page): Promise<string> =>
  page.locator('.tile', { hasText: 'Net saved' }).locator('.value').innerText()

describe.skipIf(PATH === null)('the page What if', () => {
  let folder: string
  let served: Served
  let browser: Browser
  let opened: Opened

  beforeAll(async () => {
    folder = await buildPage()
    served = await serve(folder)
    served.pipeline.publish(inventedScores(2_000).map((score) => published('ci.scores.v1', score)))
    browser = await launch(PATH ?? '')
    opened = await open(browser, `${served.url}/what-if?threshold=0.6&falseStopReruns=0`)
    await opened.page.getByText('Net saved').waitFor()
  })
  afterAll(async () => {
    await opened.close()
    await browser.close()
    await served.close()
    removeFolder(folder)
  })

  it('replays history anew when a slider is moved by the keyboard, and keeps it in the address', async () => {
    const { page, complaints } = opened
    const before = await netOf(page)
    const slider = page.getByRole('slider', { name: 'Threshold' })
    expect(await slider.getAttribute('aria-valuetext')).toBe('60\u202f%')
    await slider.focus()
    for (let step = 0; step < 20; step += 1) await page.keyboard.press('ArrowRight')
    expect(await slider.getAttribute('aria-valuetext')).toBe('80\u202f%')
    await expect.poll(() => netOf(page)).not.toBe(before)
    await expect.poll(() => page.url()).toContain('threshold=0.8')
    expect(complaints).toEqual([])
  })

  it('stands beside what each rule decided, and says what it rests on', async () => {
    const { page } = opened
    for (const rule of ['what-if', 'stopline', 'density', 'never-stop'])
      expect(await page.locator('.rules tbody th', { hasText: rule }).count()).toBeGreaterThan(0)
    expect(await page.locator('.basis').innerText()).toContain('2,000 ended runs')
  })

  it('says at its top that it is not our rule, with what our rule gave over the same runs', async () => {
    const { page } = opened
    const said = await page.locator('.what-it-is').innerText()
    expect(said).toContain('not our rule')
    const row = page.locator('.rules tr.ours')
    const stopped = await row.locator('[data-name="stopped"]').innerText()
    expect(said).toContain(`our rule ${stopped} classed runs`)
    const tile = page.locator('.tile', { hasText: 'Net saved' }).locator('.ours')
    expect(await tile.innerText()).toBe(
      `our rule: ${await row.locator('[data-name="net"] b').innerText()}`,
    )
  })

  it('claims no outcome of runs that were cut', async () => {
    const basis = await opened.page.locator('.basis').innerText()
    expect(basis).not.toContain('Every outcome was seen')
    expect(basis).toContain('a run that was cut has no class')
  })

  it('says what to do where no run ended in the window', async () => {
    const { page } = opened
    await page.goto(`${served.url}/what-if?dimension=job&subject=demo:none:none`)
    await page.getByText('No run ended in this window').waitFor()
  })
})
