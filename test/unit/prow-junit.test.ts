import { describe, expect, it } from 'vitest'
import { junitReader } from '../../producers/prow/junit.ts'

const AT = Date.parse('2026-01-02T10:00:00Z')
const file = {
  run: { source: 'prow', repo: 'o/r', job: 'j', runId: '1', attempt: 1 },
  file: 'artifacts/junit.xml',
  eventAt: AT,
  now: AT + 5000,
}
const read = (xml: string, pieceBytes = 1e9) => {
  const reader = junitReader(file)
  const bytes = Buffer.from(xml)
  const tests = []
  for (let at = 0; at < bytes.length; at += pieceBytes)
    tests.push(...reader.push(bytes.subarray(at, at + pieceBytes)))
  return { tests, report: reader.end() }
}

const SUITE = `<?xml version="1.0" encoding="UTF-8"?>
<testsuites><testsuite name="e2e" tests="5">
<properties><property name="TestVersion" value="v1"/></properties>
<testcase name="ok" time="1,234.5"><system-out>fine</system-out></testcase>
<testcase classname="pkg" name="bad &lt;one&gt;" time="2"><failure message="no &amp; never">at é line 1</failure></testcase>
<testcase name="broken"><error><![CDATA[out of <memory>]]></error><failure/></testcase>
<testcase name="later" time="-1"><skipped message="not today"/></testcase>
<testcase name="moody" time="3"><flakyFailure message="once"/></testcase>
<testcase name=""/>
</testsuite></testsuites>`

describe('a JUnit file', () => {
  it('tells each test and what the file says of the run', () => {
    const { tests, report } = read(SUITE)
    expect(
      tests.map(({ test, status, rawStatus, durationSeconds, message }) => [
        ...[test, status, rawStatus, durationSeconds, message],
      ]),
    ).toEqual([
      ['ok', 'passed', 'passed', 1234.5, null],
      ['pkg.bad <one>', 'failed', 'failure', 2, 'no & neverat é line 1'],
      ['broken', 'error', 'error', null, 'out of <memory>'],
      ['later', 'skipped', 'skipped', null, 'not today'],
      ['moody', 'flaky', 'flakyFailure', 3, 'once'],
    ])
    expect(tests[0]).toMatchObject({ eventAt: AT, observedAt: AT + 5000, runId: '1' })
    expect(report).toMatchObject({
      kind: 'testsReported',
      passed: 2,
      failed: 2,
      failedTests: ['pkg.bad <one>', 'broken'],
    })
  })

  it.each([1, 7, 100])('says the same in pieces of %i bytes', (bytes) => {
    expect(read(SUITE, bytes)).toEqual(read(SUITE))
  })

  it('gives each of several runs of one test an id of its own', () => {
    const { tests } = read('<testsuite><testcase name="a"/><testcase name="a"/></testsuite>')
    expect(new Set(tests.map(({ eventId }) => eventId)).size).toBe(2)
  })

  it.each([
    [
      'a billion laughs',
      `<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;">]><testsuite><testcase name="&b;"/></testsuite>`,
      'document type',
    ],
    ['an entity from nowhere', '<testsuite><testcase name="&secret;"/></testsuite>', 'entity'],
    ['HTML', '<html><body><br><p>Sign in</body></html>', 'Unexpected close tag'],
    ['a file cut short', '<testsuite><testcase name="a"/>', 'Unclosed root tag'],
    ['text', 'not found', 'Non-whitespace before first tag'],
    ['endless nesting', '<a>'.repeat(100_000), 'levels deep'],
    ['an endless attribute', `<testsuite><testcase name="${'x'.repeat(2e6)}`, 'buffer'],
  ])('is refused as %s', (_, xml, reason) => {
    expect(() => read(xml, 65_536)).toThrow(reason)
  })

  it('of 100 MB never sits in memory', () => {
    const reader = junitReader(file)
    reader.push(Buffer.from('<testsuite><testcase name="loud"><failure><![CDATA['))
    const piece = Buffer.alloc(1_000_000, 'log line of a test that talks without end\n')
    const before = process.memoryUsage().heapUsed
    let most = 0
    for (let i = 0; i < 100; i += 1) {
      expect(reader.push(piece)).toEqual([])
      most = Math.max(most, process.memoryUsage().heapUsed - before)
    }
    const tests = reader.push(Buffer.from(']]></failure></testcase></testsuite>'))
    expect(tests).toHaveLength(1)
    expect(tests[0]?.message).toHaveLength(500)
    expect(reader.end()).toMatchObject({ failed: 1 })
    expect(most).toBeLessThan(80_000_000)
  })
})
