import { createSocket, type RemoteInfo } from 'node:dgram'
import { EventEmitter, once } from 'node:events'
import { randomBytes } from 'node:crypto'
import { answerHeaders, formatSip, headerOf, parseSip, type SipMessage } from './sip.ts'
import { speak, type Voice } from './tone.ts'

/** What a phone does when it is rung. */
export interface Behaviour {
  /** What is heard before the end: 180, an announcement (183), or nothing. */
  before?: 'ringing' | 'announcement' | 'nothing'
  /** From the call to what it comes to. */
  afterMs?: number
  /** `silent` answers nothing at all; `ring_on` is never picked up; a status refuses. */
  comesTo: 'answer' | 'ring_on' | 'silent' | { status: string; reason?: string }
  /** The phone hangs up so long after it was answered. */
  hangUpAfterMs?: number
}

/** A call as one phone saw it. */
export interface PhoneCall {
  number: string
  from: string
  answered: boolean
  ended: 'by_phone' | 'by_other' | 'cancelled' | 'refused' | null
  /** Puts the receiver down. */
  hangUp: () => void
}

export interface PhoneBank {
  port: number
  /** Every call that any phone of the bank has seen, in order. */
  calls: readonly PhoneCall[]
  /** Tells `call` when a phone begins to ring, `up` when one was answered, `end` when a call has ended. */
  events: EventEmitter<{ call: [PhoneCall]; up: [PhoneCall]; end: [PhoneCall] }>
  /** All phones forget the calls they are in, as after a power cut. */
  reset: () => void
  close: () => Promise<void>
}

interface Line {
  call: PhoneCall
  invite: SipMessage
  tag: string
  behaviour: Behaviour
  to: RemoteInfo
  timers: NodeJS.Timeout[]
  /** The last answer to the INVITE, sent again until it is acknowledged. */
  final: { status: number; data: Buffer } | null
  repeat: NodeJS.Timeout | undefined
  voice: Voice | null
}

const ringAfterMs = 20
const repeatMs = 500

/**
 * Test phones in one process: as many as anybody dials, each doing what its number says, over SIP and RTP on
 * this machine. Good for an exchange's other side: a carrier, or the agents' phones.
 */
