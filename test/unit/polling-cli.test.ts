import { createHmac } from 'node:crypto'
import { spawn, type ChildProcess } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { afterEach, describe, expect, it } from 'vitest'
import { EmbeddedLog } from '../../runtime/embedded/log.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import { startCiServer } from '../support/ci-server.ts'
import { jobJson, playGithub, type WorldRun } from '../support/github-world.ts'
import { temporaryFolder } from '../support/temporary.ts'

const SECRET = 'the secret of the hooks'
const children: ChildProcess[] = []
const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const child of children.splice(0)) child.kill('SIGKILL')
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

const start = (args: readonly string[]) => {
  const env = { ...process.env, TOKEN: 'token', HOOKS: SECRET }
  const child = spawn(process.execPath, ['cli/main.ts', ...args], { env })
  children.push(child)
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  const ended = new Promise<number | null>((resolve) => {
    child.once('exit', resolve)
  })
  const address = async (): Promise<string> => {
    for (;;) {
      const found = /page +(http\S+)/.exec(err)?.[1]
      if (found !== undefined) return found
      if (child.exitCode !== null) throw new Error(err)
      await sleep(20)
    }
  }
  return { child, ended, address, err: () => err }
}
/** Asks until an answer is as it should be. */
const until = async <T>(ask: () => Promise<T> | T, isGood: (answer: T) => boolean): Promise<T> => {
  for (let tries = 0; ; tries += 1) {
    const answer = await ask()
    if (isGood(answer) || tries > 300) return answer
    await sleep(50)
  }
}

const runOf = (id: number, isEnded: boolean): WorldRun => {
  const at = Date.now() - 60_000
  const [status, conclusion] = isEnded ? ['completed', 'failure'] : ['in_progress', null]
  const job = {
    id: id * 10,
    name: 'unit',
    status,
    conclusion,
    createdAt: at,
    startedAt: at,
    completedAt: isEnded ? at + 30_000 : null,
  }
  return { id, attempt: 1, status, conclusion, createdAt: at, updatedAt: at, jobs: [[job]] }
}
const eventsIn = (store: string): string[] => {
  const held = new EmbeddedStore(store, { readOnly: true })
  try {
    return [...new EmbeddedLog(held).read('ci.run-events.v1')].map(
      ({ record }) => record?.eventId ?? '',
    )
  } finally {
    held.close()
  }
}

describe('live sources on the command line', () => {
  it('are heard by polling and by webhook, each fact once, also over a kill -9', async () => {
    let runs = [runOf(1, false)]
    const server = await startCiServer(playGithub(() => ({ runs, pulls: [] })))
    cleanups.push(server.close)
    const folder = temporaryFolder()
    const [store, config] = [join(folder, 'store'), join(folder, 'c.yaml')]
    const source = {
      kind: 'github',
      api: server.url,
      repos: ['o/r'],
      every: '1s',
      token: { env: 'TOKEN' },
      webhook_secret: { env: 'HOOKS' },
    }
    writeFileSync(
      config,
      stringify({ store, port: 0, record: join(folder, 'recording'), sources: [source] }),
    )

    const first = start(['up', '--config', config])
    const address = await first.address()
    const states = async (): Promise<string[]> => {
      const answer = await fetch(`${address}/v1/runs?limit=50`)
      const { data } = (await answer.json()) as {
        data: { run: { runId: string; phase: string } }[]
      }
      return data.map(({ run: { runId, phase } }) => `${runId} ${phase}`)
    }
    expect(await until(states, (all) => all.length > 0)).toEqual(['10 running'])

    const deliver = (run: WorldRun, id: string, secret = SECRET) => {
      const [job] = run.jobs[0] ?? []
      const body = JSON.stringify({
        action: 'completed',
        repository: { full_name: 'o/r' },
        workflow_job: job && jobJson(job, run, 1),
      })
      const signature = createHmac('sha256', secret).update(body).digest('hex')
      const headers = {
        'content-type': 'application/json',
        'x-github-event': 'workflow_job',
        'x-github-delivery': id,
        'x-hub-signature-256': `sha256=${signature}`,
      }
      return fetch(`${address}/v1/ingest/github`, { method: 'POST', headers, body })
    }
    const two = runOf(2, true)
    const answer = await deliver(two, 'a')
    expect([answer.status, await answer.json()]).toEqual([202, { result: 'taken', records: 3 }])
    expect(await (await deliver(two, 'a')).json()).toEqual({ result: 'repeated', records: 0 })
    // Ids are not signed: what was heard comes again under another one.
    expect(await (await deliver(two, 'b')).json()).toEqual({ result: 'repeated', records: 0 })
    expect((await deliver(two, 'c', 'forged')).status).toBe(401)
    runs = [runOf(1, true), two, runOf(3, true)]
    const all = ['10 finished', '20 finished', '30 finished']
    expect((await until(states, (now) => now.toSorted().join() === all.join())).toSorted()).toEqual(
      all,
    )
    const { data } = (await (await fetch(`${address}/v1/pipeline`)).json()) as {
      data: { sources: object[] }
    }
    expect(data.sources).toMatchObject([{ name: 'github', state: 'running', isSimulated: false }])
    expect(await (await fetch(`${address}/metrics`)).text()).toContain(
      'stopline_source_requests{source="github"}',
    )
    first.child.kill('SIGKILL')
    await first.ended

    const second = start(['up', '--config', config])
    await second.address()
    const rounds = server.requests.length
    await until(
      () => server.requests.length,
      (count) => count > rounds + 3,
    )
    second.child.kill('SIGTERM')
    expect(await second.ended).toBe(0)
    const events = eventsIn(store)
    expect(new Set(events).size).toBe(events.length)
    expect(events.filter((id) => id.includes('finished'))).toHaveLength(3)
    expect(
      first.err() +
        second.err() +
        readFileSync(join(folder, 'recording', 'recording.json'), 'utf8'),
    ).not.toContain(SECRET)
  })

  it('are recorded, and replayed into a store', async () => {
    const server = await startCiServer(
      playGithub(() => ({ runs: [runOf(1, true), runOf(2, false)], pulls: [] })),
    )
    cleanups.push(server.close)
    const folder = temporaryFolder()
    const [recording, config] = [join(folder, 'recording'), join(folder, 'c.yaml')]
    writeFileSync(
      config,
      stringify({
        sources: [
          { kind: 'github', api: server.url, repos: ['o/r'], every: '1s', token: { env: 'TOKEN' } },
        ],
      }),
    )
    const recorded = start(['record', recording, '--config', config, '--minutes', '0.03'])
    expect(await recorded.ended).toBe(0)
    const store = join(folder, 'store')
    const replayed = start(['replay', recording, '--store', store])
    expect([await replayed.ended, replayed.err()]).toMatchObject([
      0,
      expect.stringContaining('facts'),
    ])
    const events = eventsIn(store)
    expect(events.filter((id) => id.includes('finished'))).toHaveLength(1)
    const again = start(['replay', recording, '--store', store])
    expect(await again.ended).toBe(0)
    expect(eventsIn(store)).toEqual(events)
  })

  it('are refused with one line for each mistake', async () => {
    const config = join(temporaryFolder(), 'c.yaml')
    writeFileSync(
      config,
      stringify({ prot: 1, sources: [{ kind: 'github', repos: [] }, { kind: 'x' }] }),
    )
    const refused = start(['up', '--config', config])
    expect(await refused.ended).toBe(1)
    expect(refused.err()).toContain('prot is not known')
    expect(refused.err()).toContain('sources[0].repos takes at least 1')
    expect(refused.err()).toContain('sources[1].kind takes one of prow')
  })
})
