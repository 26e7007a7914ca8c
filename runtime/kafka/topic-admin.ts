/** Makes the topics that a topology needs and says where those that are there differ from the table. */

import { setTimeout as wait } from 'node:timers/promises'
import type { Admin } from 'kafkajs'
import { TOPIC_NAMES, TOPICS, type TopicName, type TopicRow } from '../../schemas/topics.ts'
import { TOPIC_RESOURCE } from './client.ts'
import type { Names } from './names.ts'
import { changelogConfig, compactedAt, newestConfig, type TopicConfig } from './own-topics.ts'
import { progressOf } from './progress.ts'
import type { TaskPlan } from './tasks.ts'

export interface WantedTopic {
  readonly topic: string
  readonly partitions: number
  readonly config: TopicConfig
}
export interface ClusterSettings {
  readonly names: Names
  readonly partitionsOf: (topic: TopicName) => number
  readonly lanes: number
  readonly replication: number
  readonly minInSync: number
}

/** So long a table keeps what was replaced: a task that lags still finds the row of its hour. */
const TABLE_LAG_MS = 24 * 3_600_000

/** Every topic with its settings: those of the table, a changelog for each task, the mailbox, and progress. */
export const wantedTopics = (
  plans: readonly TaskPlan[],
  { names, partitionsOf, lanes, minInSync }: ClusterSettings,
): WantedTopic[] => {
  const tables = new Set(plans.flatMap((plan) => plan.tables.map(({ topic }) => topic)))
  const compact = compactedAt(minInSync)
  const configOf = (name: TopicName): TopicConfig => {
    const { retentionMs } = TOPICS[name] as TopicRow
    if (retentionMs !== null)
      return { ...compact, 'cleanup.policy': 'delete', 'retention.ms': String(retentionMs) }
    return tables.has(name)
      ? { ...compact, 'min.compaction.lag.ms': String(TABLE_LAG_MS) }
      : compact
  }
  return [
    ...TOPIC_NAMES.map((name) => ({
      topic: names.topic(name),
      partitions: partitionsOf(name),
      config: configOf(name),
    })),
    ...plans.map(({ name, inputs }) => ({
      topic: names.changelog(name),
      partitions: Math.max(...inputs.map(({ topic }) => partitionsOf(topic))),
      config: changelogConfig(minInSync),
    })),
    { topic: names.mailbox, partitions: 1, config: configOf('ci.incident-commands.v1') },
    { topic: names.progress, partitions: progressOf(lanes), config: newestConfig(minInSync) },
    { topic: names.cursors, partitions: 1, config: newestConfig(minInSync) },
  ]
}

/** A topic that is there but differs. It is said, never changed: what lies in it was written under its settings. */
export interface Drift {
  readonly topic: string
  readonly setting: string
  readonly wanted: string
  readonly found: string
}

const ASKED_AGAIN_MS = 200
const MOST_ASKING_MS = 60_000

/** Creates the topics that are missing; returns how the others differ from what is wanted. */
export const ensureTopics = async (
  ...of: Parameters<typeof ensureOnce>
): ReturnType<typeof ensureOnce> => {
  for (const deadline = Date.now() + MOST_ASKING_MS; ;)
    try {
      return await ensureOnce(...of)
    } catch (error) {
      // kafkajs takes null for an answer where a broker that it asked is gone, and trips over it.
      if (!(error instanceof TypeError)) throw error
      if (Date.now() > deadline) throw new Error('no broker tells of its topics', { cause: error })
      await wait(ASKED_AGAIN_MS)
    }
}

const ensureOnce = async (
  admin: Admin,
  wanted: readonly WantedTopic[],
  replication: number,
): Promise<Drift[]> => {
  const known = new Set(await admin.listTopics())
  const missing = wanted.filter(({ topic }) => !known.has(topic))
  if (missing.length > 0) {
    await admin.createTopics({
      waitForLeaders: false, // it gives up where a broker has not heard of a topic yet
      topics: missing.map(({ topic, partitions, config }) => ({
        topic,
        numPartitions: partitions,
        replicationFactor: replication,
        configEntries: Object.entries(config).map(([name, value]) => ({ name, value })),
      })),
    })
    await haveLeaders(
      admin,
      missing.map(({ topic }) => topic),
    )
  }
  return driftOf(
    admin,
    wanted.filter(({ topic }) => known.has(topic)),
    replication,
  )
}

const LEADER_TRIES = 300
const LEADER_WAIT_MS = 100

const haveLeaders = async (admin: Admin, topics: string[]): Promise<void> => {
  for (let tries = 1; ; tries += 1) {
    try {
      const { topics: found } = await admin.fetchTopicMetadata({ topics })
      if (found.every(({ partitions }) => partitions.every(({ leader }) => leader >= 0))) return
      if (tries > LEADER_TRIES) throw new Error('topics that were made have no leaders')
    } catch (error) {
      if (tries > LEADER_TRIES) throw error
    }
    await wait(LEADER_WAIT_MS)
  }
}

const driftOf = async (
  admin: Admin,
  there: readonly WantedTopic[],
  replication: number,
): Promise<Drift[]> => {
  if (there.length === 0) return []
  const { topics } = await admin.fetchTopicMetadata({ topics: there.map(({ topic }) => topic) })
  const { resources } = await admin.describeConfigs({
    includeSynonyms: false,
    resources: there.map(({ topic }) => ({ type: TOPIC_RESOURCE, name: topic })),
  })
  return there.flatMap(({ topic, partitions, config }) => {
    const entries = resources.find(({ resourceName }) => resourceName === topic)?.configEntries
    const of = topics.find(({ name }) => name === topic)?.partitions ?? []
    // Partitions of one topic may differ, above all while they are moved.
    const replicas = new Set(of.map((partition) => partition.replicas.length))
    const found: Record<string, string> = {
      partitions: String(of.length),
      replication: [...replicas].sort((a, b) => a - b).join(' and '),
      ...Object.fromEntries((entries ?? []).map((each) => [each.configName, each.configValue])),
    }
    const both = { partitions: String(partitions), replication: String(replication) }
    return Object.entries({ ...both, ...config })
      .filter(([setting, value]) => found[setting] !== value)
      .map(([setting, value]) => ({
        topic,
        setting,
        wanted: value,
        found: found[setting] ?? 'none',
      }))
  })
}
