/** Sends incidents to one webhook beside the pipeline, where an address is given. */

import { systemClock } from '../runtime/clock.ts'
import type { EmbeddedRuntime } from '../runtime/embedded/runtime.ts'
import { createHttpClient } from '../runtime/http.ts'
import type { Metrics } from '../runtime/metrics.ts'
import type { DeadLetter } from '../schemas/events.ts'
import { runWebhook } from '../sinks/notify/webhook.ts'
import { textOption, UsageError, type Invocation } from './command.ts'

const SECRET = 'STOPLINE_WEBHOOK_SECRET'
const LEAST_SECRET = 16

export interface WebhookTarget {
  readonly url: string
  readonly secret: string
}

/** Where incidents go, or undefined. Throws {@link UsageError} for an address or secret that cannot be. */
export const webhookTarget = (invocation: Invocation): WebhookTarget | undefined => {
  const url = textOption(invocation, 'webhook')
  if (url === undefined) return undefined
  if (!URL.canParse(url) || !/^https?:/.test(url))
    throw new UsageError(`--webhook takes an http or https address, not '${url}'`)
  const secret = process.env[SECRET] ?? ''
  if (secret.length < LEAST_SECRET)
    throw new UsageError(
      `--webhook signs what it sends: put a secret of at least ${LEAST_SECRET} characters into ${SECRET}`,
    )
  return { url, secret }
}

/** Runs until the signal; does nothing without a target. */
export const sendIncidents = async (
  runtime: EmbeddedRuntime,
  target: WebhookTarget | undefined,
  metrics: Metrics,
  signal: AbortSignal,
): Promise<void> => {
  if (target === undefined) return
  const deps = {
    log: runtime.log,
    http: createHttpClient(),
    clock: systemClock,
    metrics,
    loadCursor: (name: string) => runtime.store.getNumber(name),
    saveCursor: (name: string, offset: number) => {
      runtime.store.setNumber(name, offset)
    },
    offerDeadLetter: (record: DeadLetter) => {
      runtime.commit([{ topic: 'ci.dead-letters.v1', record }], runtime.now)
    },
    onCommit: (listener: () => void) => runtime.onCommit(listener),
  }
  await runWebhook(target, deps, signal)
}
