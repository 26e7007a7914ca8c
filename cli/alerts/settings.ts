/** Puts alert rules as configured on the log, where they differ from those that are there. */

import type { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { AlertSettings } from '../../schemas/events.ts'
import type { Invocation } from '../command.ts'
import { readAlerts, settingsRecord } from '../config/alerts.ts'
import { readSection } from '../config/sections.ts'

type Configured = Pick<AlertSettings, 'rules' | 'owners'>

export const configuredAlerts = (invocation: Invocation): Configured =>
  readSection(invocation, 'alerts', readAlerts)

/** Before the first record they are in force at once; later from the next full hour on. */
export const tellAlertSettings = (runtime: EmbeddedRuntime, configured: Configured): void => {
  const [before] = [...runtime.log.read('ci.alert-settings.v1')]
  const at = runtime.now === 0 ? 1 : runtime.now + 1
  const record = settingsRecord(configured, at)
  const isNone = before === undefined && configured.rules.length + configured.owners.length === 0
  if (isNone || before?.record?.eventId === record.eventId) return
  runtime.commit([{ topic: 'ci.alert-settings.v1', record }], at)
}
