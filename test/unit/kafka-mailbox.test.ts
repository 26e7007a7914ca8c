import { expect, it } from 'vitest'
import type { FetchedMessage } from '../../runtime/kafka/client-parts.ts'
import { firstOf } from '../../runtime/kafka/mailbox.ts'
import { CODECS } from '../../schemas/codec.ts'
import type { IncidentCommand } from '../../schemas/events.ts'
import { NOON } from '../support/sample-records.ts'

const command = (eventId: string): IncidentCommand => ({
  ...{ eventId, eventAt: NOON, observedAt: NOON, source: 'test', repo: 'acme/shop' },
  ...{ incident: 'i', command: 'ack', by: 'ada', until: null, note: '' },
})
const message = (offset: number, id: string, value?: Buffer): FetchedMessage => ({
  ...{ offset, timestamp: NOON, headers: {}, isControlRecord: false },
  key: Buffer.from(id),
  value: value ?? CODECS['incident-command'].encode(command(id)),
  batchContext: { producerId: '1', inTransaction: false },
})

it('hands on the first command of each id, behind a place, with the place after it', () => {
  const known = new Set<string>()
  const first = firstOf([message(0, 'a'), message(1, 'b'), message(2, 'a')], known, 0, 1)
  expect(
    first.map(({ record: { topic, record }, next }) => [topic, record?.eventId, next]),
  ).toEqual([['ci.incident-commands.v1', 'b', 2]])
  const later = firstOf([message(3, 'b'), message(4, 'c'), message(6, 'c')], known, 0, 1)
  expect(later.map(({ record: { record }, next }) => [record?.eventId, next])).toEqual([['c', 5]])
})

it('hands on what is no command as a dead letter', () => {
  const [found] = firstOf([message(7, 'x', Buffer.from('hello'))], new Set(), 0, 0)
  expect(found).toMatchObject({
    next: 8,
    record: { topic: 'ci.dead-letters.v1', record: { reason: 'bad-magic' } },
  })
})
