import { createHash } from 'node:crypto'
import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import type { Queryable } from '../foundation/database.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import type { Policy } from '../policy/policy.ts'
import { freshSecret, hashSecret } from './keys.ts'
import { hashPassword, isOutdated, verifyNobody, verifyPassword } from './password.ts'
import { countedAddress, nameSubject, passwordFault } from './rules.ts'
import {
  countTry,
  endSessions,
  findSession,
  forgiveTry,
  insertSession,
  touchSession,
  type SessionMethod,
} from './session-store.ts'
import { findForSignIn, replaceHash, savePassword, type Staff } from './store.ts'

export type SignInDeps = Pick<Core, 'db' | 'newId'> & { policy: () => Promise<Policy> }

/** From where somebody comes. */
export interface Visitor {
  address: string
  userAgent: string
}

/** A session as its holder knows it. */
export interface Session {
  id: Id
  staff: Staff
  mustChangePassword: boolean
  /** State-changing requests with the cookie must repeat it in `x-huifang-csrf`. */
  csrfToken: string
}

/**
 * Opens a session for a name and password. Unknown names, wrong passwords, people who have left and people
 * without a password get one and the same answer, after the same work.
 */
export async function signIn(
  deps: SignInDeps,
  visitor: Visitor,
  given: { name: string; password: string },
): Promise<{ token: string; session: Session }> {
  const name = given.name.normalize('NFKC').trim()
  const tried = { name: nameSubject(name), address: countedAddress(visitor.address) }
  await bolt(deps.db, tried)
  const known = await findForSignIn(deps.db, { name })
  const hash = known?.hash ?? null
  const good =
    hash === null ? await verifyNobody(given.password) : await verifyPassword(given.password, hash)
  if (!known || hash === null || !good) {
    await auditRefusal(deps, known?.staff.id ?? null, tried.address)
    throw new AppError('auth.wrong_password')
  }
  await forgiveTry(deps.db, 'name', tried.name)
  await forgiveTry(deps.db, 'address', tried.address)
  if (isOutdated(hash))
    await replaceHash(deps.db, known.staff.id, await hashPassword(given.password))
  return openSession(deps, visitor, known.staff, 'password')
}

/** Opens a session for somebody whose identity is proved. */
export async function openSession(
  deps: SignInDeps,
  visitor: Visitor,
  staff: Staff,
  method: SessionMethod,
): Promise<{ token: string; session: Session }> {
  const { access } = await deps.policy()
  const { secret: token, hash: tokenHash } = freshSecret()
  await deps.db.transaction().execute(async (tx) => {
    const session = { id: deps.newId(), staffId: staff.id, tokenHash, method }
    const userAgent = visitor.userAgent.slice(0, 200)
    await insertSession(
      tx,
      { ...session, address: visitor.address, userAgent },
      access.sessionHours,
    )
    await writeAudit(deps, tx, {
      actor: `staff:${staff.id}`,
      action: 'session.open',
      subjectKind: 'session',
      subject: session.id,
      details: { method, address: visitor.address },
    })
  })
  const session = await sessionOf(deps, token)
  if (!session) throw new AppError('auth.session_ended')
  return { token, session }
}

/** The session of a token, if it is alive; using it keeps it from ending idle, unless `unattended`. */
export async function sessionOf(
  deps: SignInDeps,
  token: string,
  unattended = false,
): Promise<Session | null> {
  const { access } = await deps.policy()
  const found = await findSession(deps.db, hashSecret(token), access.sessionIdleMinutes)
  if (!found) return null
  if (!unattended) await touchSession(deps.db, found.id)
  return { ...found, csrfToken: csrfTokenOf(token) }
}

/** Ends the session of a token: its person leaves, or signs in anew. */
export async function signOut(
  deps: Pick<Core, 'db'>,
  token: string,
  reason: 'signed_out' | 'replaced',
): Promise<void> {
  await endSessions(deps.db, { tokenHash: hashSecret(token) }, reason)
}

/** Changes one's own password; all other sessions of the person end. */
export async function changePassword(
  deps: SignInDeps,
  visitor: Visitor,
  session: Session,
  change: { current: string; next: string },
): Promise<void> {
  const { staff } = session
  const tried = { name: nameSubject(staff.name), address: countedAddress(visitor.address) }
  await bolt(deps.db, tried)
  const known = await findForSignIn(deps.db, { id: staff.id })
  if (!known?.hash || !(await verifyPassword(change.current, known.hash))) {
    throw new AppError('auth.wrong_current_password', { field: 'current' })
  }
  await forgiveTry(deps.db, 'name', tried.name)
  await forgiveTry(deps.db, 'address', tried.address)
  const fault = passwordFault(change.next, staff.name)
  if (fault !== null) throw new AppError('staff.password_refused', { field: 'next', reason: fault })
  if (change.next.normalize('NFKC') === change.current.normalize('NFKC')) {
    throw new AppError('staff.password_refused', {
      field: 'next',
      reason: '新密码不能与原密码相同',
    })
  }
  const hash = await hashPassword(change.next)
  await deps.db.transaction().execute(async (tx) => {
    await savePassword(tx, { staffId: staff.id, hash, mustChange: false })
    await endSessions(tx, { staffId: staff.id, but: session.id }, 'password_changed')
    await writeAudit(deps, tx, {
      actor: `staff:${staff.id}`,
      action: 'staff.password_change',
      subjectKind: 'staff',
      subject: staff.id,
    })
  })
}

/** Counts the try against the name and the address; refuses it when either is bolted. The same for names that nobody has. */
async function bolt(db: Queryable, tried: { name: string; address: string }): Promise<void> {
  const wait =
    (await countTry(db, 'address', tried.address)) ?? (await countTry(db, 'name', tried.name))
  if (wait !== null) throw new AppError('auth.locked', { minutes: Math.ceil(wait / 60) })
}

async function auditRefusal(deps: SignInDeps, staffId: Id | null, address: string): Promise<void> {
  await writeAudit(deps, deps.db, {
    actor: 'visitor',
    action: 'session.refuse',
    subjectKind: 'staff',
    subject: staffId ?? 'unknown',
    details: { address },
  })
}

/** Derived from the token, which no other site can read: nothing more to store. */
function csrfTokenOf(token: string): string {
  return createHash('sha256').update(`csrf:${token}`).digest('base64url')
}
