import { sql } from 'kysely'
import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import type { Staff } from '../staff/staff.ts'
import { inSight, sightOf } from '../unit/scope.ts'
import type { Colleague } from './schema/colleagues.ts'
import { passLease } from './lease-store.ts'
import { entry, withHeld, type CallbackDeps } from './work.ts'

/** Who may take a callback over, with how many they are at. */
export async function readColleagues(
  deps: Pick<CallbackDeps, 'db'>,
  staff: Staff,
): Promise<Colleague[]> {
  return deps.db
    .selectFrom('staff')
    .leftJoin('callback', (join) =>
      join
        .onRef('callback.leaseHolder', '=', 'staff.id')
        .on('callback.state', 'in', ['claimed', 'talking']),
    )
    .select([
      'staff.id',
      'staff.name',
      'staff.role',
      (eb) => eb.fn.count<number>('callback.id').as('working'),
    ])
    .where('staff.active', '=', true)
    .where('staff.role', 'in', ['agent', 'supervisor'])
    .where('staff.id', '!=', staff.id)
    .groupBy(['staff.id', 'staff.name', 'staff.role'])
    .orderBy('staff.name')
    .execute()
}

/** Gives the callback that one is working on to a colleague, with a word about it. */
export async function handOver(
  deps: CallbackDeps,
  staff: Staff,
  id: Id,
  to: Id,
  text: string,
): Promise<void> {
  await withHeld(deps, staff, id, async (tx, callback) => {
    await pass(deps, tx, staff, { id, unitCode: callback.unitCode }, to)
    if (text !== '') await insertNote(deps, tx, staff, id, 'handover', text, to)
    await writeAudit(deps, tx, entry(staff, 'callback.hand_over', id, { to }))
  })
}

/** A supervisor gives a callback to somebody, from the queue or from whoever holds it. */
export async function reassign(
  deps: CallbackDeps,
  staff: Staff,
  id: Id,
  to: Id,
  text: string,
): Promise<void> {
  const units = await deps.units()
  await deps.db.transaction().execute(async (tx) => {
    const callback = await tx
      .selectFrom('callback')
      .select(['id', 'unitCode'])
      .where('id', '=', id)
      .forUpdate()
      .executeTakeFirst()
    if (!callback) throw new AppError('record.not_found', { what: '该回访任务' })
    if (!inSight(sightOf(units, staff), callback.unitCode)) {
      throw new AppError('callback.own_unit')
    }
    await pass(deps, tx, staff, callback, to)
    if (text !== '') await insertNote(deps, tx, staff, id, 'handover', text, to)
    await writeAudit(deps, tx, entry(staff, 'callback.reassign', id, { to }))
  })
}

async function pass(
  deps: CallbackDeps,
  tx: Tx,
  staff: Staff,
  callback: { id: Id; unitCode: string },
  to: Id,
): Promise<void> {
  const [policy, units] = await Promise.all([deps.policy(), deps.units()])
  const colleague = await tx
    .selectFrom('staff')
    .select(['id', 'unitCode', 'scopeCode'])
    .where('id', '=', to)
    .where('active', '=', true)
    .where('role', 'in', ['agent', 'supervisor'])
    .executeTakeFirst()
  if (!colleague || !inSight(sightOf(units, colleague), callback.unitCode)) {
    throw new AppError('callback.colleague')
  }
  const { leaseSeconds } = policy.callback
  if (!(await passLease(tx, callback.id, { staffId: to, leaseSeconds }))) {
    throw new AppError('record.changed', { what: '该回访任务' })
  }
}

/** Asks the supervisors about the callback that one is working on. */
export async function ask(deps: CallbackDeps, staff: Staff, id: Id, text: string): Promise<void> {
  await withHeld(deps, staff, id, async (tx) => {
    await insertNote(deps, tx, staff, id, 'question', text, null)
    await writeAudit(deps, tx, entry(staff, 'callback.ask', id))
  })
}

/** A supervisor answers what was asked; all open questions of the callback are answered by it. */
export async function answer(
  deps: CallbackDeps,
  staff: Staff,
  id: Id,
  text: string,
): Promise<void> {
  const units = await deps.units()
  await deps.db.transaction().execute(async (tx) => {
    const answered = await tx
      .updateTable('callbackNote')
      .set({ answeredAt: sql<Date>`now()` })
      .where('callbackId', '=', id)
      .where('kind', '=', 'question')
      .where('answeredAt', 'is', null)
      .returning(['byStaff'])
      .execute()
    if (answered.length === 0) throw new AppError('record.changed', { what: '该请示' })
    const { unitCode } = await tx
      .selectFrom('callback')
      .select('unitCode')
      .where('id', '=', id)
      .executeTakeFirstOrThrow()
    if (!inSight(sightOf(units, staff), unitCode)) {
      throw new AppError('callback.own_unit')
    }
    await insertNote(deps, tx, staff, id, 'answer', text, answered[0]!.byStaff)
    await writeAudit(deps, tx, entry(staff, 'callback.answer', id))
  })
}

async function insertNote(
  deps: Pick<Core, 'newId' | 'vault'>,
  tx: Tx,
  staff: Staff,
  callbackId: Id,
  kind: 'question' | 'answer' | 'handover',
  text: string,
  toStaff: Id | null,
): Promise<void> {
  await tx
    .insertInto('callbackNote')
    .values({
      id: deps.newId(),
      callbackId,
      kind,
      byStaff: staff.id,
      toStaff,
      textSealed: deps.vault.seal(text, 'note'),
    })
    .execute()
}
