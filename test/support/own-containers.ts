/** Containers of one run of the tests: labelled, so that what a killed test left is removed at the end, and nobody else's. */

import { randomUUID } from 'node:crypto'
import { docker } from './docker.ts'

const SESSION = 'STOPLINE_TEST_SESSION'
const LABEL = 'stopline.test-session'

// The container that usually tidies up is an image of its own, which may not be had.
process.env['TESTCONTAINERS_RYUK_DISABLED'] = 'true'

/** Before the first test: processes of tests inherit it. */
export const setup = (): void => {
  process.env[SESSION] = randomUUID()
}

export const ownLabels = (): Readonly<Record<string, string>> => ({
  [LABEL]: process.env[SESSION] ?? 'none',
})

/** After the last test. */
export const teardown = async (): Promise<void> => {
  const filter = `label=${LABEL}=${process.env[SESSION] ?? 'none'}`
  const left = await docker(['ps', '-aq', '--filter', filter]).catch(() => '')
  for (const id of left.split('\n').filter((each) => each !== ''))
    await docker(['rm', '-fv', id]).catch(() => undefined)
}
