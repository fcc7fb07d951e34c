import { nextInWindow } from '../foundation/calendar.ts'
import type { Tx } from '../foundation/database.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import type { Policy } from '../policy/policy.ts'
import { callBlockOf } from '../sms/contact-block.ts'
import { phoneOfStaff } from '../staff/phone.ts'
import { pathUp, type Unit } from '../unit/unit.ts'
import { tellCall, type CallDeps } from './calls.ts'
import { isHeard } from './lease.ts'
import { attachAttempt, detachAttempt, insertCall, lockTrunk, openCall } from './store.ts'
import type { Telephony, Wanted } from './telephony.ts'

export interface RequestDeps extends CallDeps {
  units: () => Promise<Map<string, Unit>>
  /** Has workers begin or end these calls. */
  wake: (ids: Id[]) => Promise<void>
}

/** Calls through the exchange. */
export function exchangeTelephony(deps: RequestDeps): Telephony {
  return {
    dials: true,
    holdReady: (staffId) => holdReady(deps, staffId),
    request: (tx, wanted) => request(deps, tx, wanted),
    begin: (call) => deps.wake([call]),
    async hangUp(callbackId) {
      const open = await openCall(deps.db, callbackId)
      if (open) await tellCall(deps, open.id, { kind: 'stop', by: 'agent' })
    },
    async record(callbackId) {
      const open = await openCall(deps.db, callbackId)
      if (open) await tellCall(deps, open.id, { kind: 'record' })
    },
    attach: attachAttempt,
    detach: detachAttempt,
  }
}

/** The phone of this person if it can be rung now; refuses with what to do about it. */
async function holdReady(deps: RequestDeps, staffId: Id): Promise<void> {
  const extension = await phoneOfStaff(deps.db, staffId)
  if (extension === null) throw new AppError('telephony.no_phone')
  if (!(await isHeard(deps.db, deps.application))) throw new AppError('telephony.exchange_away')
  const state = await deps.exchange.phoneState(extension)
  if (state === 'unknown') throw new AppError('telephony.phone_unknown', { extension })
  if (state === 'offline') throw new AppError('telephony.phone_offline', { extension })
}

async function request(deps: RequestDeps, tx: Tx, wanted: Wanted): Promise<Id> {
  const [{ telephony, callback }, units] = await Promise.all([deps.policy(), deps.units()])
  const { callbackId, caseId, staffId, unitCode, urgent } = wanted
  if (!urgent) {
    const now = deps.clock.now()
    if (nextInWindow(now, callback.callingWindow) > now) {
      throw new AppError('callback.outside_hours')
    }
    await refuseListed(deps, tx, { id: callbackId, caseId })
  }
  const extension = await phoneOfStaff(tx, staffId)
  if (extension === null) throw new AppError('telephony.no_phone')
  const { open } = await lockTrunk(tx)
  if (open >= telephony.callsAtMost) {
    throw new AppError('telephony.trunk_full', { limit: telephony.callsAtMost })
  }
  const id = deps.newId()
  const call = {
    id,
    callbackId,
    caseId,
    staffId,
    unitCode,
    extension,
    recordingMode: telephony.recording[wanted.business],
    callerId: callerIdOf(telephony, units, unitCode),
  }
  if (!(await insertCall(tx, call))) throw new AppError('telephony.phone_busy')
  return id
}

const kindWords = { staff_number: '工作人员号码', excluded: '不联系' }

/** Opt-outs are of surveys: who complained is called back all the same. */
async function refuseListed(
  deps: RequestDeps,
  tx: Tx,
  callback: { id: Id; caseId: Id },
): Promise<void> {
  const phone = await deps.phoneOf(tx, callback)
  if (phone === null) throw new AppError('record.not_found', { what: '号码' })
  const kind = await callBlockOf(tx, deps.vault.hashPhone(phone))
  if (kind) throw new AppError('telephony.number_listed', { kind: kindWords[kind] })
}

/** The number that a unit calls with: its own, or that of the nearest one above it that has one. */
function callerIdOf(
  policy: Policy['telephony'],
  units: ReadonlyMap<string, Unit>,
  unitCode: string,
): string | null {
  const own = pathUp(units, unitCode).find((code) => Object.hasOwn(policy.callerIdOfUnits, code))
  return own === undefined ? policy.callerId : policy.callerIdOfUnits[own]!
}
