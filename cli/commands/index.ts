/** THE table of commands. */

import type { Command } from '../command.ts'
import { alerts } from './alerts.ts'
import { backtest } from './backtest.ts'
import { failureKinds } from './failure-kinds.ts'
import { exportCommand } from './export.ts'
import { doctor } from './doctor.ts'
import { importCommand } from './import.ts'
import { init } from './init.ts'
import { models } from './models.ts'
import { record } from './record.ts'
import { processCommand } from './process.ts'
import { produce } from './produce.ts'
import { rebuild } from './rebuild.ts'
import { replay } from './replay.ts'
import { serve } from './serve.ts'
import { sink } from './sink.ts'
import { tail } from './tail.ts'
import { schemas, topics } from './topics.ts'
import { train } from './train.ts'
import { up } from './up.ts'

export const COMMANDS: readonly Command[] = [
  up,
  record,
  replay,
  importCommand,
  backtest,
  alerts,
  failureKinds,
  tail,
  exportCommand,
  topics,
  schemas,
  train,
  models,
  init,
  doctor,
  produce,
  processCommand,
  sink,
  serve,
  rebuild,
]
