import { describe, expect, it } from 'vitest'
import { checkAccess, refusalOf } from '../../runtime/kafka/access.ts'
import { plainConnection } from '../../runtime/kafka/connection.ts'

describe('an error at the first connection', () => {
  it('is a refusal where the broker does not take who we are', () => {
    const error = new Error('SASL PLAIN authentication failed: Authentication failed: Invalid')
    expect(refusalOf(error)?.message).toMatch(/^Kafka refuses who we are \(STOPLINE_KAFKA_USERNAME/)
  })

  it('is a refusal where a certificate is not taken, on either side', () => {
    const messages = [
      'Connection error: self-signed certificate in certificate chain',
      "Connection error: Hostname/IP does not match certificate's altnames",
      'Connection error: tlsv13 alert certificate required',
    ]
    for (const message of messages)
      expect(refusalOf(new Error(message))?.message).toMatch(/STOPLINE_KAFKA_TLS_CA.*: Connection/)
  })

  it('is none where the broker cannot be reached: that may pass', async () => {
    expect(refusalOf(new Error('Connection error: connect ECONNREFUSED'))).toBeUndefined()
    await expect(checkAccess(plainConnection(['127.0.0.1:9']))).resolves.toBeUndefined()
  })
})
