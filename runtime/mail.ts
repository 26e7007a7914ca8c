/** Outgoing mail, by SMTP. */

import { createTransport } from 'nodemailer'

interface Mail {
  readonly from: string
  readonly to: readonly string[]
  readonly subject: string
  readonly text: string
  /** The same on every attempt: whoever stores mail may drop what it has seen. */
  readonly messageId: string
}
type Sent =
  | { readonly kind: 'sent' }
  /** `failed`: perhaps later. `refused`: this mail never (an answer of 500 to 599). */
  | { readonly kind: 'failed' | 'refused'; readonly why: string }
export interface Mailer {
  readonly send: (mail: Mail) => Promise<Sent>
  readonly close: () => void
}

const TIMEOUT_MS = 20_000

interface SmtpError {
  readonly responseCode?: number
  readonly code?: string
  readonly message?: string
}
/** Wrong credentials are for people to mend: what waits is kept. */
const isForGood = ({ responseCode = 0, code }: SmtpError): boolean =>
  responseCode >= 500 && code !== 'EAUTH'

/** A mailer for an address such as `smtp://user:password@host:587`. */
export const createMailer = (url: string): Mailer => {
  const transport = createTransport(url, {})
  Object.assign(transport.options, {
    connectionTimeout: TIMEOUT_MS,
    greetingTimeout: TIMEOUT_MS,
    socketTimeout: TIMEOUT_MS,
  })
  return {
    send: async ({ to, ...mail }) => {
      try {
        await transport.sendMail({ ...mail, to: [...to] })
        return { kind: 'sent' }
      } catch (error) {
        const { responseCode, code, message = 'unknown' } = error as SmtpError
        const why = `the mail server: ${responseCode ?? code ?? message}`
        return { kind: isForGood(error as SmtpError) ? 'refused' : 'failed', why }
      }
    },
    close: () => {
      transport.close()
    },
  }
}
