/** Whether brokers let us in, asked once at the start: a wrong password is no outage, and waiting does not mend it. */

import { strictClient } from './client.ts'
import type { Connection } from './connection.ts'

/** Brokers answer, and do not let us in; or we do not trust them. */
class AccessError extends Error {
  override name = 'AccessError'
}

/**
 * Rejects with an {@link AccessError}, which names the settings to look at, where a broker refuses who we are, or TLS with it
 * fails. Resolves where one lets us in, and where none can be reached: that may pass.
 */
export const checkAccess = async (connection: Connection): Promise<void> => {
  for (let left = connection.brokers.length; left > 0; left -= 1) {
    const admin = strictClient(connection).admin()
    try {
      await admin.connect()
      return
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal !== undefined) throw refusal
    } finally {
      await admin.disconnect().catch(() => undefined)
    }
  }
}

/**
 * The refusal in an error of the client's; undefined for a broker that cannot be reached. An authentication that
 * failed and a certificate that is not taken, on either side, are known by their words: what wraps them keeps no more.
 */
export const refusalOf = (error: unknown): AccessError | undefined => {
  const { message } = error as Error
  const told = (what: string): AccessError =>
    new AccessError(`${what}: ${message}`, { cause: error })
  if (/\bSASL\b|authentication failed/i.test(message))
    return told(
      'Kafka refuses who we are (STOPLINE_KAFKA_USERNAME, STOPLINE_KAFKA_PASSWORD, STOPLINE_KAFKA_SASL)',
    )
  if (/certificate|altname|handshake/i.test(message))
    return told(
      'no trust between Kafka and us (STOPLINE_KAFKA_TLS_CA, STOPLINE_KAFKA_TLS_CERT, STOPLINE_KAFKA_TLS_KEY)',
    )
  return undefined
}
