import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { buildApp } from '../../api/app.ts'
import { createTestPipeline } from '../support/api-deps.ts'

const folder = mkdtempSync(join(tmpdir(), 'stopline-page-'))
let app: FastifyInstance
beforeAll(async () => {
  mkdirSync(join(folder, 'assets'))
  writeFileSync(join(folder, 'index.html'), '<!doctype html><title>Stopline</title>')
  writeFileSync(join(folder, 'assets', 'main-1a2b.js'), 'export {}')
  writeFileSync(join(folder, '..secret'), 'no')
  app = await buildApp(createTestPipeline({ webFolder: folder }).deps)
})
afterAll(async () => {
  await app.close()
  rmSync(folder, { recursive: true })
})
const load = (url: string, accept = 'text/html,*/*;q=0.8') =>
  app.inject({ url, headers: { accept } })

describe('the page', () => {
  it.each(['/', '/jobs', '/jobs/prow/o%2Fr/e2e', '/runs/prow/o%2Fr/e2e/1/1', '/savings?subject=a'])(
    'is its index at %s, not kept by browsers',
    async (url) => {
      const { statusCode, headers, body } = await load(url)
      expect({ statusCode, body }).toMatchObject({
        statusCode: 200,
        body: '<!doctype html><title>Stopline</title>',
      })
      expect(headers['content-type']).toContain('text/html')
      expect(headers['cache-control']).toBe('no-cache')
      expect(headers['content-security-policy']).toMatch(
        /^default-src 'self';.* frame-ancestors 'none'$/,
      )
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'referrer-policy': 'no-referrer',
      })
    },
  )

  it('has files that browsers keep for ever, since their names change with them', async () => {
    const { headers, body } = await load('/assets/main-1a2b.js', '*/*')
    expect(body).toBe('export {}')
    expect(headers['cache-control']).toBe('public, max-age=31536000, immutable')
    expect(headers['content-type']).toContain('javascript')
  })

  it.each([
    '/assets/main-old.js',
    '/v1/weather',
    '/docs/nothing.js',
    '/assets/..%2f..%2fetc%2fpasswd',
  ])('does not stand in for %s', async (url) => {
    const { statusCode } = await load(url)
    expect(statusCode).toBe(404)
  })

  it('is not what a program gets that asks for something else', async () => {
    expect((await load('/jobs', 'application/json')).json()).toMatchObject({ code: 'not-found' })
  })
})
