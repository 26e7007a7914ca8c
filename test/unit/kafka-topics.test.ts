import { readFileSync } from 'node:fs'
import type { Admin } from 'kafkajs'
import { expect, it } from 'vitest'
import { TOPOLOGY } from '../../processors/topology.ts'
import { namesIn } from '../../runtime/kafka/names.ts'
import { DELETIONS_KEPT_MS } from '../../runtime/kafka/own-topics.ts'
import { tasksOf } from '../../runtime/kafka/tasks.ts'
import { ensureTopics, wantedTopics, type WantedTopic } from '../../runtime/kafka/topic-admin.ts'
import { TOPICS } from '../../schemas/topics.ts'

const plans = tasksOf(TOPOLOGY)
const wanted = wantedTopics(plans, {
  names: namesIn('test.'),
  partitionsOf: (topic) => TOPICS[topic].partitions,
  lanes: 6,
  replication: 3,
  minInSync: 2,
})
const SETTINGS = ['segment.bytes', 'segment.ms', 'min.cleanable.dirty.ratio', 'delete.retention.ms']
const configOf = (topic: string) => wanted.find((each) => each.topic === topic)?.config

it('wants every topic of the table, a changelog for each task, the mailbox, and progress', () => {
  expect(wanted).toHaveLength(Object.keys(TOPICS).length + plans.length + 3)
  expect(configOf('test.ci.runs.v1')).toEqual({
    'cleanup.policy': 'delete',
    'retention.ms': String(90 * 86_400_000),
    'min.insync.replicas': '2',
  })
  expect(configOf('test.ci.kpis.v1')).toMatchObject({ 'cleanup.policy': 'compact' })
  expect(configOf('test.ci.priors.v1')).toMatchObject({ 'min.compaction.lag.ms': '86400000' })
  expect(configOf('test.stopline.runs.changelog')).toMatchObject({ 'cleanup.policy': 'compact' })
  expect(wanted.at(-3)).toEqual({
    ...{ topic: 'test.stopline.mailbox', partitions: 1 },
    config: configOf('test.ci.incident-commands.v1'),
  })
  expect(wanted.at(-2)).toMatchObject({ topic: 'test.stopline.progress', partitions: 7 })
  expect(wanted.at(-1)).toMatchObject({ topic: 'test.stopline.cursors', partitions: 1 })
})

it('wants soon gone what was overwritten in topics that are read whole at each start', () => {
  const compact = {
    ...{ 'cleanup.policy': 'compact', 'min.insync.replicas': '2' },
    'min.cleanable.dirty.ratio': '0.1',
  }
  for (const { name } of plans)
    expect(configOf(`test.stopline.${name}.changelog`)).toEqual({
      ...compact,
      'segment.bytes': String(64 << 20),
      'delete.retention.ms': String(DELETIONS_KEPT_MS),
    })
  for (const name of ['progress', 'cursors'])
    expect(configOf(`test.stopline.${name}`)).toEqual({
      ...compact,
      'segment.bytes': String(16 << 20),
      'segment.ms': '600000',
      'delete.retention.ms': '600000',
    })
})

it('says in docs/kafka.md how topics of its own are compacted', () => {
  const rowOf = (label: string, topic: string): string[] => {
    const of = (setting: string) => configOf(topic)?.[setting] ?? 'as brokers'
    return [label, ...SETTINGS.map((setting) => of(setting))]
  }
  const rows = readFileSync('docs/kafka.md', 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.replaceAll('`', '').trim()))
    .map((cells) => cells.slice(1, -1))
  expect(rows).toContainEqual(['topics', ...SETTINGS])
  expect(rows).toContainEqual(
    rowOf('stopline.TASK.changelog', `test.stopline.${plans[0]?.name ?? ''}.changelog`),
  )
  expect(rows).toContainEqual(rowOf('stopline.progress, stopline.cursors', 'test.stopline.cursors'))
})

/** What an admin is asked for here, answered from memory. */
const adminOf = (
  there: readonly (WantedTopic & { readonly replicas?: readonly number[] })[],
  created: string[],
): Admin => {
  const answers = {
    listTopics: () => Promise.resolve(there.map(({ topic }) => topic)),
    createTopics: ({ topics }: { topics: readonly { topic: string }[] }) => {
      created.push(...topics.map(({ topic }) => topic))
      return Promise.resolve(true)
    },
    fetchTopicMetadata: () =>
      Promise.resolve({
        topics: there.map(({ topic, partitions, replicas = [1, 2, 3] }) => ({
          name: topic,
          partitions: Array.from({ length: partitions }, () => ({ leader: 1, replicas })),
        })),
      }),
    describeConfigs: () =>
      Promise.resolve({
        resources: there.map(({ topic, config }) => ({
          resourceName: topic,
          configEntries: Object.entries(config).map(([configName, configValue]) => ({
            configName,
            configValue,
          })),
        })),
      }),
  }
  return answers as unknown as Admin
}

it('creates what is missing and says what differs, without changing it', async () => {
  const created: string[] = []
  const [first, second, third, ...rest] = wanted
  if (!first || !second || !third) throw new Error('there are no topics')
  const there = [
    { ...first, partitions: 3 },
    { ...second, config: { ...second.config, 'retention.ms': '1000' } },
    { ...third, replicas: [1] },
  ]
  const drift = await ensureTopics(adminOf(there, created), wanted, 3)
  expect(created).toEqual(rest.map(({ topic }) => topic))
  expect(drift).toEqual([
    { topic: first.topic, setting: 'partitions', wanted: '12', found: '3' },
    { topic: second.topic, setting: 'retention.ms', wanted: '7776000000', found: '1000' },
    { topic: third.topic, setting: 'replication', wanted: '3', found: '1' },
  ])
})

it('says where a topic of an earlier version is compacted too rarely', async () => {
  const segments = ({ config, ...topic }: WantedTopic): WantedTopic => ({
    ...topic,
    config: { ...config, ...('segment.bytes' in config && { 'segment.bytes': '1073741824' }) },
  })
  const drift = await ensureTopics(adminOf(wanted.map(segments), []), wanted, 3)
  expect(drift).toHaveLength(plans.length + 2)
  expect(drift.at(-1)).toEqual({
    ...{ topic: 'test.stopline.cursors', setting: 'segment.bytes' },
    ...{ wanted: '16777216', found: '1073741824' },
  })
})

it('finds nothing to say where all is as wanted', async () => {
  const created: string[] = []
  expect(await ensureTopics(adminOf(wanted, created), wanted, 3)).toEqual([])
  expect(created).toEqual([])
})

it('asks again where the broker that it asked is gone, which the client takes for an answer of null', async () => {
  const admin = adminOf(wanted, [])
  let asked = 0
  const listTopics = () => {
    asked += 1
    return asked === 1
      ? Promise.reject(new TypeError("Cannot destructure property 'topicMetadata'"))
      : admin.listTopics()
  }
  expect(await ensureTopics({ ...admin, listTopics }, wanted, 3)).toEqual([])
  expect(asked).toBe(2)
})
