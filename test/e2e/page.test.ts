import { join } from 'node:path'
import axe from 'axe-core'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import {
  gridPath,
  incidentPath,
  jobPath,
  pullPath,
  runPath,
  subjectPath,
  testPath,
} from '../../api/web/lib/routes.ts'
import { MODEL_TABLE } from '../../cli/models.ts'
import { servedModels } from '../../runtime/models/serving.ts'
import { chosenKey } from '../../api/web/lib/subject-keys.ts'
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
import {
  CLUSTER,
  ENDED,
  INCIDENT,
  JOB,
  pageWorld,
  PULL,
  REPO,
  RISKY,
  runningRef,
} from '../support/page-world.ts'
import { sampleTestState } from '../support/sample-tests.ts'

const PATH = chromiumPath()
const MODELS = join(import.meta.dirname, '../../models')
const COMPARED = (window: string): string => encodeURIComponent(chosenKey({ ...REPO, window }))

/** Address, and a text that is there once the page is. */
const PAGES: readonly (readonly [name: string, path: string, text: string])[] = [
  ['Now', '/', 'r-stop'],
  ['Incidents', '/incidents', 'e2e is likely to fail'],
  ['Incidents that closed', '/incidents?state=closed', 'failed, as said'],
  ['Incident', incidentPath(INCIDENT), 'forecast after 20 minutes'],
  ['Runs', '/runs?outcome=failure&source=prow', 'openshift'],
  ['Clusters', '/clusters', 'NodeDown'],
  ['Health by cluster', '/health?by=cluster', 'build05'],
  ['Cluster', subjectPath(CLUSTER), 'Newest runs behind'],
  ['Compare', `/compare?base=${COMPARED('7d')}&sample=${COMPARED('24h')}`, 'Difference'],
  ['Compare, nothing chosen', '/compare', 'Choose what to compare'],
  ['Search', '/search?q=e2e', 'Incidents'],
  ['Saved views', '/views?of=%2Fjobs%3Fq%3De2e', 'None is saved yet'],
  ['Jobs', '/jobs', 'e2e: gcp 50%'],
  ['Job', jobPath(JOB), 'Family lognorm'],
  ['Run that runs', runPath(runningRef('stop')), 'Not scored yet'],
  ['Run that ended', runPath(ENDED), 'our rule said stop at'],
  ['Run with its steps', runPath(ENDED), 'e2e-test'],
  ['Tests', '/tests', 'regression'],
  ['Grid', gridPath(JOB), 'timed out after'],
  ['Grid with the KPIs of tests', gridPath(JOB), 'as published 4.17'],
  ['Test in its grid', gridPath(JOB, sampleTestState().test), 'Fails together with'],
  ['Run with its cause', runPath(ENDED), 'The same cause in 12 runs of 3 jobs'],
  ['Health', '/health', 'openshift/origin'],
  ['Repository', subjectPath(REPO), 'e2e: gcp 50%'],
  ['Repository with its people', subjectPath(REPO), 'Median time to merge'],
  ['Repository with what DORA needs', subjectPath(REPO), 'not collected'],
  ['Pull requests', '/pulls', 'Fix the lift'],
  ['Pull requests of a repository', '/pulls?source=github&repo=acme%2Fshop', 'Only those of'],
  ['Pull requests that ended', '/pulls?state=ended', 'Fix the lift'],
  ['Pull request', pullPath(PULL), 'likely to fail: 80'],
  ['Savings', '/savings', 'p95-of-pass'],
  ['What if', '/what-if', 'What this rests on'],
  ['Models', '/models', 'only advised'],
  ['Models with their cards', '/models', 'Card of version'],
  ['Test in all jobs', testPath(sampleTestState().test), 'no variant is told'],
  ['Run with its risk', runPath(RISKY), 'a test failed that nearly always passes'],
  ['Pipeline', '/pipeline', 'unreadable-time'],
  ['Nowhere', '/nowhere', 'names nothing here'],
]
const LOOKS = [
  { width: 1440, height: 900, colorScheme: 'light' },
  { width: 1440, height: 900, colorScheme: 'dark' },
  { width: 360, height: 780, colorScheme: 'light' },
  { width: 360, height: 780, colorScheme: 'dark' },
] as const

interface AxeResults {
  readonly violations: readonly { readonly id: string; readonly nodes: { html: string }[] }[]
}
const violationsOf = async (page: Page): Promise<string[]> => {
  await page.evaluate(axe.source)
  const results = await page.evaluate<AxeResults>(
    `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21aa', 'best-practice'] })`,
  )
  return results.violations.map(({ id, nodes }) => `${id}: ${nodes[0]?.html ?? ''}`)
}

describe.skipIf(PATH === null)('every page', () => {
  let folder: string
  let served: Served
  let browser: Browser

  beforeAll(async () => {
    folder = await buildPage()
    served = await serve(folder, { models: servedModels(MODELS, MODEL_TABLE) })
    served.pipeline.publish(pageWorld())
    browser = await launch(PATH ?? '')
  })
  afterAll(async () => {
    await browser.close()
    await served.close()
    removeFolder(folder)
  })

  describe.each(LOOKS)('at $width px, $colorScheme', ({ width, height, colorScheme }) => {
    let opened: Opened
    beforeAll(async () => {
      opened = await open(browser, 'about:blank', {
        viewport: { width, height },
        colorScheme,
        reducedMotion: 'reduce',
      })
    })
    afterAll(() => opened.close())

    it.each(PAGES)(
      '%s shows itself without complaint, fits, and has no accessibility violation',
      async (_name, path, text) => {
        const { page, complaints } = opened
        complaints.length = 0
        await page.goto(served.url + path)
        await page.getByText(text).first().waitFor()
        expect(await violationsOf(page)).toEqual([])
        expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(width)
        expect(complaints).toEqual([])
      },
    )
  })

  it('asks nothing of any other host', async () => {
    const { page, close } = await open(browser, served.url)
    const hosts = new Set<string>()
    page.on('request', (request) => hosts.add(new URL(request.url()).host))
    for (const [, path, text] of PAGES) {
      await page.goto(served.url + path)
      await page.getByText(text).first().waitFor()
    }
    expect([...hosts]).toEqual([new URL(served.url).host])
    await close()
  })

  it('is small', async () => {
    const { page, close } = await open(browser, served.url)
    const bytes = await page.evaluate<number>(
      `performance.getEntriesByType('resource')
        .filter(({ name }) => /assets/.test(name))
        .reduce((sum, { decodedBodySize }) => sum + decodedBodySize, 0)`,
    )
    expect(bytes).toBeGreaterThan(10_000)
    expect(bytes).toBeLessThan(335_000)
    await close()
  })
})
