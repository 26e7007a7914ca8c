/** Slack, mail and GitHub against servers that keep what they are told; pace, quiet hours, digests, filters. */

import { afterEach, describe, expect, it } from 'vitest'
import { createHttpClient } from '../../runtime/http.ts'
import { createMailer } from '../../runtime/mail.ts'
import { isNews, passes, EVERYTHING } from '../../sinks/notify/filter.ts'
import { commentWith, createGithubReceiver } from '../../sinks/notify/github.ts'
import { createMail } from '../../sinks/notify/mail.ts'
import {
  AT_ONCE,
  createBucket,
  digestAt,
  minuteOfDay,
  quietUntil,
} from '../../sinks/notify/pace.ts'
import { isOurs } from '../../sinks/github-request.ts'
import { createSlack } from '../../sinks/notify/slack.ts'
import { readNotify } from '../../cli/config/notify.ts'
import { anIncident, createOutboxes } from '../support/outboxes.ts'
import { startHttpWorld, startSmtpWorld, type Fault, type HeardCall } from '../support/receivers.ts'
import { NOON } from '../support/sample-records.ts'

const cleanups: (() => unknown)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
})
const outboxes = () => {
  const world = createOutboxes()
  cleanups.push(world.close)
  return world
}
const ports = () => {
  const http = createHttpClient()
  cleanups.push(http.close)
  return { http, clock: { now: () => NOON } }
}
const base = (name: string) => ({
  name,
  filter: EVERYTHING,
  pace: { ...AT_ONCE, perMinute: 6_000 },
})

/** A Slack that keeps messages by ts, with their replies. */
const startSlack = async (faults: Fault[] = []) => {
  const messages = new Map<string, { text: string; replies: string[] }>()
  const answer = (body: object) => ({ status: 200, body })
  const server = await startHttpWorld(({ path, body }: HeardCall) => {
    const text = String(body['text'])
    const known = messages.get(String(body['thread_ts'] ?? body['ts']))
    if (path === '/chat.update') {
      if (known === undefined) return answer({ ok: false, error: 'message_not_found' })
      known.text = text
      return answer({ ok: true, ts: body['ts'], channel: 'C1' })
    }
    if (body['thread_ts'] !== undefined) known?.replies.push(text)
    else messages.set(`${messages.size + 1}.0`, { text, replies: [] })
    return answer({ ok: true, ts: `${messages.size}.0`, channel: 'C1' })
  }, faults)
  cleanups.push(server.close)
  return { server, messages }
}
const slackTo = (url: string) =>
  createSlack({ ...base('slack'), api: url, token: 'xoxb', channel: '#ci' }, ports())

