import { randomUUID } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import type { CallFault } from './faults.ts'

/** What a call is answered with before the transport has its say. */
export interface Answer {
  status: number
  body: Record<string, unknown>
}

/** Business errors come with status 200, as the provider sends them. */
export function refuse(code: string, message: string, status = 200): Answer {
  return { status, body: { Code: code, Message: message, RequestId: requestId() } }
}

export function requestId(): string {
  return randomUUID().toUpperCase()
}

export const throttled = refuse(
  'Throttling.User',
  'Request was denied due to user flow control. 触发分钟级流控',
  400,
)

export function send(response: ServerResponse, { status, body }: Answer): void {
  sendText(response, status, 'application/json;charset=utf-8', JSON.stringify(body))
}

function sendText(response: ServerResponse, status: number, type: string, text: string): void {
  response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) })
  response.end(text)
}

/** Answers as the fault has it, after accepting where it says so. */
export function strike(fault: CallFault, run: () => Answer, response: ServerResponse): void {
  const { what, code, message = 'sandbox fault', status } = fault
  if (what === 'refuse') {
    return send(response, refuse(code ?? 'isv.BUSINESS_LIMIT_CONTROL', message, status ?? 200))
  }
  if (what === 'throttle') {
    const refusal = code === undefined ? throttled : refuse(code, message)
    return send(response, { ...refusal, status: status ?? 400 })
  }
  const answer = fault.accept || what === 'delay' ? run() : refuse('ServiceUnavailable', message)
  switch (what) {
    case 'server_error':
      return send(response, refuse(code ?? 'ServiceUnavailable', message, status ?? 503))
    case 'html':
      return sendText(response, status ?? 502, 'text/html', '<html><h1>Bad Gateway</h1></html>')
    case 'empty_object':
      return send(response, { status: status ?? 200, body: {} })
    case 'hang':
      return
    case 'cut':
      response.destroy()
      return
    case 'cut_mid_body': {
      const text = JSON.stringify(answer.body)
      response.writeHead(answer.status, {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(text),
      })
      response.write(text.slice(0, text.length / 2), () => response.destroy())
      return
    }
    case 'delay':
      setTimeout(() => send(response, answer), fault.delayMs ?? 1_000).unref()
  }
}
