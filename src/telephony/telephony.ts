import type { Tx } from '../foundation/database.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import type { Business } from '../policy/businesses.ts'

/** A call that somebody at the desk wants to make. */
export interface Wanted {
  callbackId: Id
  caseId: Id
  staffId: Id
  unitCode: string
  business: Business
  /** Somebody may be in danger: called at any hour, and whoever is on a list. */
  urgent: boolean
}

/**
 * Who dials. Where an exchange does, the desk asks for a call in its own transaction, and what becomes of it is written
 * down by whoever hears the exchange; else people dial by hand.
 */
export interface Telephony {
  /** False: people dial by hand. */
  dials: boolean
  /** What keeps this person from calling now (a phone that is not registered, an exchange that is away), told before the call. */
  holdReady(staffId: Id): Promise<void>
  /** Writes the call down; it begins with `begin`, after the commit. Throws `telephony.*`, `callback.outside_hours`. */
  request(tx: Tx, wanted: Wanted): Promise<Id>
  begin(call: Id): Promise<void>
  /** Ends the open call of a callback, if there is one. */
  hangUp(callbackId: Id): Promise<void>
  /** Records the open call of a callback: the citizen was asked, and agreed. */
  record(callbackId: Id): Promise<void>
  /** A recorded try tells what came of the calls of its callback. */
  attach(tx: Tx, callbackId: Id, attemptId: Id): Promise<void>
  /** The try was undone. */
  detach(tx: Tx, attemptId: Id): Promise<void>
}

/** No exchange: people dial by themselves and record the result. */
export const byHand: Telephony = {
  dials: false,
  async holdReady() {
    throw new AppError('telephony.none')
  },
  async request() {
    throw new AppError('telephony.none')
  },
  async begin() {},
  async hangUp() {},
  async record() {},
  async attach() {},
  async detach() {},
}
