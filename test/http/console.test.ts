import { mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fastify, { type FastifyInstance } from 'fastify'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { consoleFiles } from '../../src/http/console.ts'
import { answerErrors } from '../../src/http/errors.ts'

let app: FastifyInstance
let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huifang-console-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'assets', 'main-abc.js'), 'export {}')
  await writeFile(join(folder, 'icon.svg'), '<svg/>')
  await writeFile(join(folder, '..', 'secret.txt'), 'secret')
  app = fastify()
  answerErrors(app)
  app.get('/api/v1/known', async () => ({}))
  await app.register(consoleFiles(folder))
})
afterAll(async () => app.close())

const get = (url: string) => app.inject({ method: 'GET', url })

describe('the console', () => {
  test('before it is built, the answer says how to build it', async () => {
    const answer = await get('/')
    expect([answer.statusCode, answer.json().code]).toEqual([503, 'console.not_built'])
    await writeFile(
      join(folder, 'index.html'),
      '<meta nonce="__CSP_NONCE__"><script nonce="__CSP_NONCE__" src="/assets/main-abc.js"></script>',
    )
    expect((await get('/')).statusCode).toBe(200)
  })

  test('every page has a nonce of its own, in the policy and in the page', async () => {
    const nonces = new Set<string>()
    for (const path of ['/', '/desk', '/desk/0199?tab=2', '/index.html']) {
      const { headers, body, statusCode } = await get(path)
      const policy = String(headers['content-security-policy'])
      const nonce = /script-src 'self' 'nonce-([^']+)'/.exec(policy)![1]!
      expect(statusCode).toBe(200)
      expect(body).toBe(
        `<meta nonce="${nonce}"><script nonce="${nonce}" src="/assets/main-abc.js"></script>`,
      )
      expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`)
      expect(policy).not.toContain('unsafe')
      nonces.add(nonce)
    }
    expect(nonces.size).toBe(4)
  })

  test('what has its hash in its name is kept for ever, a missing one is not', async () => {
    const found = await get('/assets/main-abc.js')
    expect(found.headers).toMatchObject({
      'cache-control': 'public, max-age=31536000, immutable',
      'content-type': expect.stringContaining('javascript'),
    })
    const missing = await get('/assets/main-old.js')
    expect([missing.statusCode, missing.headers['cache-control']]).toEqual([404, 'no-store'])
    expect((await get('/icon.svg')).headers['content-type']).toBe('image/svg+xml')
  })

  test.each([
    '/assets/../../secret.txt',
    '/assets/..%2f..%2fsecret.txt',
    '/..%2fsecret.txt',
    '/%2e%2e/secret.txt',
  ])('%s leads to nothing outside the folder', async (path) => {
    expect((await get(path)).body).not.toContain('secret')
  })

  test.each(['/api/v1/unknown', '/hooks/x', '/api'])('%s is no page', async (path) => {
    const answer = await get(path)
    expect([answer.statusCode, answer.json().code]).toEqual([404, 'request.not_found'])
  })
})
