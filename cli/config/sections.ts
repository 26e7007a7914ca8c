/** Sections of the configuration that say what is told, done and allowed; they hold whatever the sources are. */

import { existsSync } from 'node:fs'
import {
  CONFIG_FILE,
  ConfigError,
  readConfigFile,
  systemPorts,
  type Section,
} from '../../producers/config/config.ts'
import type { Reading } from '../../producers/config/read-fields.ts'
import { textOption, type Invocation } from '../command.ts'

/** Name of the file, where there is one. */
const fileOf = (invocation: Invocation): string | undefined =>
  textOption(invocation, 'config') ?? (existsSync(CONFIG_FILE) ? CONFIG_FILE : undefined)

/** Reads one section; throws a {@link ConfigError} that says everything that is wrong in it. */
export const readSection = <T>(
  invocation: Invocation,
  section: Section,
  read: (given: unknown, reading: Reading) => T,
): T => {
  const file = fileOf(invocation)
  const given = file === undefined ? undefined : readConfigFile(file).sections[section]
  const problems: string[] = []
  const found = read(given, { where: '', ports: systemPorts, problems })
  if (problems.length > 0) throw new ConfigError(file ?? CONFIG_FILE, problems)
  return found
}
