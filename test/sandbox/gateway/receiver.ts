import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'

export interface Received {
  path: string
  contentType: string | undefined
  items: Record<string, unknown>[]
}

/** Answers a push; called with how many came before. */
export type AnswerPush = (response: ServerResponse, before: number) => void

export const acknowledge: AnswerPush = (response) => response.end('{"code":0,"msg":"成功"}')

/** A receiver of pushes that ends with the test. */
export async function receiver(answer: AnswerPush = acknowledge) {
  const received: Received[] = []
  let woken = () => {}
  const server = createServer((request, response) => {
    let body = ''
    request.setEncoding('utf8')
    request.on('data', (chunk: string) => (body += chunk))
    request.on('end', () => {
      received.push({
        path: request.url ?? '',
        contentType: request.headers['content-type'],
        items: JSON.parse(body) as Record<string, unknown>[],
      })
      answer(response, received.length - 1)
      woken()
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const items = (path: '/up' | '/report') =>
    received.filter((push) => push.path === path).flatMap((push) => push.items)
  return {
    received,
    items,
    /** Resolves once so many items came to one address. */
    until: async (path: '/up' | '/report', count: number): Promise<void> => {
      while (items(path).length < count) {
        await new Promise<void>((resolve) => (woken = resolve))
      }
    },
    callbacks: { smsUp: `${url}/up`, smsReport: `${url}/report` },
  }
}
