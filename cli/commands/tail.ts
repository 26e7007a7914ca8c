/** `stopline tail`: the records of a topic, one JSON object a line. */

import { setTimeout as sleep } from 'node:timers/promises'
import { EmbeddedLog } from '../../runtime/embedded/log.ts'
import { EmbeddedStore } from '../../runtime/embedded/store.ts'
import type { LogReader } from '../../runtime/ports.ts'
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
import { existingStore } from '../store-folder.ts'

const LAST = 10
const FOLLOW_MS = 250

export const tail: Command = {
  name: 'tail',
  takes: 'TOPIC',
  minArguments: 1,
  maxArguments: 1,
  summary: "print a topic's records in order",
  help: `Prints the newest records of a topic, or all of it, in order of offsets. It ends unless --follow.
It reads a store beside the process that writes it, without stopping it.
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
    const store = new EmbeddedStore(existingStore(invocation), { readOnly: true })
    const log: LogReader = new EmbeddedLog(store)
    const name = topic as TopicName
    let next = values['from-beginning'] === true ? 0 : Math.max(0, log.endOffset(name) - last)
    do {
      next = await printFrom(log, name, next, values['json'] === true)
      if (values['follow'] === true)
        await sleep(FOLLOW_MS, undefined, { signal }).catch(() => undefined)
    } while (values['follow'] === true && !signal.aborted)
    store.close()
    return EXIT.ok
  },
}

const printFrom = async (
  log: LogReader,
  topic: TopicName,
  from: number,
  asJson: boolean,
): Promise<number> => {
  let next = from
  for (const { offset, key, at, record } of log.read(topic, from)) {
    next = offset + 1
    const value = JSON.stringify(record, asText)
    const line = asJson
      ? `{"topic":"${topic}","offset":${offset},"key":${JSON.stringify(key)},"at":${at},"value":${value}}`
      : `${String(offset).padStart(8)}  ${new Date(at).toISOString()}  ${key}  ${value}`
    if (!process.stdout.write(`${line}\n`))
      await new Promise((resolve) => process.stdout.once('drain', resolve))
  }
  return next
}
