// Prints each stop that is advised, once: node consume.ts [TOPIC [GROUP]]
// npm i kafkajs @kafkajs/confluent-schema-registry
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry'
import { Kafka } from 'kafkajs'

const { BROKERS = 'localhost:9092', REGISTRY = 'http://localhost:8081/apis/ccompat/v7' } =
  process.env
const [topic = 'ci.decisions.v1', groupId = 'my-stops'] = process.argv.slice(2)

const registry = new SchemaRegistry({ host: REGISTRY })
const kafka = new Kafka({ brokers: BROKERS.split(',') })
// Only what is committed. kafkajs now and then shows records of a batch that was thrown away all the same: they are said again with the
// same eventId, so what is seen once is enough. Who acts on a record keeps the ids of its acts where a restart does not lose them.
const consumer = kafka.consumer({ groupId, readUncommitted: false })

// What was seen lately: a repeat (a rebalance, a crash of ours) is known by its id.
const seen = new Set<string>()

interface Decision {
  readonly eventId: string
  readonly level?: string
}
const handle = (decision: Decision): void => {
  if (seen.has(decision.eventId)) return
  seen.add(decision.eventId)
  if (seen.size > 100_000) seen.delete(seen.values().next().value ?? '')
  if (topic !== 'ci.decisions.v1' || decision.level === 'stop')
    process.stdout.write(`${JSON.stringify(decision)}\n`)
}

process.once('SIGTERM', () => void consumer.disconnect())
await consumer.connect()
await consumer.subscribe({ topics: [topic], fromBeginning: true })
await consumer.run({
  eachMessage: async ({ message }) => {
    // Without a value the key is deleted: on compacted topics alone.
    if (message.value !== null) handle((await registry.decode(message.value)) as Decision)
  },
})
