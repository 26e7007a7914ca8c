/** Tells receivers of incidents beside the pipeline: those of the configuration, and the one of the command line. */

import { systemClock } from '../runtime/clock.ts'
import type { EmbeddedRuntime } from '../runtime/embedded/runtime.ts'
import { createHttpClient, type HttpClient } from '../runtime/http.ts'
import type { Metrics } from '../runtime/metrics.ts'
import type { DeadLetter } from '../schemas/events.ts'
import { EVERYTHING } from '../sinks/notify/filter.ts'
import { runOutbox, type OutboxDeps } from '../sinks/notify/outbox.ts'
import { AT_ONCE } from '../sinks/notify/pace.ts'
import type { Receiver } from '../sinks/notify/receiver.ts'
import { createWebhook } from '../sinks/notify/webhook.ts'
import { textOption, UsageError, type Invocation, type OptionRow } from './command.ts'
import { readNotify } from './config/notify.ts'
import { readSection } from './config/sections.ts'

const SECRET = 'STOPLINE_WEBHOOK_SECRET'
const LEAST_SECRET = 16

export const WEBHOOK_OPTION: OptionRow = {
  type: 'string',
  value: 'URL',
  doc: 'Send incidents there, signed with STOPLINE_WEBHOOK_SECRET (docs/webhook.md).',
}

/** The webhook of `--webhook`. Throws {@link UsageError} for an address or secret that cannot be. */
const webhookOf = (invocation: Invocation, http: HttpClient): Receiver[] => {
  const url = textOption(invocation, 'webhook')
  if (url === undefined) return []
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new UsageError(`--webhook takes an http or https address, not '${url}'`)
  const secret = process.env[SECRET] ?? ''
  if (secret.length < LEAST_SECRET)
    throw new UsageError(
      `--webhook signs what it sends: put a secret of at least ${LEAST_SECRET} characters into ${SECRET}`,
    )
  const base = { name: 'webhook', filter: EVERYTHING, pace: AT_ONCE }
  return [createWebhook({ ...base, url, secret }, { http, clock: systemClock })]
}

export interface Receivers {
  readonly all: readonly Receiver[]
  readonly close: () => Promise<void>
}
export const receiversOf = (invocation: Invocation): Receivers => {
  const http = createHttpClient()
  const ports = { http, clock: systemClock }
  const configured = readSection(invocation, 'notify', (given, reading) =>
    readNotify(given, reading, ports),
  )
  const all = [...configured, ...webhookOf(invocation, http)]
  if (new Set(all.map(({ name }) => name)).size < all.length)
    throw new UsageError('--webhook and a receiver of the configuration are both named webhook')
  return { all, close: http.close }
}

const outboxDeps = (runtime: EmbeddedRuntime, metrics: Metrics): OutboxDeps => ({
  log: runtime.log,
  clock: systemClock,
  metrics,
  loadCursor: (name) => runtime.store.getNumber(name),
  saveCursor: (name, offset) => {
    runtime.store.setNumber(name, offset)
  },
  loadText: (name) => runtime.store.getText(name),
  saveText: (name, text) => {
    runtime.store.setText(name, text)
  },
  offerDeadLetter: (record: DeadLetter) => {
    runtime.commit([{ topic: 'ci.dead-letters.v1', record }], runtime.now)
  },
  onCommit: (listener) => runtime.onCommit(listener),
})

/** Runs until the signal; does nothing without receivers. */
export const tellReceivers = async (
  runtime: EmbeddedRuntime,
  { all, close }: Receivers,
  metrics: Metrics,
  signal: AbortSignal,
): Promise<void> => {
  try {
    const deps = outboxDeps(runtime, metrics)
    await Promise.all(all.map((receiver) => runOutbox(receiver, deps, signal)))
  } finally {
    await close()
  }
}
