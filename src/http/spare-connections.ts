import type { Socket } from 'node:net'
import type { FastifyInstance } from 'fastify'

/**
 * Browsers open connections ahead of need. One on which nothing was asked yet is not idle to Node, and a
 * server that stops would wait a minute for it: such connections are cut when the server closes.
 */
export function cutSpareConnections(app: FastifyInstance): void {
  const spare = new Set<Socket>()
  let closing = false
  app.server.on('connection', (socket: Socket) => {
    if (closing) return socket.destroy()
    spare.add(socket)
    socket.once('close', () => spare.delete(socket))
  })
  app.server.on('request', ({ socket }) => spare.delete(socket))
  app.addHook('preClose', async () => {
    closing = true
    for (const socket of spare) socket.destroy()
  })
}