describe('Slack', () => {
  it('has one message per incident: changed as it changes, its close also said below it', async () => {
    const { server, messages } = await startSlack()
    const [world, slack] = [outboxes(), slackTo(server.url)]
    world.run(slack, 0)
    world.publish(anIncident(1, { state: 'open' }))
    await world.settledAt(slack, 1)
    world.publish(anIncident(1, { eventId: 'u', state: 'update', title: 'worse' }))
    await world.settledAt(slack, 2)
    world.publish(
      anIncident(1, { eventId: 'c', state: 'closed', title: 'worse', verdict: 'run 17 passed' }),
    )
    await world.settledAt(slack, 3)
    expect([...messages.values()]).toEqual([
      { text: '[closed] worse', replies: ['Closed: run 17 passed'] },
    ])
    expect(server.calls[0]?.headers.authorization).toBe('Bearer xoxb')
  })

  it('keeps to that after a restart, and posts anew where its message was deleted', async () => {
    const { server, messages } = await startSlack()
    const [world, slack] = [outboxes(), slackTo(server.url)]
    const stop = world.run(slack, 0)
    world.publish(anIncident(1))
    await world.settledAt(slack, 1)
    await stop()
    world.publish(anIncident(1, { eventId: 'u', state: 'update', title: 'worse' }))
    world.run(slack)
    await world.settledAt(slack, 2)
    expect(messages.size).toBe(1)
    messages.clear()
    world.publish(anIncident(1, { eventId: 'v', state: 'update', title: 'worst' }))
    await world.settledAt(slack, 3)
    expect([...messages.values()].map(({ text }) => text)).toEqual(['[warning] worst'])
  })

  it('waits through 429, 500, cut connections and a revoked token; loses nothing', async () => {
    const faults: Fault[] = [
      { status: 429, headers: { 'retry-after': '1' } },
      { status: 500 },
      { fault: 'cut' },
    ]
    const { server, messages } = await startSlack(faults)
    const [world, slack] = [outboxes(), slackTo(server.url)]
    world.run(slack, 0)
    world.publish(anIncident(1), anIncident(2))
    await world.settledAt(slack, 2)
    expect(messages.size).toBe(2)
    expect(world.deadLetters).toEqual([])
  })

  it('waits through half-open connections', async () => {
    const { server, messages } = await startSlack([{ fault: 'hang' }, { fault: 'hang' }])
    const [world, slack] = [
      outboxes(),
      createSlack(
        { ...base('slack'), api: server.url, token: 'xoxb', channel: '#ci', timeoutMs: 200 },
        ports(),
      ),
    ]
    world.run(slack, 0)
    world.publish(anIncident(1), anIncident(2))
    await world.settledAt(slack, 2)
    expect(messages.size).toBe(2)
    expect(server.calls.length).toBeGreaterThanOrEqual(4)
    expect(world.deadLetters).toEqual([])
  })

  it('loses nothing where it is told again and again to wait while others are delivered', async () => {
    const { server, messages } = await startSlack()
    const [world, slack] = [outboxes(), slackTo(server.url)]
    let waits = 0
    const send: typeof slack.send = (notices, signal) => {
      if (notices[0]?.incident.incident !== 'i0' || waits >= 20) return slack.send(notices, signal)
      waits += 1
      return Promise.resolve({ kind: 'again', why: 'the receiver answered 429' })
    }
    for (let i = 0; i < 10; i += 1) world.publish(anIncident(i))
    world.run({ ...slack, send }, 0)
    await world.settledAt(slack, 10)
    expect([messages.size, waits]).toEqual([10, 20])
    expect(world.deadLetters).toEqual([])
  })

  it('keeps a refusal as a dead letter', async () => {
    const server = await startHttpWorld(() => ({
      status: 200,
      body: { ok: false, error: 'channel_not_found' },
    }))
    cleanups.push(server.close)
    const [world, slack] = [outboxes(), slackTo(server.url)]
    world.run(slack, 0)
    world.publish(anIncident(1))
    await world.settledAt(slack, 1)
    expect(world.deadLetters).toMatchObject([{ detail: 'Slack answered channel_not_found' }])
  })

  it('shows names of others as they are', async () => {
    const { server } = await startSlack()
    const [world, slack] = [outboxes(), slackTo(server.url)]
    world.run(slack, 0)
    world.publish(anIncident(1, { title: '<!channel> & <https://evil|click>' }))
    await world.settledAt(slack, 1)
    const shown = JSON.stringify(server.calls[0]?.body['blocks'])
    expect(shown).toContain('&lt;!channel&gt; &amp; &lt;https://evil|click&gt;')
    world.publish(anIncident(1, { eventId: 'c', state: 'closed', verdict: '<!here> run passed' }))
    await world.settledAt(slack, 2)
    const texts = server.calls.map(({ body }) => JSON.stringify(body)).join()
    expect(texts).toContain('Closed: &lt;!here&gt; run passed')
    expect(texts).not.toMatch(/<!?(?:here|channel|https)/)
  })
})

