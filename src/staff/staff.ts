import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import { usualScope } from '../unit/scope.ts'
import type { Unit } from '../unit/unit.ts'
import { revokeStaffKeys } from './keys.ts'
import { hashPassword, oneTimePassword } from './password.ts'
import { endSessions, forgiveTry } from './session-store.ts'
import { nameSubject, staffRoles, type StaffRole } from './rules.ts'
import {
  insertStaff,
  lockStaff,
  savePassword,
  updateStaff,
  type KnownStaff,
  type Staff,
} from './store.ts'

export { staffRoles, type StaffRole } from './rules.ts'
export type { Staff } from './store.ts'

export type StaffDeps = Pick<Core, 'db' | 'newId'> & { units: () => Promise<Map<string, Unit>> }

export interface NewStaff {
  name: string
  role: StaffRole
  unitCode: string
  /** For whom the person works; see `usualScope` for what holds when it is left out. */
  scopeCode?: string | undefined
}

type Finder = { id: Id } | { name: string }

/** Registers a person, who cannot sign in yet. Refuses a name that somebody has and units that nobody imported. */
export async function createStaff(deps: StaffDeps, by: string, person: NewStaff): Promise<Staff> {
  const units = await deps.units()
  const staff: Staff = {
    id: deps.newId(),
    name: person.name.normalize('NFKC').trim(),
    role: person.role,
    unitCode: person.unitCode,
    scopeCode: person.scopeCode ?? usualScope(units, person),
  }
  refuseUnfit(units, staff)
  if (staff.name === '')
    throw new AppError('request.invalid', { field: 'name', reason: '请填写姓名' })
  return deps.db.transaction().execute(async (tx) => {
    const made = await insertStaff(tx, staff)
    if (!made) throw new AppError('staff.name_taken', { field: 'name' })
    await audit(deps, tx, by, 'staff.create', made)
    return made
  })
}

/** Moves a person to another role, unit or scope, or lets them leave or come back. Their sessions end: rights never linger. */
export async function changeStaff(
  deps: StaffDeps,
  by: string,
  who: Finder,
  change: Partial<Pick<KnownStaff, 'role' | 'unitCode' | 'scopeCode' | 'active'>>,
): Promise<Staff> {
  const units = await deps.units()
  return deps.db.transaction().execute(async (tx) => {
    const { createdAt: _, active, ...before } = await found(tx, who)
    const after = { ...before, ...change }
    refuseUnfit(units, change)
    await updateStaff(tx, before.id, change)
    await endSessions(tx, { staffId: before.id, but: null }, 'person_changed')
    if (change.active === false) await revokeStaffKeys(tx, before.id)
    const action =
      change.active === undefined || change.active === active
        ? 'staff.change'
        : change.active
          ? 'staff.enable'
          : 'staff.disable'
    await audit(deps, tx, by, action, after)
    return {
      id: after.id,
      name: after.name,
      role: after.role,
      unitCode: after.unitCode,
      scopeCode: after.scopeCode,
    }
  })
}

/** A password that opens once, told to whoever asks for it: it must be changed at the first sign-in. Forgives failed tries. */
export async function issueOneTimePassword(
  deps: Pick<Core, 'db' | 'newId'>,
  by: string,
  who: Finder,
): Promise<string> {
  const password = oneTimePassword()
  const hash = await hashPassword(password)
  await deps.db.transaction().execute(async (tx) => {
    const staff = await found(tx, who)
    await savePassword(tx, { staffId: staff.id, hash, mustChange: true })
    await endSessions(tx, { staffId: staff.id, but: null }, 'password_changed')
    await forgiveTry(tx, 'name', nameSubject(staff.name))
    await audit(deps, tx, by, 'staff.password_reset', staff)
  })
  return password
}

export function asRole(text: string): StaffRole {
  const role = staffRoles.find((known) => known === text)
  if (role) return role
  throw new AppError('request.invalid', { field: 'role', reason: staffRoles.join(', ') })
}

async function found(tx: Tx, who: Finder): Promise<KnownStaff> {
  const staff = await lockStaff(tx, who)
  if (!staff) throw new AppError('record.not_found', { what: '人员' })
  return staff
}

function refuseUnfit(
  units: ReadonlyMap<string, Unit>,
  given: { unitCode?: string | undefined; scopeCode?: string | undefined },
) {
  for (const field of ['unitCode', 'scopeCode'] as const) {
    const code = given[field]
    if (code === undefined) continue
    const unit = units.get(code)
    if (!unit) throw new AppError('staff.unit_unknown', { field, code })
    if (unit.closed) throw new AppError('staff.unit_closed', { field, code })
  }
}

async function audit(
  deps: Pick<Core, 'newId'>,
  tx: Tx,
  by: string,
  action: string,
  { id, role, unitCode, scopeCode }: Staff,
): Promise<void> {
  await writeAudit(deps, tx, {
    actor: by,
    action,
    subjectKind: 'staff',
    subject: id,
    details: { role, unitCode, scopeCode },
  })
}
