import type { Id } from '../foundation/ids.ts'
import type { Ari, AriEvent, AriSettings } from './ari.ts'
import { bridgeOf, channelOf, noticeOf, ownerOf, ownerOfRecording, recordingOf } from './names.ts'
import type { CallEvent, Leg, Order } from './rules.ts'
import type { Call } from './store.ts'

/** What a call needs from outside to be made. */
export interface Dialling {
  /** The citizen's number: asked for when it is dialled, kept nowhere. */
  phone: () => Promise<string>
  ringSeconds: Record<Leg, number>
  /** What is played to both before a recording begins: a media URI of the exchange. */
  noticeMedia: string | null
}

/** What the exchange has of a call at this moment. */
export type Standing = Record<Leg, { state: string } | null>

export interface Exchange {
  /** Does what a step of a call asks for. Returns what came of it where no event will tell. */
  perform(order: Order, call: Call, dialling: Dialling): Promise<CallEvent | null>
  standing(id: Id): Promise<Standing>
  fetchRecording(id: Id): Promise<Buffer | null>
  dropRecording(id: Id): Promise<void>
  /** Whether this phone can be rung: `unknown` to the exchange, or known and not registered. */
  phoneState(extension: string): Promise<'ready' | 'offline' | 'unknown'>
}

// The exchange's own limits are a backstop for when nobody of ours is left to stop it.
const backstopSeconds = 15
const longestRecordingSeconds = 3_600

/** Asterisk, by its REST interface. */
export function asteriskExchange(
  ari: Ari,
  settings: Pick<AriSettings, 'application'> & { trunk: string },
): Exchange {
  const { application: app, trunk } = settings
  const hangUp = async (id: Id, leg: Leg): Promise<CallEvent | null> => {
    const answer = await ari.ask('DELETE', `/channels/${channelOf(id, leg)}`)
    return answer.status === 'gone' ? { kind: 'gone', leg, cause: null, sipCode: null } : null
  }
  const orders: Record<
    Order,
    (call: Call, dialling: Dialling) => Promise<CallEvent | null | undefined>
  > = {
    async ring_agent({ id, extension, callerId }, { ringSeconds }) {
      const answer = await ari.ask('POST', '/channels', {
        endpoint: `PJSIP/${extension}`,
        app,
        channelId: channelOf(id, 'agent'),
        timeout: ringSeconds.agent + backstopSeconds,
        callerId: `"Huifang" <${callerId ?? 'callback'}>`,
      })
      if (answer.status === 'refused' || answer.status === 'gone') {
        return { kind: 'refused', leg: 'agent' }
      }
      return null
    },
    async connect({ id, callerId }, { phone }) {
      await ari.ask('POST', `/bridges/${bridgeOf(id)}`, { type: 'mixing', name: id })
      await ari.ask('POST', `/bridges/${bridgeOf(id)}/addChannel`, {
        channel: channelOf(id, 'agent'),
      })
      const answer = await ari.ask('POST', '/channels/create', {
        endpoint: `PJSIP/${await phone()}@${trunk}`,
        app,
        channelId: channelOf(id, 'citizen'),
        originator: channelOf(id, 'agent'),
        ...(callerId ? { variables: { 'CALLERID(num)': callerId } } : {}),
      })
      if (answer.status === 'refused' || answer.status === 'gone') {
        return { kind: 'refused', leg: 'citizen' }
      }
      return null
    },
    async dial_citizen({ id }, { ringSeconds }) {
      // In the bridge before the answer: the agent hears the ringing and the carrier's announcements.
      await ari.ask('POST', `/bridges/${bridgeOf(id)}/addChannel`, {
        channel: channelOf(id, 'citizen'),
      })
      const answer = await ari.ask('POST', `/channels/${channelOf(id, 'citizen')}/dial`, {
        caller: channelOf(id, 'agent'),
        timeout: ringSeconds.citizen + backstopSeconds,
      })
      return answer.status === 'refused' ? { kind: 'refused', leg: 'citizen' } : null
    },
    async play_notice({ id }, { noticeMedia }) {
      if (noticeMedia === null) return { kind: 'notice_over', played: false }
      const answer = await ari.ask('POST', `/bridges/${bridgeOf(id)}/play/${noticeOf(id)}`, {
        media: noticeMedia,
      })
      return answer.status === 'refused' || answer.status === 'gone'
        ? { kind: 'notice_over', played: false }
        : null
    },
    async record({ id }) {
      const answer = await ari.ask('POST', `/bridges/${bridgeOf(id)}/record`, {
        name: recordingOf(id),
        format: 'wav',
        ifExists: 'fail',
        beep: false,
        maxDurationSeconds: longestRecordingSeconds,
      })
      return answer.status === 'refused' || answer.status === 'gone'
        ? { kind: 'recording_over', kept: false }
        : null
    },
    hang_up_agent: ({ id }) => hangUp(id, 'agent'),
    hang_up_citizen: ({ id }) => hangUp(id, 'citizen'),
    async clear({ id }) {
      await ari.ask('DELETE', `/bridges/${bridgeOf(id)}`)
      return null
    },
  }
  const legState = async (id: Id, leg: Leg) => {
    const answer = await ari.ask('GET', `/channels/${channelOf(id, leg)}`)
    return answer.status === 'done' ? { state: (answer.body as { state: string }).state } : null
  }
  return {
    perform: async (order, call, dialling) => (await orders[order](call, dialling)) ?? null,
    async standing(id) {
      const [agent, citizen] = await Promise.all([legState(id, 'agent'), legState(id, 'citizen')])
      return { agent, citizen }
    },
    fetchRecording: (id) => ari.download(`/recordings/stored/${recordingOf(id)}/file`),
    async dropRecording(id) {
      await ari.ask('DELETE', `/recordings/stored/${recordingOf(id)}`)
    },
    async phoneState(extension) {
      const answer = await ari.ask('GET', `/endpoints/PJSIP/${extension}`)
      if (answer.status !== 'done') return 'unknown'
      return (answer.body as { state?: string }).state === 'online' ? 'ready' : 'offline'
    },
  }
}

