/** What both runtimes are given, and what the embedded one makes of it. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { TOPOLOGY } from '../../processors/topology.ts'
import { demoWorld } from '../../producers/demo/world.ts'
import { EmbeddedRuntime } from '../../runtime/embedded/runtime.ts'
import type { Offer } from '../../runtime/ports.ts'
import type { TopicName } from '../../schemas/topics.ts'
import { toViews } from '../../sinks/views/to-views.ts'
import { HOUR, MONDAY } from '../support/facts.ts'
import { Digests } from './digests.ts'
import { ExpectedRows } from './expected-rows.ts'
import { shippedModels } from './shipped-models.ts'

/** How long after the last fact timers still fire. */
const AFTERWARDS = 3 * HOUR

export interface World {
  /** What is heard in each of `steps` equal parts of its time; made anew at each call, the same each time. */
  readonly step: (index: number) => readonly Offer[]
  readonly steps: number
  /** Pipeline time at which a step is over. */
  readonly endOf: (index: number) => number
  /** Some time after the last step, so that timers have fired. */
  readonly end: number
}

/** The demo's community as many times as told, side by side: repositories of the second and later ones have names of their own. */
export const demoFacts = (hours: number, { steps = hours, copies = 1 } = {}): World => {
  const worlds = Array.from({ length: copies }, (_, copy) => demoWorld(copy + 1))
  const instantOf = (index: number): number => MONDAY + Math.round((index * hours * HOUR) / steps)
  return {
    step: (index) =>
      worlds
        .flatMap((world, copy) =>
          world
            .offersBetween(instantOf(index), instantOf(index + 1))
            .map((offer) => (copy === 0 ? offer : renamed(offer, copy))),
        )
        .sort((a, b) => a.record.observedAt - b.record.observedAt),
    steps,
    endOf: (index) => instantOf(index + 1) - 1,
    end: MONDAY + hours * HOUR + AFTERWARDS,
  }
}

const renamed = ({ topic, record }: Offer, copy: number): Offer => {
  const eventId = `${copy}/${record.eventId}`
  const named = 'repo' in record ? { repo: `${record.repo}-${copy}` } : {}
  return { topic, record: { ...record, ...named, eventId } }
}

/** Topics that processors write. */
export const OUTPUTS: readonly TopicName[] = [
  ...new Set<TopicName>(TOPOLOGY.flatMap(({ outputs }) => outputs)),
  'ci.dead-letters.v1',
]

export interface Expected {
  readonly outputs: Digests
  readonly views: ExpectedRows
  /** Facts that were offered. */
  readonly facts: number
  readonly end: number
}

/** So that somebody who waits for millions of facts sees that it goes on. */
const TELL_EVERY = 100_000

/** However much is committed at once, the same is said. */
const COMMIT_OFFERS = 1_000

/** What one process on one file says of a world, and shows, with the models that are in service. */
export const embeddedRun = (world: World): Expected => {
  const folder = mkdtempSync(join(tmpdir(), 'stopline-embedded-'))
  const runtime = new EmbeddedRuntime(folder, TOPOLOGY, undefined, shippedModels())
  const outputs = new Digests(OUTPUTS)
  const views = new ExpectedRows()
  let facts = 0
  let heard: Offer[] = []
  runtime.onCommit((records) => {
    for (const record of records) {
      outputs.note(record)
      views.write(toViews(record))
    }
  })
  for (let index = 0; index < world.steps; index += 1) {
    const offers = world.step(index)
    facts += offers.length
    heard.push(...offers)
    if (heard.length >= COMMIT_OFFERS) {
      runtime.commit(heard, world.endOf(index))
      heard = []
    }
    if (Math.floor(facts / TELL_EVERY) > Math.floor((facts - offers.length) / TELL_EVERY))
      console.warn(
        `${new Date().toISOString()} ${facts.toLocaleString('en')} facts in one process, ${Math.round(process.memoryUsage.rss() / 1e6)} MB`,
      )
  }
  runtime.commit(heard, world.end)
  runtime.close()
  rmSync(folder, { recursive: true, force: true })
  return { outputs, views, facts, end: world.end }
}
