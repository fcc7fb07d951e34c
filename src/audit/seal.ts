import { setTimeout as pause } from 'node:timers/promises'
import { clearAlarm, raiseAlarm } from '../alarm/alarm.ts'
import { doAlone } from '../foundation/alone.ts'
import type { Core } from '../foundation/core.ts'
import { noMac, sealedText, slotHasher } from './rules.ts'
import {
  allOver,
  insertSeal,
  lastSeal,
  numberNow,
  openSlot,
  readRows,
  turnSlot,
  unsealedSince,
} from './store.ts'

const waitMs = 10_000
const alarmAfterSeconds = 15 * 60

/**
 * Seals what was written since the last round: closes the open slot, waits until every transaction is over
 * that may have read it as open, and chains a seal over each closed slot. One sealer at a time; who finds
 * another at work leaves it to that one. Returns how many slots were sealed.
 */
export async function sealAudit(deps: Core): Promise<number> {
  const sealed = await doAlone(deps.db, 'audit_seal', (db) => sealClosedSlots({ ...deps, db }))
  await watch(deps)
  return sealed ?? 0
}

/** Each statement is a transaction: one around them all would wait for itself to be over. */
async function sealClosedSlots(deps: Core): Promise<number> {
  const { db } = deps
  await turnSlot(db)
  const end = await openSlot(db)
  const last = await lastSeal(db)
  if ((last?.slot ?? 0) + 1 >= end) return 0
  if (!(await allOverSoon(deps))) return 0
  let previousMac = last?.mac ?? noMac
  for (let slot = (last?.slot ?? 0) + 1; slot < end; slot++) {
    const hasher = slotHasher()
    for await (const row of readRows(db, slot, slot + 1)) hasher.add(row)
    const seal = { slot, ...hasher.content(), previousMac, sealedAt: deps.clock.now() }
    const mac = deps.vault.stamp(sealedText(seal))
    await insertSeal(db, { ...seal, mac })
    // Told outside the database: a chain cut off at its end is found by what stands in the log.
    deps.log.info({ slot, rows: seal.rowCount, mac: mac.toString('hex') }, 'audit sealed')
    previousMac = mac
  }
  return end - 1 - (last?.slot ?? 0)
}

async function allOverSoon(deps: Core): Promise<boolean> {
  const number = await numberNow(deps.db)
  for (let waitedMs = 0; waitedMs < waitMs; waitedMs += 50) {
    if (await allOver(deps.db, number)) return true
    await pause(50)
  }
  deps.log.warn('audit: a transaction runs for long; sealing waits for the next round')
  return false
}

/** Entries that nobody seals are no record: somebody is told. */
async function watch(deps: Core): Promise<void> {
  const last = await lastSeal(deps.db)
  const { oldestSeconds } = await unsealedSince(deps.db, last?.slot ?? 0)
  if ((oldestSeconds ?? 0) <= alarmAfterSeconds) {
    return clearAlarm(deps.db, 'audit_unsealed', 'audit')
  }
  await raiseAlarm(deps, deps.db, {
    kind: 'audit_unsealed',
    subject: 'audit',
    message: '审计记录超过 15 分钟未能封存，请检查数据库中是否有长时间未结束的事务',
  })
}
