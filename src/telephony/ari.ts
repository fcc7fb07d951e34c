import { z } from 'zod'
import { AppError } from '../foundation/errors.ts'

export interface AriSettings {
  /** `http://host:8088` */
  url: string
  user: string
  password: string
  /** The name under which this system is known to the exchange. */
  application: string
}

/** What an answer of the exchange means for a step that may have been done before. */
export type AriAnswer =
  | { status: 'done'; body: unknown }
  /** There already: the step was done before. */
  | { status: 'exists' }
  /** The channel, bridge or recording is not there (any more). */
  | { status: 'gone' }
  /** The exchange does not take it: no such endpoint, nobody registered, wrong state. */
  | { status: 'refused' }

export interface Ari {
  /** Throws `telephony.exchange_away` when nobody answers. What the request holds goes in its body: addresses are logged. */
  ask(method: 'GET' | 'POST' | 'PUT' | 'DELETE', path: string, body?: object): Promise<AriAnswer>
  /** The bytes of a stored recording; null when there is none. */
  download(path: string): Promise<Buffer | null>
}

const askTimeoutMs = 5_000
const downloadTimeoutMs = 120_000

/** The exchange's REST interface. */
export function openAri(settings: Pick<AriSettings, 'url' | 'user' | 'password'>): Ari {
  const headers = { authorization: authorization(settings) }
  const reach = async (path: string, init: RequestInit, timeoutMs: number) => {
    try {
      return await fetch(`${settings.url}/ari${path}`, {
        ...init,
        headers: { ...headers, ...(init.headers as Record<string, string> | undefined) },
        signal: AbortSignal.timeout(timeoutMs),
      })
    } catch {
      // What went wrong may carry what was asked.
      throw new AppError('telephony.exchange_away')
    }
  }
  return {
    async ask(method, path, body) {
      const response = await reach(
        path,
        {
          method,
          ...(body
            ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }
            : {}),
        },
        askTimeoutMs,
      )
      const text = await response.text().catch(() => {
        throw new AppError('telephony.exchange_away')
      })
      if (response.ok) return { status: 'done', body: readJson(text) }
      if (response.status === 404) return { status: 'gone' }
      if (response.status === 409) return { status: 'exists' }
      if (response.status === 401 || response.status === 403) {
        throw new AppError('telephony.exchange_refuses')
      }
      return { status: 'refused' }
    },
    async download(path) {
      const response = await reach(path, {}, downloadTimeoutMs)
      if (response.status === 404) return null
      if (!response.ok) throw new AppError('telephony.exchange_away')
      return Buffer.from(
        await response.arrayBuffer().catch(() => {
          throw new AppError('telephony.exchange_away')
        }),
      )
    },
  }
}

/** Null for what is no JSON: something else than an exchange answers there. */
function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

export function authorization({ user, password }: Pick<AriSettings, 'user' | 'password'>): string {
  return `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
}

const channel = z.object({ id: z.string(), state: z.string() })

/** The events that are read; whatever else an exchange says, now or in a later version, is passed over. */
export const ariEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('StasisStart'), channel }),
  z.object({ type: z.literal('ChannelStateChange'), channel }),
  z.object({
    type: z.literal('ChannelDestroyed'),
    channel,
    cause: z.number().int(),
    /** Missing in Asterisk 16, and on a normal end. */
    tech_cause: z.number().int().optional(),
  }),
  z.object({ type: z.literal('Dial'), peer: channel, dialstatus: z.string() }),
  z.object({
    type: z.enum(['RecordingFinished', 'RecordingFailed']),
    recording: z.object({ name: z.string() }),
  }),
  z.object({
    type: z.literal('PlaybackFinished'),
    playback: z.object({ id: z.string(), state: z.string() }),
  }),
])
export type AriEvent = z.output<typeof ariEvent>
