import { describe, expect, it } from 'vitest'
import { readDelivery, type Contexts } from '../../producers/github/normalize-delivery.ts'
import { numberInUrl, readComment, readIssue } from '../../producers/github/normalize-issue.ts'

const NOW = Date.parse('2026-01-02T12:00:00Z')
const options = { source: 'github', repo: 'o/r', now: NOW }
const issue = {
  number: 7,
  user: { login: 'ann' },
  author_association: 'NONE',
  title: 'It is broken',
  body: 'Since today.',
  created_at: '2026-01-02T10:00:00Z',
  updated_at: '2026-01-02T11:00:00Z',
  closed_at: '2026-01-02T11:00:00Z',
  closed_by: { login: 'eve' },
  state_reason: 'not_planned',
  labels: [{ name: 'bug' }],
  assignees: [{ login: 'bob' }],
  milestone: { title: 'v1' },
}
const comment = {
  id: 5,
  user: { login: 'eve' },
  author_association: 'MEMBER',
  body: 'looks good',
  created_at: '2026-01-02T10:30:00Z',
}
const contexts: Contexts = { get: () => undefined, set: () => undefined }
const delivered = (event: string, payload: object) =>
  readDelivery(event, { repository: { full_name: 'o/r' }, ...payload }, options, contexts)

describe('an issue', () => {
  it('tells who opened and closed it, and why', () => {
    const read = readIssue(issue, options, null)
    expect(read?.others.map(({ record }) => record)).toMatchObject([
      { eventId: 'github:o/r:issue:7:opened', kind: 'opened', actor: 'ann', labels: ['bug'] },
      { kind: 'closed', actor: 'eve', reason: 'not_planned', milestone: 'v1', assignees: ['bob'] },
    ])
    expect(read?.notes).toEqual([])
    expect(readIssue({ ...issue, pull_request: {} }, options, null)).toBeNull()
    expect(() => readIssue({ number: 7 }, options, null)).toThrow('created_at')
  })

  it('has the same ids where it is delivered', () => {
    const polled = readIssue(issue, options, null)
    const turn = delivered('issues', { action: 'closed', issue })
    expect(turn?.others).toEqual(polled?.others)
    const turned = delivered('issue_comment', { action: 'created', issue, comment })
    expect(turned?.others).toEqual(readComment(comment, 7, false, options).others)
    const onPull = { ...issue, pull_request: {} }
    expect(delivered('issue_comment', { action: 'created', issue: onPull, comment })).toMatchObject(
      { others: [], pulls: [{ eventId: 'github:o/r:pull:7:commented:5', actor: 'eve' }] },
    )
    expect(delivered('issue_comment', { action: 'deleted', issue, comment })?.others).toEqual([])
  })

  it('is found by addresses that end in its number, and by no others', () => {
    expect(numberInUrl('https://api.github.com/repos/o/r/issues/17')).toBe(17)
    expect(numberInUrl('https://github.com/o/r/pull/3#issuecomment-1')).toBe(3)
    expect(numberInUrl('https://github.com/o/r/issues/17/x')).toBeNull()
    expect(numberInUrl(null)).toBeNull()
  })
})