export async function openPhoneBank(
  behave: (number: string) => Behaviour,
  options: { port?: number; hertz: number },
): Promise<PhoneBank> {
  const socket = createSocket('udp4')
  socket.bind(options.port ?? 0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  const lines = new Map<string, Line>()
  const calls: PhoneCall[] = []
  const events: PhoneBank['events'] = new EventEmitter()
  let closed = false

  const send = (data: Buffer, to: Pick<RemoteInfo, 'port' | 'address'>): void => {
    if (!closed) socket.send(data, to.port, to.address)
  }
  const answer = (line: Line, status: string, extra: [string, string][] = [], body = ''): Buffer =>
    formatSip(
      `SIP/2.0 ${status}`,
      [
        ...answerHeaders(line.invite, line.tag),
        ['Contact', `<sip:${line.call.number}@127.0.0.1:${port}>`],
        ...extra,
      ],
      body,
    )
  const finish = (line: Line, status: string, extra?: [string, string][], body?: string): void => {
    const data = answer(line, status, extra, body)
    line.final = { status: Number.parseInt(status, 10), data }
    send(data, line.to)
    let left = 8
    line.repeat = setInterval(() => {
      if (left-- === 0) clearInterval(line.repeat)
      else send(data, line.to)
    }, repeatMs)
  }
  const drop = (line: Line, ended: PhoneCall['ended']): void => {
    if (line.call.ended !== null) return
    line.call.ended = ended
    line.timers.forEach(clearTimeout)
    line.voice?.stop()
    line.voice = null
    events.emit('end', line.call)
  }
  const later = (line: Line, ms: number, act: () => void): void => {
    line.timers.push(setTimeout(() => line.final === null && line.call.ended === null && act(), ms))
  }
  const withVoice = async (line: Line): Promise<[[string, string][], string]> => {
    line.voice ??= await speak(options.hertz, Number(/m=audio (\d+)/.exec(line.invite.body)?.[1]))
    return [[['Content-Type', 'application/sdp']], sdpOf(line.voice.port)]
  }
  const play = (line: Line): void => {
    const { before = 'ringing', afterMs = 100, comesTo } = line.behaviour
    send(answer(line, '100 Trying'), line.to)
    if (before === 'ringing') {
      later(line, ringAfterMs, () => send(answer(line, '180 Ringing'), line.to))
    }
    if (before === 'announcement') {
      later(line, ringAfterMs, () => {
        void withVoice(line).then(([extra, body]) =>
          send(answer(line, '183 Session Progress', extra, body), line.to),
        )
      })
    }
    later(line, afterMs, () => {
      if (comesTo === 'answer') {
        void withVoice(line).then(([extra, body]) => finish(line, '200 OK', extra, body))
      } else if (typeof comesTo === 'object') {
        finish(line, comesTo.status, comesTo.reason ? [['Reason', comesTo.reason]] : [])
        drop(line, 'refused')
      }
    })
  }
  const hangUp = (line: Line): void => {
    if (line.call.ended !== null || !line.call.answered) return
    const { invite } = line
    const target = /<([^>]+)>/.exec(headerOf(invite, 'Contact'))?.[1] ?? ''
    send(
      formatSip(`BYE ${target} SIP/2.0`, [
        ['Via', `SIP/2.0/UDP 127.0.0.1:${port};branch=z9hG4bK${randomBytes(6).toString('hex')}`],
        ['From', `${headerOf(invite, 'To')};tag=${line.tag}`],
        ['To', headerOf(invite, 'From')],
        ['Call-ID', headerOf(invite, 'Call-ID')],
        ['CSeq', '1 BYE'],
        ['Max-Forwards', '70'],
      ]),
      line.to,
    )
    drop(line, 'by_phone')
  }
  const ring = (invite: SipMessage, to: RemoteInfo): void => {
    const number = /sip:([^@;>]*)/.exec(invite.first)?.[1] ?? ''
    const from = /sip:([^@;>]*)/.exec(headerOf(invite, 'From'))?.[1] ?? ''
    const call: PhoneCall = { number, from, answered: false, ended: null, hangUp: () => {} }
    const line: Line = {
      call,
      invite,
      to,
      tag: randomBytes(6).toString('hex'),
      behaviour: behave(number),
      timers: [],
      final: null,
      repeat: undefined,
      voice: null,
    }
    call.hangUp = () => hangUp(line)
    lines.set(headerOf(invite, 'Call-ID'), line)
    calls.push(call)
    events.emit('call', call)
    if (line.behaviour.comesTo !== 'silent') play(line)
  }
  const acknowledged = (line: Line): void => {
    clearInterval(line.repeat)
    if (line.final?.status !== 200 || line.call.answered) return
    line.call.answered = true
    events.emit('up', line.call)
    const { hangUpAfterMs } = line.behaviour
    if (hangUpAfterMs !== undefined) line.timers.push(setTimeout(() => hangUp(line), hangUpAfterMs))
  }

  socket.on('message', (data, from) => {
    const message = parseSip(data)
    if (message.first.startsWith('SIP/2.0')) return
    const [method] = message.first.split(' ')
    const line = lines.get(headerOf(message, 'Call-ID'))
    if (method === 'INVITE') {
      if (!line) ring(message, from)
      else if (line.final) send(line.final.data, from)
      return
    }
    if (method === 'OPTIONS' || line === undefined) {
      const status = method === 'OPTIONS' ? '200 OK' : '481 Call/Transaction Does Not Exist'
      if (method !== 'ACK') send(formatSip(`SIP/2.0 ${status}`, answerHeaders(message, null)), from)
      return
    }
    if (method === 'ACK') return acknowledged(line)
    if (method !== 'CANCEL' && method !== 'BYE') return
    send(formatSip('SIP/2.0 200 OK', answerHeaders(message, line.tag)), from)
    if (method === 'CANCEL' && line.final === null) {
      finish(line, '487 Request Terminated')
      drop(line, 'cancelled')
    } else if (method === 'BYE') drop(line, 'by_other')
  })

  const reset = (): void => {
    for (const line of lines.values()) {
      clearInterval(line.repeat)
      drop(line, 'by_phone')
    }
  }
  return {
    port,
    calls,
    events,
    reset,
    async close() {
      reset()
      closed = true
      socket.close()
      await once(socket, 'close')
    },
  }
}

function sdpOf(audioPort: number): string {
  return [
    'v=0',
    'o=- 1 1 IN IP4 127.0.0.1',
    's=-',
    'c=IN IP4 127.0.0.1',
    't=0 0',
    `m=audio ${audioPort} RTP/AVP 8`,
    'a=rtpmap:8 PCMA/8000',
    'a=ptime:20',
    'a=sendrecv',
    '',
  ].join('\r\n')
}
