/**
 * A Prow with many running jobs, each of which reports tests once a minute, polled by a process of its own: lag, memory,
 * requests. `node test/bench/polling.ts [JOBS] [TESTS_PER_MINUTE] [SECONDS]`
 */

import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { stringify } from 'yaml'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'

const MINUTE_MS = 60_000
const [jobs = 5000, testsPerMinute = 50_000, seconds = 150] = process.argv.slice(2).map(Number)

const began = Date.now()
const iso = (at: number): string => new Date(at).toISOString().replace(/\.\d+/, '')
const minutes = (): number => Math.floor((Date.now() - began) / MINUTE_MS)

const prowJob = (index: number): object => ({
  metadata: { name: `uuid-${index}`, labels: {} },
  spec: {
    type: 'periodic',
    job: `periodic-${index % 200}`,
    extra_refs: [{ org: 'o', repo: 'r' }],
    agent: 'kubernetes',
    cluster: `build${index % 8}`,
  },
  status: {
    startTime: iso(began - 60_000),
    pendingTime: iso(began - 50_000),
    state: 'pending',
    build_id: String(10_000 + index),
    pod_name: `uuid-${index}`,
    description: 'Job triggered.',
  },
})
const listing = JSON.stringify({
  items: Array.from({ length: jobs }, (_, index) => prowJob(index)),
})

const perFile = Math.max(1, Math.round(testsPerMinute / jobs))
const junit = (minute: number): string =>
  `<testsuite>${Array.from({ length: perFile }, (_, index) => `<testcase name="test ${minute} ${index}" time="1.5"/>`).join('')}</testsuite>`

const filesOf = (prefix: string): object => ({
  items: Array.from({ length: minutes() + 1 }, (_, minute) => ({
    name: `${prefix}junit_${minute}.xml`,
    size: '1000',
    updated: new Date(began + minute * MINUTE_MS).toISOString(),
    generation: '1',
  })),
})

let requests = 0
const answer = (url: URL): string | null => {
  requests += 1
  if (url.pathname === '/prowjobs.js') return listing
  if (url.pathname === '/log') return `INFO[${iso(began)}] Running step e2e-test.\n`
  if (url.pathname.startsWith('/storage/'))
    return JSON.stringify(filesOf(url.searchParams.get('prefix') ?? ''))
  const minute = /junit_(\d+)\.xml$/.exec(url.pathname)?.[1]
  return minute === undefined ? null : junit(Number(minute))
}

const serve = async (): Promise<{ url: string; close: () => void }> => {
  const server = createServer((request, response) => {
    const body = answer(new URL(request.url ?? '/', 'http://localhost'))
    response.writeHead(body === null ? 404 : 200).end(body ?? '')
  })
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve)
  })
  const close = (): void => {
    server.closeAllConnections()
    server.close()
  }
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close }
}

const startPipeline = async (folder: string, url: string) => {
  const config = join(folder, 'c.yaml')
  const source = {
    kind: 'prow',
    deck: url,
    storage: url,
    bucket: 'bucket',
    every: '10s',
    tests_every: '1m',
    logs: 1000,
  }
  writeFileSync(config, stringify({ store: join(folder, 'store'), port: 0, sources: [source] }))
  const child = spawn(process.execPath, ['cli/stopline.mjs', 'up', '--config', config], {
    stdio: ['ignore', 'ignore', 'pipe'],
  })
  let err = ''
  child.stderr.setEncoding('utf8').on('data', (text: string) => (err += text))
  for (;;) {
    const address = /page +(http\S+)/.exec(err)?.[1]
    if (address !== undefined) return { child, address, err: () => err }
    if (child.exitCode !== null) throw new Error(err)
    await sleep(50)
  }
}

const measure = async (address: string) => {
  const text = await (await fetch(`${address}/metrics`)).text()
  const read = (name: string): number =>
    Number(new RegExp(`^${name}\\S* (\\S+)`, 'm').exec(text)?.[1])
  const tests = Number(
    /^stopline_topic_records\{topic="ci\.test-results\.v1"\} (\S+)/m.exec(text)?.[1],
  )
  const quotas = [...text.matchAll(/^stopline_source_requests\{source="(.+)"\} (\S+)/gm)]
  return {
    tests,
    quota: quotas.map(([, source, used]) => `${source} ${used} requests in the last hour`).join(),
    lagSeconds: read('stopline_lag_seconds'),
    megabytes: read('stopline_resident_memory_bytes') / 1e6,
  }
}

/** Seconds that the process has computed for, all its threads together; NaN where the system does not tell. */
const computedSeconds = (pid: number | undefined): number => {
  const file = `/proc/${pid}/stat`
  if (!existsSync(file)) return NaN
  const fields = readFileSync(file, 'utf8').split(') ')[1]?.split(' ') ?? []
  const TICKS_PER_SECOND = 100
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND
}
/** Characters of what the source remembers, as it lies in the store. */
const rememberedMegabytes = (store: string): number => {
  const held = new EmbeddedStore(store, { readOnly: true })
  try {
    return (held.getText('memory/prow')?.length ?? 0) / 1e6
  } finally {
    held.close()
  }
}

const folder = mkdtempSync(join(tmpdir(), 'stopline-polling-'))
const server = await serve()
const { child, address, err } = await startPipeline(folder, server.url)
try {
  let [maxLag, maxMegabytes] = [0, 0]
  let quota = ''
  const computed = computedSeconds(child.pid)
  for (let at = 0; at < seconds; at += 5) {
    await sleep(5000)
    const now = await measure(address)
    maxLag = Math.max(maxLag, now.lagSeconds)
    maxMegabytes = Math.max(maxMegabytes, now.megabytes)
    const sent = `${Math.round((requests / (at + 5)) * 60)} requests a minute`
    quota = now.quota
    console.log(
      `${at + 5} s: ${now.tests} tests heard, lag ${now.lagSeconds.toFixed(1)} s, ${now.megabytes.toFixed(0)} MB, ${sent}`,
    )
  }
  const cores = (computedSeconds(child.pid) - computed) / seconds
  console.log(
    `computed for ${cores.toFixed(2)} of a core; remembers ${rememberedMegabytes(join(folder, 'store')).toFixed(1)} MB`,
  )
  console.log(
    `most lag ${maxLag.toFixed(1)} s, most memory ${maxMegabytes.toFixed(0)} MB; quota: ${quota}\n${err().split('\n').slice(4, 12).join('\n')}`,
  )
} finally {
  child.kill('SIGKILL')
  server.close()
  rmSync(folder, { recursive: true, force: true })
}
