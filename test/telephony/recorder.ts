import { once } from 'node:events'
import { mkdir, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { buffer } from 'node:stream/consumers'
import type { AddressInfo } from 'node:net'
import { WebSocket, WebSocketServer } from 'ws'
import { ariEvent, type AriEvent } from '../../src/telephony/ari.ts'

export const traceFolder = 'test/telephony/recorded'
/** The call of every trace. */
export const tracedCall = '01900000-0000-7000-8000-000000000001'

/** What a real exchange told of one call, in its order; `null` where our own timer ended it. */
export interface RecordedTrace {
  name: string
  exchange: string
  result: string
  events: (AriEvent | null)[]
}

export interface Recorder {
  /** Where the exchange is to be reached, so that what it tells is overheard. */
  url: string
  /** Writes down what was told of a call. */
  keep: (
    name: string,
    version: string,
    call: { id: string; result: string | null; stoppedBy: string | null },
  ) => Promise<void>
  close: () => void
}

/** Stands between the app and an exchange, hands everything on, and keeps what the exchange tells. */
export async function recorder(exchangeUrl: string): Promise<Recorder> {
  const heard: string[] = []
  const server = createServer((request, response) => {
    const pass = async () => {
      const body = await buffer(request)
      const answer = await fetch(`${exchangeUrl}${request.url}`, {
        method: request.method!,
        headers: {
          authorization: request.headers.authorization ?? '',
          'content-type': request.headers['content-type'] ?? 'text/plain',
        },
        ...(body.length > 0 ? { body } : {}),
      })
      response.writeHead(answer.status).end(Buffer.from(await answer.arrayBuffer()))
    }
    pass().catch(() => response.destroy())
  })
  const sockets = new WebSocketServer({ noServer: true })
  server.on('upgrade', (request, socket, head) => {
    const far = new WebSocket(`${exchangeUrl.replace(/^http/, 'ws')}${request.url}`, {
      headers: { authorization: request.headers.authorization ?? '' },
    })
    far.once('open', () => {
      sockets.handleUpgrade(request, socket, head, (near) => {
        far.on('message', (data: Buffer) => {
          heard.push(data.toString('utf8'))
          near.send(data.toString('utf8'))
        })
        near.on('close', () => far.close())
      })
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async keep(name, exchange, { id, result, stoppedBy }) {
      const events: RecordedTrace['events'] = heard
        .filter((line) => line.includes(id))
        .flatMap((line) => {
          // What is read of an event is all that is kept of it.
          const read = ariEvent.safeParse(JSON.parse(line.replaceAll(id, tracedCall)))
          return read.success ? [read.data] : []
        })
      if (stoppedBy === 'timer') {
        events.splice(
          events.findIndex((event) => event?.type === 'ChannelDestroyed'),
          0,
          null,
        )
      }
      await mkdir(traceFolder, { recursive: true })
      const trace: RecordedTrace = { name, exchange, result: result!, events }
      const file = `${name
        .replaceAll(/[^\w]+/g, '-')
        .replace(/-$/, '')
        .toLowerCase()}.json`
      await writeFile(`${traceFolder}/${file}`, `${JSON.stringify(trace)}\n`)
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