/** What an event of the exchange says of a call; null where it says nothing that counts. */
export function readEvent(event: AriEvent): { id: Id; event: CallEvent } | null {
  switch (event.type) {
    case 'StasisStart':
      return ofChannel(event.channel.id, (leg) =>
        leg === 'agent' ? { kind: 'agent_up' } : { kind: 'citizen_ready' },
      )
    case 'ChannelStateChange':
      return ofChannel(event.channel.id, (leg) =>
        leg === 'agent' ? null : heardOf(event.channel.state),
      )
    case 'Dial':
      return ofChannel(event.peer.id, (leg) => (leg === 'agent' ? null : heardOf(event.dialstatus)))
    case 'ChannelDestroyed':
      return ofChannel(event.channel.id, (leg) => ({
        kind: 'gone',
        leg,
        cause: event.cause,
        sipCode: event.tech_cause ?? null,
      }))
    case 'RecordingFinished':
    case 'RecordingFailed': {
      const id = ownerOfRecording(event.recording.name)
      const kept = event.type === 'RecordingFinished'
      return id === null ? null : { id, event: { kind: 'recording_over', kept } }
    }
    case 'PlaybackFinished': {
      const owner = ownerOf(event.playback.id)
      return owner?.part === 'notice'
        ? { id: owner.id, event: { kind: 'notice_over', played: event.playback.state === 'done' } }
        : null
    }
  }
}

function ofChannel(name: string, read: (leg: Leg) => CallEvent | null) {
  const owner = ownerOf(name)
  if (owner?.part !== 'agent' && owner?.part !== 'citizen') return null
  const event = read(owner.part)
  return event && { id: owner.id, event }
}

/** A channel's state or a dial's status, which come in either order. */
function heardOf(word: string): CallEvent | null {
  switch (word) {
    case 'Ringing':
    case 'RINGING':
      return { kind: 'heard', what: 'ringing' }
    case 'PROGRESS':
      return { kind: 'heard', what: 'progress' }
    case 'Up':
    case 'ANSWER':
      return { kind: 'citizen_up' }
    default:
      return null
  }
}
