/** Who may ask what of the API, as it is configured. */

import type { Access } from '../api/deps.ts'
import { systemClock } from '../runtime/clock.ts'
import type { Invocation } from './command.ts'
import { readAccess } from './config/access.ts'
import { readSection } from './config/sections.ts'

export const accessOf = (invocation: Invocation): Access =>
  readSection(invocation, 'access', (given, reading) =>
    readAccess(given, reading, () => systemClock.now()),
  )
