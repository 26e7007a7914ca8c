import { readFile } from 'node:fs/promises'
import { describe, expect, it } from 'vitest'
import { COMMANDS } from '../../cli/commands/index.ts'
import { exampleLines } from '../support/example.ts'

const BLOCK = /(<!-- example -->\n)[\s\S]*(<!-- \/example -->)/

describe('the README', () => {
  it('follows one event as it really goes; renew with `npx vitest run test/guide -u`', async () => {
    const block = `\n\`\`\`\n${(await exampleLines()).join('\n')}\n\`\`\`\n\n`
    const text = await readFile('README.md', 'utf8')
    expect(text).toMatch(BLOCK)
    const renewed = text.replace(BLOCK, (_all, open: string, close: string) => open + block + close)
    await expect(renewed).toMatchFileSnapshot('../../README.md')
  })
  it('names every command', async () => {
    const text = await readFile('README.md', 'utf8')
    for (const { name } of COMMANDS)
      expect(text).toMatch(new RegExp(`stopline ${name}|· \`${name}\``))
  })
})
