import { createVerify, generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { anonymous, appClaim, asApp, withToken } from '../../producers/github/credentials.ts'

const NOW = Date.parse('2026-01-02T12:00:00Z')
const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  publicKeyEncoding: { type: 'spki', format: 'pem' },
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
})
const API = 'https://api.example/'

describe('credentials', () => {
  it('are a token, or none', async () => {
    expect(await withToken('abc')(API)).toMatchObject({ authorization: 'Bearer abc' })
    expect(await anonymous(API)).not.toHaveProperty('authorization')
  })

  it('of an app are its signed claim, good for nine minutes', () => {
    const [head = '', body = '', signature = ''] = appClaim('12', privateKey, NOW).split('.')
    const read = (part: string): unknown => JSON.parse(Buffer.from(part, 'base64url').toString())
    expect(read(head)).toEqual({ alg: 'RS256', typ: 'JWT' })
    expect(read(body)).toEqual({ iat: NOW / 1000 - 60, exp: NOW / 1000 + 540, iss: '12' })
    const verify = createVerify('RSA-SHA256').update(`${head}.${body}`)
    expect(verify.verify(publicKey, signature, 'base64url')).toBe(true)
  })

  it('of an installation are asked for once, and again five minutes before they end', async () => {
    let now = NOW
    const asked: string[] = []
    const post = (url: string) => {
      asked.push(url)
      const body = {
        token: `t${asked.length}`,
        expires_at: new Date(now + 3_600_000).toISOString(),
      }
      return Promise.resolve({ status: 201, body })
    }
    const app = { api: API, appId: '12', installation: '34', privateKey }
    const authorize = asApp(app, post, () => now)
    const token = async () => (await authorize(API))['authorization']
    expect([await token(), await token()]).toEqual(['Bearer t1', 'Bearer t1'])
    now += 56 * 60_000
    expect(await token()).toBe('Bearer t2')
    expect(asked[0]).toBe('https://api.example/app/installations/34/access_tokens')
    const refused = asApp(
      app,
      () => Promise.resolve({ status: 404, body: {} }),
      () => now,
    )
    await expect(refused(API)).rejects.toMatchObject({ reason: 'unauthorised' })
    const odd = asApp(
      app,
      () => Promise.resolve({ status: 201, body: { token: 1 } }),
      () => now,
    )
    await expect(odd(API)).rejects.toMatchObject({ reason: 'unauthorised' })
  })
})
