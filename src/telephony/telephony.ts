import type { Id } from '../foundation/ids.ts'

/** A call that somebody at the desk wants to make. One is under way per callback at most. */
export interface Call {
  callbackId: Id
  staffId: Id
  /** The whole number, for the dialling alone: an adapter neither logs nor keeps it. */
  phone: string
}

/** What becomes of a call that the exchange makes. */
export type CallEvent =
  | { kind: 'ringing' | 'answered' }
  /** `recordingReference` says where the exchange keeps the recording; null when there is none. */
  | { kind: 'ended'; recordingReference: string | null }

/**
 * Who dials: the desk asks, and is told what becomes of it. Neither verb rejects: an exchange that is away is
 * the adapter's to report, and then the person dials by hand.
 */
export interface Telephony {
  /** Begins the call; `dialled` false when the person has to dial. Events come through `tell` until `ended`. */
  start(call: Call, tell: (event: CallEvent) => Promise<void>): Promise<{ dialled: boolean }>
  /** Ends the call of a callback, if one is under way. */
  hangUp(callbackId: Id): Promise<void>
}

/** No exchange: people dial by themselves and record the result. */
export const byHand: Telephony = {
  start: async () => ({ dialled: false }),
  hangUp: async () => {},
}
