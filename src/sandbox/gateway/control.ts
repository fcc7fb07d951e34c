import type { IncomingMessage, ServerResponse } from 'node:http'
import { z } from 'zod'
import { faultSettings } from './faults.ts'
import type { LedgerEntry } from './ledger.ts'
import type { SandboxGateway } from './gateway.ts'

type Controlled = Pick<
  SandboxGateway,
  'ledger' | 'setFaults' | 'setCallbacks' | 'addTemplates' | 'review' | 'reply' | 'state' | 'reset'
>

const url = z.url({ protocol: /^http$/ })
const callbacks = z.strictObject({
  smsUp: url.nullable().optional(),
  smsReport: url.nullable().optional(),
  templateReport: url.nullable().optional(),
})
const verdict = z.strictObject({
  code: z.string().min(1),
  verdict: z.enum(['approved', 'refused', 'withdrawn']),
  reason: z.string().optional(),
})
const template = z.strictObject({ code: z.string().min(1), content: z.string().optional() })
const reply = z.strictObject({
  phone: z.string().min(1),
  text: z.string(),
  signature: z.string().optional(),
  afterMs: z.number().nonnegative().optional(),
})

/**
 * The control interface: `GET /sandbox/ledger[?phone=]` (NDJSON when asked for), `GET /sandbox/state`,
 * `POST /sandbox/faults|reply|templates|review|callbacks|reset`. All bodies are JSON.
 */
export function createControl(gateway: Controlled, token: string | undefined) {
  const posts: Record<string, (body: unknown) => void> = {
    faults: (body) => gateway.setFaults(faultSettings.parse(body)),
    reply: (body) => gateway.reply(reply.parse(body)),
    templates: (body) => gateway.addTemplates(z.array(template).parse(body)),
    review: (body) => gateway.review(verdict.parse(body)),
    callbacks: (body) => gateway.setCallbacks(callbacks.parse(body)),
    reset: () => gateway.reset(),
  }

  return (request: IncomingMessage, body: Buffer, response: ServerResponse): void => {
    if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
      return json(response, 401, { error: '访问密钥无效' })
    }
    const { pathname, searchParams } = new URL(request.url ?? '/', 'http://sandbox')
    const name = pathname.slice('/sandbox/'.length)
    if (request.method === 'GET' && name === 'state') return json(response, 200, gateway.state())
    if (request.method === 'GET' && name === 'ledger') {
      const phone = searchParams.get('phone')
      const entries = gateway.ledger().filter((entry) => phone === null || entry.phone === phone)
      return request.headers.accept === 'application/x-ndjson'
        ? ndjson(response, entries)
        : json(response, 200, entries)
    }
    const act = request.method === 'POST' ? posts[name] : undefined
    if (!act) return json(response, 404, { error: '没有这个地址' })
    try {
      act(body.length === 0 ? {} : JSON.parse(body.toString('utf8')))
    } catch (error) {
      const reason = error instanceof z.ZodError ? z.prettifyError(error) : '请求体不是有效的 JSON'
      return json(response, 400, { error: reason })
    }
    return json(response, 200, gateway.state())
  }
}

function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json;charset=utf-8' })
  response.end(JSON.stringify(value))
}

function ndjson(response: ServerResponse, entries: readonly LedgerEntry[]): void {
  response.writeHead(200, { 'content-type': 'application/x-ndjson;charset=utf-8' })
  response.end(entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''))
}
