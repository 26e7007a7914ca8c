/** Names on the cluster. A namespace (such as `staging.`) stands before each, so that several installations share one. */

import { TOPIC_NAMES, type TopicName } from '../../schemas/topics.ts'

/** A task of one partition, as progress and headers name it: `runs/2`. */
export const taskName = (task: string, partition: number): string => `${task}/${partition}`

/** Whoever offers records from outside: in time, all of them are one writer. */
export const OUTSIDE = 'outside'

export interface Names {
  readonly topic: (name: TopicName) => string
  readonly changelog: (task: string) => string
  /** How far each task has come, newest by task and partition. */
  readonly progress: string
  /** Where producers go on, by name. */
  readonly cursors: string
  /** Commands on their way to the producer that feeds. */
  readonly mailbox: string
  readonly group: (task: string) => string
  /** The group whose members share the tasks out. */
  readonly members: string
  /** One for each who writes: a second process with the same id fences the first. */
  readonly transactionalId: (who: string, number: number) => string
}

/** Example: `stopline-lane-2` is the transactional id of lane 2 without a namespace. */
export const namesIn = (namespace: string): Names => ({
  topic: topicNames(namespace),
  changelog: (task) => `${namespace}stopline.${task}.changelog`,
  progress: `${namespace}stopline.progress`,
  cursors: `${namespace}stopline.cursors`,
  mailbox: `${namespace}stopline.mailbox`,
  group: (task) => `${namespace}stopline-${task}`,
  members: `${namespace}stopline`,
  transactionalId: (who, number) => `${namespace}stopline-${who}-${number}`,
})

/** Each made once: it is asked for with every record. */
const topicNames = (namespace: string): Names['topic'] => {
  const known = new Map(TOPIC_NAMES.map((name) => [name, `${namespace}${name}`]))
  return (name) => known.get(name) ?? `${namespace}${name}`
}
