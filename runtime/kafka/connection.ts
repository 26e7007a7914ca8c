/** How the brokers are reached: the same for every client of a process. */

export interface TlsSettings {
  /** PEM texts; null leaves what the system trusts, and shows no certificate of our own. */
  readonly ca: string | null
  readonly cert: string | null
  readonly key: string | null
}
interface SaslSettings {
  readonly mechanism: 'plain' | 'scram-sha-256' | 'scram-sha-512'
  readonly username: string
  readonly password: string
}
export interface Connection {
  readonly brokers: readonly string[]
  readonly clientId: string
  /** Null: no TLS. */
  readonly tls: TlsSettings | null
  readonly sasl: SaslSettings | null
}

/** Brokers that take anyone without TLS, as in tests. */
export const plainConnection = (brokers: readonly string[]): Connection => ({
  brokers,
  clientId: 'stopline',
  tls: null,
  sasl: null,
})
