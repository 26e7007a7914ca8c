/** Puts alert rules as configured on the log, where they differ from those that are there. */

import type { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { Awaitable, Fed } from '../../runtime/ports.ts'
import type { AlertSettings } from '../../schemas/events.ts'
import type { Invocation } from '../command.ts'
import { readAlerts, settingsRecord } from '../config/alerts.ts'
import { readSection } from '../config/sections.ts'

type Configured = Pick<AlertSettings, 'rules' | 'owners'>

export const configuredAlerts = (invocation: Invocation): Configured =>
  readSection(invocation, 'alerts', readAlerts)

/** Before the first record they are in force at once; later from the next full hour on. */
export const tellAlertSettings = async (
  { fed, readAll }: AlertsTarget,
  configured: Configured,
): Promise<void> => {
  const before = (await readAll('ci.alert-settings.v1')).at(-1)
  const at = fed.now === 0 ? 1 : fed.now + 1
  const record = settingsRecord(configured, at)
  const isNone = before === undefined && configured.rules.length + configured.owners.length === 0
  if (isNone || before?.eventId === record.eventId) return
  await fed.commit([{ topic: 'ci.alert-settings.v1', record }], at)
}

interface AlertsTarget {
  readonly fed: Fed
  readonly readAll: (topic: 'ci.alert-settings.v1') => Awaitable<readonly AlertSettings[]>
}
export const embeddedAlerts = (runtime: EmbeddedRuntime): AlertsTarget => ({
  fed: runtime,
  readAll: (topic) => [...runtime.log.read(topic)].flatMap(({ record }) => record ?? []),
})
