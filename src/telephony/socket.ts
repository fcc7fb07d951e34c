import { WebSocket } from 'ws'
import { ariEvent, authorization, type AriEvent, type AriSettings } from './ari.ts'

export interface Socket {
  /** Resolves when the socket has closed, for whatever reason. */
  closed: Promise<void>
  close(): void
}

const pingMs = 5_000
const openTimeoutMs = 5_000

/**
 * Opens the socket by which the exchange tells what happens; rejects when it cannot be opened. An exchange that is dead
 * without having closed it is found by its silence on a ping.
 */
export async function openSocket(
  settings: AriSettings,
  hear: (event: AriEvent) => void,
): Promise<Socket> {
  const url = new URL(`${settings.url.replace(/^http/, 'ws')}/ari/events`)
  url.searchParams.set('app', settings.application)
  const socket = new WebSocket(url, {
    headers: { authorization: authorization(settings) },
    handshakeTimeout: openTimeoutMs,
  })
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
  await new Promise<void>((resolve, reject) => {
    socket.once('open', resolve)
    socket.once('error', reject)
  })
  socket.on('error', () => {})
  let heardSincePing = true
  const pings = setInterval(() => {
    if (!heardSincePing) return socket.terminate()
    heardSincePing = false
    socket.ping()
  }, pingMs)
  void closed.then(() => clearInterval(pings))
  socket.on('pong', () => (heardSincePing = true))
  socket.on('message', (data: Buffer) => {
    heardSincePing = true
    const event = readMessage(data)
    if (event) hear(event)
  })
  return { closed, close: () => socket.close() }
}

function readMessage(data: Buffer): AriEvent | null {
  try {
    return ariEvent.parse(JSON.parse(data.toString('utf8')))
  } catch {
    return null
  }
}
