/** Certificates of a test's own authority, made by openssl. */

import { execFileSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

export interface Certificate {
  /** Files in PEM. */
  readonly certFile: string
  readonly keyFile: string
}
export interface Authority extends Certificate {
  /** Signs a certificate for a server at 127.0.0.1, or for a client, of this name. */
  readonly sign: (name: string) => Certificate
}

const openssl = (...args: string[]): void => {
  execFileSync('openssl', args, { stdio: ['ignore', 'ignore', 'pipe'] })
}
const NEW_KEY = ['-newkey', 'rsa:2048', '-nodes', '-days', '2']

/** Writes what it makes into the folder. */
export const createAuthority = (folder: string, name: string): Authority => {
  const filesOf = (of: string): Certificate => ({
    certFile: join(folder, `${of}.crt`),
    keyFile: join(folder, `${of}.key`),
  })
  const { certFile, keyFile } = filesOf(name)
  openssl('req', '-x509', ...NEW_KEY, '-subj', `/CN=${name}`, '-keyout', keyFile, '-out', certFile)
  return {
    certFile,
    keyFile,
    sign: (of) => {
      const files = filesOf(of)
      const [request, names] = [join(folder, `${of}.csr`), join(folder, `${of}.ext`)]
      writeFileSync(names, 'subjectAltName=IP:127.0.0.1,DNS:localhost\n')
      openssl('req', ...NEW_KEY, '-subj', `/CN=${of}`, '-keyout', files.keyFile, '-out', request)
      openssl(
        ...['x509', '-req', '-in', request, '-CA', certFile, '-CAkey', keyFile],
        ...['-CAcreateserial', '-days', '2', '-extfile', names, '-out', files.certFile],
      )
      return files
    },
  }
}

/** Key and certificate in one file, as Kafka reads them from PEM. */
export const keyStore = (folder: string, { certFile, keyFile }: Certificate): string => {
  const file = join(folder, 'keystore.pem')
  writeFileSync(file, `${readFileSync(keyFile, 'utf8')}${readFileSync(certFile, 'utf8')}`)
  return file
}
