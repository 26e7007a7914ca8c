/**
 * A process that acts on the stops of a store until all are settled, and dies as by kill -9 where it is told to:
 * `node act-child.ts FOLDER ADDRESS RUNS [POINT N]`. Exit code 0: settled.
 */

import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { ActPoint } from '../../sinks/act/actor.ts'
import { runActor } from '../../sinks/act/run-actor.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { actorDeps } from '../../cli/act.ts'
import { actingOn, recordsOf, runIds } from './act-world.ts'
import { NOON } from './sample-records.ts'

const [folder = '', address = '', runs = '0', point, nth = '1'] = process.argv.slice(2)
const ids = runIds(Number(runs))
const runtime = new EmbeddedRuntime(folder, [], toViews)
// Before anything was decided: it must not start after it.
if (runtime.store.getNumber('act/decisions') === undefined) {
  runtime.store.setNumber('act/decisions', 0)
  runtime.commit(recordsOf(ids), NOON)
}
let left = Number(nth)
const onPoint = (at: ActPoint): void => {
  if (at !== point) return
  left -= 1
  if (left === 0) process.kill(process.pid, 'SIGKILL')
}
const done = new AbortController()
const acting = actingOn(address)
const deps = { ...actorDeps(runtime, () => false), onPoint, clock: { now: () => NOON + 1_000 } }
const timer = setInterval(() => {
  const settled = new Set<string>()
  for (const { record } of runtime.log.read('ci.acts.v1'))
    if (record !== null && record.state !== 'intended') settled.add(record.runId)
  if (settled.size === ids.length) done.abort()
}, 10)
process.stdout.write('running\n')
await runActor(acting, deps, done.signal)
clearInterval(timer)
await acting.close()
runtime.close()
