import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'

const PAGE = 'docs/consume.md'
const FENCES: Readonly<Record<string, string>> = { ts: 'ts', py: 'python', java: 'java' }

/** The page with the files it shows, as they are now. `npx vitest run test/unit/consume-page.test.ts -u` renews it. */
it('shows the files that are run by the tests of clusters', async () => {
  const text = readFileSync(PAGE, 'utf8')
  const shown = text.replace(
    /<!-- (\w+\.(\w+)) -->\n(\n```\w+\n[^]*?\n```\n)?/g,
    (_, file: string, kind: string) =>
      `<!-- ${file} -->\n\n\`\`\`${FENCES[kind] ?? ''}\n${readFileSync(`docs/consume/${file}`, 'utf8').trimEnd()}\n\`\`\`\n`,
  )
  expect(shown.match(/```\w+\n/g)).toHaveLength(4)
  await expect(shown).toMatchFileSnapshot(`../../${PAGE}`)
})