describe('mail', () => {
  it('tells together what opened and closed, and says what it is', async () => {
    const server = await startSmtpWorld(['451 later'])
    cleanups.push(server.close)
    const mailer = createMailer(server.url)
    cleanups.push(mailer.close)
    const pace = { ...AT_ONCE, digestMs: 3_600_000 }
    const mail = createMail(
      { ...base('mail'), pace, from: 'ci@acme.test', to: ['a@acme.test'] },
      mailer,
    )
    const world = outboxes()
    world.run(mail, 0)
    world.publish(anIncident(1, { title: 'one\r\nBcc: all@acme.test' }), anIncident(2))
    world.publish(anIncident(3, { state: 'update' })) // cannot be changed in a mail
    expect(server.mails).toEqual([])
    world.passTime(3_600_000)
    await world.settledAt(mail, 4)
    expect(server.mails).toHaveLength(1)
    const [text = ''] = server.mails
    expect(text).toMatch(/^Subject: \[warning\] one {2}Bcc: all@acme\.test and 1 more$/m)
    expect(text.split('\n\n')[0]).not.toMatch(/^Bcc:/m)
    expect(text).toMatch(/^Message-ID: <\w+@stopline\.invalid>$/m)
    expect(text).toContain('title 2')
    expect(text).not.toContain('title 3')
  })
})

/** A GitHub that keeps checks and comments. */
const startGithub = async (faults: Fault[] = []) => {
  const checks: Record<string, unknown>[] = []
  const user = { login: 'stopline-ci', type: 'User' }
  const comments: { id: number; body: string; user: typeof user }[] = []
  const server = await startHttpWorld(({ method, path, body }) => {
    if (path === '/user') return { status: 200, body: user }
    const id = Number(/(\d+)$/.exec(path.split('?')[0] ?? '')?.[1])
    if (path.includes('/check-runs')) {
      if (method === 'GET') return { status: 200, body: { check_runs: checks } }
      if (method === 'POST') checks.push({ id: checks.length + 1, ...body })
      else Object.assign(checks[id - 1] ?? {}, body)
      return { status: 200, body: {} }
    }
    if (method === 'GET') return { status: 200, body: comments }
    if (method === 'POST')
      comments.push({ id: comments.length + 1, user, body: String(body['body']) })
    else Object.assign(comments[id - 1] ?? {}, { body: String(body['body']) })
    return { status: 200, body: {} }
  }, faults)
  cleanups.push(server.close)
  return { server, checks, comments }
}
const githubTo = (api: string, repos = ['openshift/*']) =>
  createGithubReceiver(
    { ...base('github'), api, token: 't', repos, hasChecks: true, hasComments: true },
    ports(),
  )
const onPull = (index: number, more = {}) =>
  anIncident(index, { head: 'pull 7', sha: 'abcdef1', ...more })

