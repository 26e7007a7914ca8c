import { describe, expect, it } from 'vitest'
import type { Get } from '../../producers/payload/reach.ts'
import type { Turn } from '../../producers/payload/turn.ts'
import { newCursor } from '../../producers/prow/cursor.ts'
import { pollProw } from '../../producers/prow/poll.ts'
import { stepOf } from '../../producers/prow/run-files.ts'
import type { LogExcerpt } from '../../schemas/events.ts'
import { answer } from '../support/answers.ts'
import { heardWithCut } from '../support/cut-anywhere.ts'
import { config, iso, MINUTE_MS, serve, START } from '../support/prow-world.ts'

const FOLDER = 'logs/periodic-e2e/11'
const TEST_LOG = `${FOLDER}/artifacts/e2e/openshift-e2e-test/build-log.txt`
const GATHER_LOG = `${FOLDER}/artifacts/e2e/gather-extra/build-log.txt`
const LOGS: Readonly<Record<string, string>> = {
  [TEST_LOG]: [
    `time="${iso(34)}" level=info msg="started"`,
    'passed: (1.5s) 2026-01-02T10:34:30 "a test"',
    'failed: (2m1s) 2026-01-02T10:35:30 "another test"',
    'fatal error: the cluster went away',
    'error: 1 fail, 1 pass, 0 skip (3m)',
  ].join('\n'),
  [GATHER_LOG]: 'Gathering artifacts ...\n',
}
const FOREIGN = [
  'logs/other/1/artifacts/e2e/step/build-log.txt',
  `${FOLDER}/artifacts/e2e/gather-extra/artifacts/pods/x/build-log.txt`,
  `${FOLDER}/build-log.txt`,
]

/** The world of Prow, with the logs of two steps from minute 36 on. */
const withLogs =
  (minute: number, asked: string[] = []): Get =>
  (url, asking) => {
    const { pathname, searchParams } = new URL(url)
    const path = decodeURIComponent(pathname).replace('/b-1/', '')
    if (pathname === '/storage/v1/b/b-1/o') {
      asked.push(searchParams.get('matchGlob') ?? '')
      const names = minute < 36 ? [] : [...Object.keys(LOGS), ...FOREIGN]
      const items = names.map((name) => ({ name, size: '400', updated: iso(36), generation: '1' }))
      return Promise.resolve(answer(200, { items }))
    }
    const log = LOGS[path]
    if (log === undefined) return serve({ minute })(url, asking)
    asked.push(path)
    return Promise.resolve(answer(206, log.slice(asking?.from ?? 0)))
  }

const heard = async (minutes: readonly number[], more = {}) => {
  const cursor = newCursor()
  const turns: Turn[] = []
  const asked: string[] = []
  for (const minute of minutes) {
    const now = START + minute * MINUTE_MS
    const whole = { ...config, ...more }
    for await (const turn of pollProw(withLogs(minute, asked), cursor, whole, now)) turns.push(turn)
  }
  const excerpts = turns
    .flatMap(({ others }) => others)
    .map(({ record }) => record as LogExcerpt)
    .filter(({ log }) => log !== 'build-log.txt')
  return { turns, asked, excerpts }
}

describe('logs that steps leave among the artifacts', () => {
  it('are named by test and step, two levels deep and nowhere else', () => {
    expect(stepOf('artifacts/e2e/ipi-install/build-log.txt')).toBe('e2e-ipi-install')
    for (const path of [...FOREIGN, 'artifacts/build-log.txt', 'artifacts/a/b/junit.xml'])
      expect(stepOf(path.replace(`${FOLDER}/`, ''))).toBeNull()
  })

  it('tell tests and what is loud while the run goes on, each once', async () => {
    const { turns, asked, excerpts } = await heard([2, 37, 42])
    expect(asked.filter((path) => path.endsWith('.txt'))).toEqual([TEST_LOG, GATHER_LOG])
    expect(asked).toContain('**/{junit*.xml,build-log.txt}')
    const reports = turns
      .flatMap(({ facts }) => facts)
      .filter(({ kind }) => kind === 'testsReported')
    expect(reports).toMatchObject([
      { step: 'e2e-openshift-e2e-test', passed: 1, failed: 1, failedTests: ['another test'] },
    ])
    expect(excerpts.map(({ log, isEnd }) => [log.split('/')[2], isEnd])).toEqual([
      ['openshift-e2e-test', true],
      ['gather-extra', true],
    ])
    expect(excerpts[0]?.lines.map(({ text }) => text)).toContain(
      'fatal error: the cluster went away',
    )
    expect(excerpts[0]).toMatchObject({ eventAt: START + 36 * MINUTE_MS, runId: '11' })
  })

  it('are left alone where they are not wanted', async () => {
    const { asked, excerpts } = await heard([2, 37, 42], { hasStepLogs: false })
    expect(excerpts).toEqual([])
    expect(new Set(asked)).toEqual(new Set(['**/junit*.xml']))
  })

  it('lose nothing where a round is cut off after any turn', async () => {
    const hear = (cutAt: number) =>
      heardWithCut(
        { newCursor, poll: (get, cursor, now) => pollProw(get, cursor, config, now) },
        [0, 2, 37, 41].map((minute) => ({
          get: withLogs(minute),
          now: START + minute * MINUTE_MS,
        })),
        cutAt,
      )
    const { ids } = await hear(0)
    for (let cutAt = 1; cutAt < 30; cutAt += 1) {
      const cut = await hear(cutAt)
      if (!cut.isCut) break
      expect(cut.ids).toEqual(ids)
    }
  })
})
