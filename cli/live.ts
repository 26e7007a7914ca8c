/** Feeds a runtime from live sources, polled and delivered, as their facts are heard. */

import type { IngestDelivery, IngestResult, SourceStatus } from '../api/deps.ts'
import type { Config, ConfiguredSource } from '../producers/config/config.ts'
import { createGithubWebhook } from '../producers/github/webhook.ts'
import { liveSources, type LiveSources, type LiveStatus } from '../producers/live.ts'
import type { Note } from '../producers/payload/heard.ts'
import { SOURCE_FAILURES } from '../producers/polling/source-error.ts'
import { openRecordingFolder } from '../producers/recording/folder.ts'
import { systemClock } from '../runtime/clock.ts'
import { createLiveLoop, type LiveLoop } from '../runtime/embedded/live.ts'
import type { EmbeddedRuntime } from '../runtime/embedded/runtime.ts'
import type { Fed, LogReader } from '../runtime/ports.ts'
import type { Metrics } from '../runtime/metrics.ts'

/** Name under which what a source remembers lies in the store. */
const cursorName = (source: string): string => `memory/${source}`

const say = (line: string): void => {
  process.stderr.write(`${new Date().toISOString().slice(0, 19)}Z ${line}\n`)
}

const statusOf = ({ name, state, heardAt, failure, detail, quota }: LiveStatus): SourceStatus => {
  const limit = quota.limit === null ? '' : ` of ${quota.limit}`
  const why = failure === null ? '' : `${failure}: ${detail ?? ''}; `
  return {
    name,
    state: state === 'failing' ? 'failed' : 'running',
    isSimulated: false,
    cursor: heardAt,
    detail: `${why}${quota.used}${limit} requests in the last hour`,
  }
}

/** Sets the metrics of sources whenever they are asked for. */
const measure = (sources: LiveSources, metrics: Metrics): void => {
  metrics.beforeText(() => {
    for (const { name: source, heardAt, failures, offers, quota, oddities } of sources.status()) {
      metrics.gauge('stopline_source_heard_seconds').set({ source }, heardAt / 1000)
      metrics.gauge('stopline_source_failures').set({ source }, failures)
      metrics.gauge('stopline_source_offers').set({ source }, offers)
      metrics.gauge('stopline_source_requests').set({ source }, quota.used)
      for (const [oddity, count] of Object.entries(oddities))
        metrics.gauge('stopline_source_oddities').set({ source, oddity }, count)
    }
  })
}

const onNote = (source: string, { oddity, detail }: Note): void => {
  say(`${source}: ${oddity} ${detail}`)
}

type Ingest = (delivery: IngestDelivery) => Promise<IngestResult>

/** Takes deliveries for the first source that has a secret for them. */
const ingestOf = (
  sources: readonly ConfiguredSource[],
  { heard }: LiveSources,
  { offer }: LiveLoop,
  { loadText, saveText }: FeedTarget,
): Ingest | undefined => {
  const found = sources.find(({ webhookSecret }) => webhookSecret !== null)
  if (found?.webhookSecret == null) return undefined
  const { name } = found.source
  const { webhookSecret: secret, startLabels } = found
  const onNotes = (notes: readonly Note[]): void => {
    for (const note of notes) onNote(name, note)
  }
  const nameOf = (text: string): string => cursorName(`${name}/${text}`)
  const store = {
    loadText: (text: string) => loadText(nameOf(text)),
    saveText: (text: string, value: string) => saveText(nameOf(text), value),
  }
  const ports = { source: name, secret, clock: systemClock, heard, offer, startLabels, store }
  return createGithubWebhook({ ...ports, onNotes }).take
}

export interface Live {
  readonly status: () => readonly SourceStatus[]
  readonly ingest: Ingest | undefined
  /** Until the signal; rejects where the store takes nothing any more. */
  readonly run: () => Promise<void>
}

/** What sources feed, and where what they remember is kept. */
export interface FeedTarget {
  readonly fed: Fed
  readonly loadText: (name: string) => string | undefined
  /** Resolves when a crash does not take it; what goes wrong before is the runtime's failure, and need not be waited for. */
  readonly saveText: (name: string, text: string) => Promise<void>
  /** What was offered before; null where it cannot be read back. */
  readonly log: LogReader | null
}
export const embeddedTarget = (runtime: EmbeddedRuntime): FeedTarget => ({
  fed: runtime,
  loadText: (name) => runtime.store.getText(name),
  saveText: (name, text) => {
    runtime.store.setText(name, text)
    return Promise.resolve()
  },
  log: runtime.log,
})

/** Gets sources ready to feed the target; `record` is a folder that keeps what they answer. */
export const openLive = (
  target: FeedTarget,
  config: Pick<Config, 'sources' | 'jobs'>,
  metrics: Metrics,
  { record, signal }: { readonly record: string | null; readonly signal: AbortSignal },
): Live => {
  const { sources: configured } = config
  if (record !== null) openRecordingFolder(record, config)
  const ended = new AbortController()
  const until = AbortSignal.any([signal, ended.signal])
  const loop = createLiveLoop(target.fed, systemClock)
  const sources = liveSources(
    configured,
    {
      clock: systemClock,
      offer: loop.offer,
      loadCursor: (source) => target.loadText(cursorName(source)),
      saveCursor: (source, json) => {
        void target.saveText(cursorName(source), json)
      },
      log: target.log,
      record,
      onFailure: (source, { reason, message }) => {
        say(`${source}: ${reason}: ${message}. ${SOURCE_FAILURES[reason]}`)
      },
      onNote,
    },
    until,
  )
  measure(sources, metrics)
  return {
    status: () => sources.status().map(statusOf),
    ingest: ingestOf(configured, sources, loop, target),
    run: async () => {
      const endAll = (error: unknown): never => {
        ended.abort()
        throw error
      }
      await Promise.all([loop.run(until).catch(endAll), sources.run().catch(endAll)])
    },
  }
}
