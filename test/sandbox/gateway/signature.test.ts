import { createServer, request as httpRequest, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, expect, it, onTestFinished } from 'vitest'
import type { SandboxGateway } from '../../../src/sandbox/gateway/gateway.ts'
import { adapter, batch, sandbox, text } from '../../sms/pair.ts'

interface Captured {
  path: string
  headers: IncomingHttpHeaders
  body: string
}

/** What the official SDK puts on the wire for one batch. */
async function capture(): Promise<Captured> {
  const captured: Captured[] = []
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      captured.push({ path: request.url ?? '', headers: request.headers, body })
      response.end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.close()
  })
  const endpoint = `127.0.0.1:${(server.address() as AddressInfo).port}`
  await adapter({ endpoint }).send(batch([text(1)], { outId: "批次 +*~!'()😀" }))
  return captured[0]!
}

function replay(gateway: SandboxGateway, { path, headers, body }: Captured) {
  return new Promise<{ status: number | undefined; code: unknown }>((resolve, reject) => {
    const { port } = gateway
    const call = httpRequest({ port, path, method: 'POST', headers }, (response) => {
      let answer = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (answer += chunk))
      response.on('end', () =>
        resolve({
          status: response.statusCode,
          code: (JSON.parse(answer) as { Code: unknown }).Code,
        }),
      )
    })
    call.on('error', reject)
    call.end(body)
  })
}

describe('the signature check', () => {
  it('takes what the SDK signed, and the same request only once', async () => {
    const gateway = await sandbox()
    const captured = await capture()
    expect(await replay(gateway, captured)).toEqual({ status: 200, code: 'OK' })
    expect(await replay(gateway, captured)).toEqual({ status: 400, code: 'SignatureNonceUsed' })
    expect(gateway.ledger().length).toBe(1)
  })

  it.each<[string, (captured: Captured) => Captured]>([
    ['body', (c) => ({ ...c, body: c.body.replace('13800000001', '13800000002') })],
    ['address', (c) => ({ ...c, path: c.path.replace('SMS_100001', 'SMS_100002') })],
    ['signed header', (c) => ({ ...c, headers: { ...c.headers, 'x-acs-action': 'SendSms' } })],
    [
      'hash of the body',
      (c) => ({ ...c, headers: { ...c.headers, 'x-acs-content-sha256': '0'.repeat(64) } }),
    ],
  ])('refuses a request whose %s was changed', async (_, change) => {
    const gateway = await sandbox()
    expect(await replay(gateway, change(await capture()))).toEqual({
      status: 400,
      code: 'SignatureDoesNotMatch',
    })
    expect(gateway.ledger()).toEqual([])
  })

  it('refuses a request without a signature', async () => {
    const gateway = await sandbox()
    const captured = await capture()
    const { authorization: _, ...headers } = captured.headers
    expect(await replay(gateway, { ...captured, headers })).toEqual({
      status: 400,
      code: 'IncompleteSignature',
    })
  })
})
