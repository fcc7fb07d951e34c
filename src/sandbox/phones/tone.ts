import { createSocket, type Socket } from 'node:dgram'
import { once } from 'node:events'
import { randomBytes } from 'node:crypto'

// G.711 A-law: 8,000 samples a second, a byte each.
const samplesPerSecond = 8_000
const samplesPerPacket = 160
const packetMs = 20
const loudness = 6_000

/** One sample of 16 bits as A-law (ITU-T G.711). */
function alaw(sample: number): number {
  const sign = sample < 0 ? 0 : 0x80
  const magnitude = (sample < 0 ? -sample - 1 : sample) >> 3
  let exponent = 7
  for (let bit = 0x800; exponent > 0 && !(magnitude & bit); bit >>= 1) exponent--
  const mantissa = exponent === 0 ? (magnitude >> 1) & 15 : (magnitude >> exponent) & 15
  return (sign | (exponent << 4) | mantissa) ^ 0x55
}

/** A second of a tone. */
function toneOf(hertz: number): Buffer {
  return Buffer.from(
    Array.from({ length: samplesPerSecond }, (_, index) =>
      alaw(Math.round(loudness * Math.sin((2 * Math.PI * hertz * index) / samplesPerSecond))),
    ),
  )
}

export interface Voice {
  port: number
  stop: () => void
}

/** Sends a tone to a port of this machine until it is stopped, and takes what comes without listening to it. */
export async function speak(hertz: number, toPort: number): Promise<Voice> {
  const socket: Socket = createSocket('udp4')
  socket.bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const tone = toneOf(hertz)
  const source = randomBytes(4).readUInt32BE()
  let sequence = 1
  let time = 0
  const timer = setInterval(() => {
    const packet = Buffer.alloc(12 + samplesPerPacket)
    packet[0] = 0x80
    packet[1] = 8
    packet.writeUInt16BE(sequence++ & 0xffff, 2)
    packet.writeUInt32BE(time >>> 0, 4)
    packet.writeUInt32BE(source, 8)
    tone.copy(packet, 12, time % samplesPerSecond, (time % samplesPerSecond) + samplesPerPacket)
    time += samplesPerPacket
    socket.send(packet, toPort, '127.0.0.1')
  }, packetMs)
  return {
    port: socket.address().port,
    stop: () => {
      clearInterval(timer)
      socket.close()
    },
  }
}
