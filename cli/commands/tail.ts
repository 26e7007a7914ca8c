/** `stopline tail`: the records of a topic, one JSON object a line. */

import { setImmediate as breathe, setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedLog } from '../../runtime/embedded/log.ts'
import { isLocked } from '../../runtime/embedded/lock.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import type { LogReader, LogRecord } from '../../runtime/ports.ts'
import { TOPIC_NAMES, type TopicName } from '../../schemas/topics.ts'
import {
  EXIT,
  JSON_OPTION,
  numberOption,
  STORE_OPTION,
  UsageError,
  type Command,
} from '../command.ts'
import { asText } from '../json.ts'
import { tailKafka } from '../cluster/kafka-tail.ts'
import { clusterSettings } from '../cluster/settings.ts'
import { createSilence } from '../silence.ts'
import { existingStore } from '../store-folder.ts'

const LAST = 10
const FOLLOW_MS = 250
const BREATH_RECORDS = 256
const UNSEEN =
  'a process has the store and has committed nothing for 2 s, as a replay does: what it writes is shown with its next commit\n'

export const tail: Command = {
  name: 'tail',
  takes: 'TOPIC',
  minArguments: 1,
  maxArguments: 1,
  summary: "print a topic's records in order",
  help: `Prints the newest records of a topic, or all of it, in order of offsets. It ends unless --follow.
It reads a store beside the process that writes it, without stopping it: what that has committed. A replay at full speed
commits only with many facts, and --follow says on stderr where one may be at it. Without --store, where STOPLINE_KAFKA_BROKERS is
set, the topic on Kafka, in order of time.
Topics: stopline topics. Times are milliseconds since the epoch; bytes are base64.`,
  options: {
    store: STORE_OPTION,
    'from-beginning': { type: 'boolean', doc: 'Begin with the oldest record kept.' },
    last: { type: 'string', value: 'N', doc: `Begin with the last N records. Default ${LAST}.` },
    follow: { type: 'boolean', doc: 'Go on with records as they come.' },
    json: JSON_OPTION,
  },
  run: async (invocation) => {
    const { values, signal } = invocation
    const [topic = ''] = invocation.positionals
    if (!TOPIC_NAMES.includes(topic as TopicName))
      throw new UsageError(`there is no topic '${topic}'; known: ${TOPIC_NAMES.join(', ')}`)
    const last = numberOption(invocation, 'last', LAST, [0, Number.MAX_SAFE_INTEGER])
    const isWhole = values['from-beginning'] === true
    const isFollowed = values['follow'] === true
    const print = printer(topic as TopicName, values['json'] === true)
    if (values['store'] === undefined && process.env['STOPLINE_KAFKA_BROKERS'] !== undefined) {
      const wish = { topic: topic as TopicName, last: isWhole ? null : last, isFollowed, signal }
      await tailKafka(clusterSettings(), wish, print)
      if (!isFollowed) signal.throwIfAborted()
      return EXIT.ok
    }
    const folder = existingStore(invocation)
    const store = new EmbeddedStore(folder, { readOnly: true })
    const isSilent = createSilence({
      commits: () => store.commits,
      isWritten: () => isLocked(folder),
      now: () => performance.now(),
    })
    const log: LogReader = new EmbeddedLog(store)
    const name = topic as TopicName
    let next = isWhole ? 0 : Math.max(0, log.endOffset(name) - last)
    do {
      for (const record of log.read(name, next)) {
        next = record.offset + 1
        await print(record)
        // Neither reading nor a terminal waits for anything, so that no signal would be heard before the end.
        if (next % BREATH_RECORDS === 0) await breathe()
        if (signal.aborted) break
      }
      if (isFollowed && isSilent()) process.stderr.write(UNSEEN)
      if (isFollowed) await sleep(FOLLOW_MS, undefined, { signal }).catch(() => undefined)
    } while (isFollowed && !signal.aborted)
    store.close()
    // To end is orderly only where it was to go on for ever.
    if (!isFollowed) signal.throwIfAborted()
    return EXIT.ok
  },
}

/** Prints a record; records on Kafka say their partition too. */
const printer =
  (topic: TopicName, asJson: boolean) =>
  async ({ partition, offset, key, at, record }: LogRecord): Promise<void> => {
    const value = JSON.stringify(record, asText)
    const place = partition === undefined ? '' : `"partition":${partition},`
    const position = partition === undefined ? String(offset) : `${partition}/${offset}`
    const line = asJson
      ? `{"topic":"${topic}",${place}"offset":${offset},"key":${JSON.stringify(key)},"at":${at},"value":${value}}`
      : `${position.padStart(8)}  ${new Date(at).toISOString()}  ${key}  ${value}`
    if (!process.stdout.write(`${line}\n`))
      await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
