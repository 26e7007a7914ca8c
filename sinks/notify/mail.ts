/** Mail: what opened and what closed since the last one, together. Its Message-ID is that of what it says. */

import type { Mailer } from '../../runtime/mail.ts'
import { derivedId } from '../../schemas/ids.ts'
import type { Receiver } from './receiver.ts'
import { headline, plainText } from './words.ts'

export interface MailConfig extends Pick<Receiver, 'name' | 'filter' | 'pace'> {
  readonly from: string
  readonly to: readonly string[]
}

const subjectOf = (titles: readonly string[]): string => {
  const [first = 'nothing'] = titles
  const line = first.slice(0, 150)
  return titles.length === 1 ? line : `${line} and ${titles.length - 1} more`
}

export const createMail = (config: MailConfig, mailer: Mailer): Receiver => ({
  ...{ name: config.name, filter: config.filter, pace: config.pace, isPlain: true },
  send: async (notices) => {
    const incidents = notices.map(({ incident }) => incident)
    const keys = notices.map(({ idempotencyKey }) => idempotencyKey).sort()
    const sent = await mailer.send({
      ...{ from: config.from, to: config.to, subject: subjectOf(incidents.map(headline)) },
      text: `${incidents.map(plainText).join('\n\n')}\n`,
      messageId: `<${derivedId(keys.join(' '), config.name)}@stopline.invalid>`,
    })
    if (sent.kind === 'sent') return { kind: 'delivered', thread: 'mailed' }
    return { kind: sent.kind === 'refused' ? 'refused' : 'again', why: sent.why }
  },
})