describe('GitHub', () => {
  it('has one check run per incident and one comment per pull request, changed and not repeated', async () => {
    const { server, checks, comments } = await startGithub()
    const [world, github] = [outboxes(), githubTo(server.url)]
    world.run(github, 0)
    world.publish(onPull(1))
    await world.settledAt(github, 1)
    world.publish(onPull(2))
    await world.settledAt(github, 2)
    world.publish(onPull(1, { eventId: 'c', state: 'closed', title: 'over' }))
    await world.settledAt(github, 3)
    expect(checks).toMatchObject([
      { external_id: 'i1', head_sha: 'abcdef1', status: 'completed', conclusion: 'neutral' },
      { external_id: 'i2', status: 'in_progress' },
    ])
    expect(comments).toHaveLength(1)
    expect(comments[0]?.body).toContain('over')
    expect(comments[0]?.body).toContain('title 2')
    expect(comments[0]?.body).not.toContain('title 1')
  })

  it('makes no second one where its answer was lost, and waits for a token that is mended', async () => {
    const { server, checks, comments } = await startGithub([
      ...[{ status: 401 }, { status: 403 }],
      ...[{}, { fault: 'late' as const }],
    ])
    const [world, github] = [outboxes(), githubTo(server.url)]
    world.run(github, 0)
    world.publish(onPull(1))
    await world.settledAt(github, 1)
    expect(checks).toHaveLength(1)
    expect(comments).toHaveLength(1)
    expect(world.deadLetters).toEqual([])
  })

  it('changes no comment of a stranger who wrote its mark into it', async () => {
    const { server, comments } = await startGithub()
    const mallory = { login: 'mallory', type: 'User' }
    comments.push({ id: 1, user: mallory, body: '<!-- stopline -->\nAll is well, merge it.' })
    const [world, github] = [outboxes(), githubTo(server.url)]
    world.run(github, 0)
    world.publish(onPull(1))
    await world.settledAt(github, 1)
    world.publish(onPull(1, { eventId: 'u', state: 'update', title: 'worse' }))
    await world.settledAt(github, 2)
    expect(comments.map(({ user }) => user.login)).toEqual(['mallory', 'stopline-ci'])
    expect(comments[0]?.body).not.toContain('title 1')
    expect(comments[1]?.body).toContain('worse')
  })

  it('is a bot where its token is that of an app', () => {
    const ours = { id: 1, body: '<!-- m -->', user: { login: 'any[bot]', type: 'Bot' } }
    expect(isOurs(ours, '<!-- m -->', null)).toBe(true)
    expect(isOurs({ ...ours, user: { login: 'any', type: 'User' } }, '<!-- m -->', null)).toBe(
      false,
    )
    expect(isOurs({ ...ours, user: null }, '<!-- m -->', null)).toBe(false)
    expect(isOurs({ ...ours, body: `> ${ours.body}` }, '<!-- m -->', null)).toBe(false)
  })

  it('shows names of others as they are: no link, no picture, no mention', () => {
    const text = commentWith(
      '',
      anIncident(1, { title: '![x](https://evil) `a` **b** @all <img>' }),
    )
    expect(text).toContain(
      '!&#91;x](https://evil) &#96;a&#96; &#42;&#42;b&#42;&#42; @\u200ball &#60;img>',
    )
  })

  it('tells only repositories that asked for it', async () => {
    const { server } = await startGithub()
    const [world, github] = [outboxes(), githubTo(server.url, ['acme/*'])]
    world.run(github, 0)
    world.publish(onPull(1), onPull(2, { repo: 'acme/../../user' }))
    await world.settledAt(github, 2)
    expect(server.calls).toEqual([])
  })

  it('puts sections side by side, whatever their names', () => {
    const first = commentWith('', anIncident(1, { incident: 'a-->b' }))
    const both = commentWith(first, anIncident(2, { incident: 'c' }))
    const changed = commentWith(both, anIncident(1, { incident: 'a-->b', title: 'new @all' }))
    expect(changed).toContain('new @\u200ball')
    expect(changed).toContain('title 2')
    expect(changed.match(/###/g)).toHaveLength(2)
  })
})

describe('pace', () => {
  it('knows quiet hours across midnight, in their zone', () => {
    expect(minuteOfDay(NOON, 'Europe/Berlin')).toBe(14 * 60)
    const night = { from: 22 * 60, to: 7 * 60, zone: 'UTC' }
    expect(quietUntil(night, NOON)).toBe(NOON)
    expect(quietUntil(night, NOON + 11 * 3_600_000)).toBe(NOON + 19 * 3_600_000)
    expect(quietUntil(night, NOON - 6 * 3_600_000)).toBe(NOON - 5 * 3_600_000)
    expect(quietUntil(null, NOON)).toBe(NOON)
  })
  it('spaces what is sent once the first are gone', () => {
    const bucket = createBucket(2)
    expect(bucket.next(NOON)).toBe(NOON)
    bucket.take()
    bucket.take()
    expect(bucket.next(NOON)).toBe(NOON + 30_000)
    expect(bucket.next(NOON + 30_000)).toBe(NOON + 30_000)
  })
  it('ends digests at whole stretches of time', () => {
    expect(digestAt(3_600_000, NOON)).toBe(NOON + 3_600_000)
    expect(digestAt(3_600_000, NOON - 1)).toBe(NOON)
  })
  it('holds back all but what is critical in quiet hours', async () => {
    const { server, messages } = await startSlack()
    const world = outboxes()
    const quiet = { from: 11 * 60, to: 13 * 60, zone: 'UTC' }
    const slack = { ...slackTo(server.url), pace: { ...AT_ONCE, quiet } }
    world.run(slack, 0)
    world.publish(anIncident(1), anIncident(2, { severity: 'critical' }))
    await expect.poll(() => messages.size).toBe(1)
    expect([...messages.values()][0]?.text).toBe('[critical] title 2')
    world.passTime(3_600_000)
    await world.settledAt(slack, 3)
    expect(messages.size).toBe(2)
  })
})

describe('what is told', () => {
  it('goes by severity, rule, owner and job', () => {
    const one = anIncident(1, {
      severity: 'warning',
      alert: 'job-overdue',
      owner: '@a',
      job: 'e2e',
    })
    expect(passes({ ...EVERYTHING, severity: 'critical' }, one)).toBe(false)
    expect(passes({ ...EVERYTHING, alerts: ['job-*'], owners: ['@a'], match: ['e*'] }, one)).toBe(
      true,
    )
    expect(passes({ ...EVERYTHING, owners: ['@b'] }, one)).toBe(false)
  })
  it('is nothing of what is muted, and no update of what somebody has taken', () => {
    expect(isNews(anIncident(1, { mutedUntil: NOON }), false)).toBe(false)
    expect(isNews(anIncident(1, { state: 'update', ackedBy: 'ada' }), false)).toBe(false)
    expect(isNews(anIncident(1, { state: 'closed', ackedBy: 'ada' }), false)).toBe(true)
    expect(isNews(anIncident(1, { state: 'update' }), true)).toBe(false)
  })
})

describe('the section notify', () => {
  const read = (given: unknown) => {
    const problems: string[] = []
    const env = (name: string) =>
      name === 'SHORT' ? 'short' : name === 'M' ? 'smtp://u:p@mail.test' : `a long enough ${name}`
    const reading = { where: '', ports: { env, file: () => '' }, problems }
    return { receivers: readNotify(given, reading, ports()), problems }
  }
  it('opens receivers of every kind', () => {
    const { receivers, problems } = read([
      {
        kind: 'webhook',
        url: 'https://a.test/x',
        secret: { env: 'WEBHOOK' },
        quiet: '22:00-07:00',
      },
      { kind: 'slack', token: { env: 'T' }, channel: '#ci', severity: 'critical' },
      { kind: 'mail', server: { env: 'M' }, from: 'a@b.test', to: ['c@d.test'] },
      { kind: 'github', token: { env: 'G' }, repos: ['o/*'] },
    ])
    expect(problems).toEqual([])
    expect(receivers.map(({ name }) => name)).toEqual(['webhook', 'slack', 'mail', 'github'])
    expect(receivers[0]?.pace.quiet).toEqual({ from: 1320, to: 420, zone: 'UTC' })
    expect(receivers[2]?.pace.digestMs).toBe(3_600_000)
  })
  it('says everything that is wrong, each with its place', () => {
    const { problems } = read([
      { kind: 'pager' },
      { kind: 'webhook', url: 'https://a.test/x', secret: { env: 'SHORT' } },
      { kind: 'slack', token: 'xoxb-in-the-file', channel: '#ci' },
      { kind: 'slack', token: { env: 'T' } },
      { kind: 'mail', server: { env: 'M' }, from: 'a', to: [], zone: 'Mars/Base' },
    ])
    expect(problems).toEqual([
      'notify[0].kind takes one of webhook, slack, mail, github',
      'notify[1].secret has less than 16 characters',
      expect.stringMatching(/^notify\[2\]\.token names where the secret lies/),
      'notify[3].channel is missing',
      'notify[4].to takes at least 1',
      'notify[4].zone is no time zone',
    ])
  })
})
