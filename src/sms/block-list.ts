import { sql } from 'kysely'
import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import { AppError } from '../foundation/errors.ts'
import { normalisePhone } from '../foundation/phone.ts'
import type { BlockKind, KeptKind, LiftableKind } from './block-kinds.ts'
import { liftBlock, setBlocks, standingBlocks } from './contact-block.ts'

export interface Listing {
  numbers: readonly string[]
  kind: KeptKind
  /** Null: for good. */
  until: Date | null
  reason: string
  by: string
}

/** A line that could not be taken, counted from 1. The number itself is not repeated. */
export interface BadLine {
  line: number
  reason: string
}

const faults = { empty: '没有号码', characters: '含有号码以外的字符', format: '不是境内号码' }
// A reason is kept in clear, so no number may get into it (law 10).
const numberLike = /\d[\d\s-]{5,}\d/

/**
 * Keeps numbers from being texted. An open complaint is called back all the same. Bad lines stop none of the
 * good ones; who is listed already gets the new reason and end.
 */
export async function listNumbers(
  deps: Pick<Core, 'db' | 'newId' | 'vault'>,
  { numbers, kind, until, reason, by }: Listing,
): Promise<{ listed: number; bad: BadLine[] }> {
  holdReason(reason)
  const bad: BadLine[] = []
  const hashes = new Map<string, Buffer>()
  for (const [index, number] of numbers.entries()) {
    const read = normalisePhone(number)
    if (read.ok) hashes.set(read.phone, deps.vault.hashPhone(read.phone))
    else bad.push({ line: index + 1, reason: faults[read.reason] })
  }
  if (hashes.size > 0) {
    await deps.db.transaction().execute(async (tx) => {
      await setBlocks(tx, [...hashes.values()], { kind, until, reason, addedBy: by })
      await writeAudit(deps, tx, {
        actor: by,
        action: 'block.list',
        subjectKind: 'contact_block',
        subject: kind,
        details: { numbers: hashes.size, until: until?.toISOString() ?? null, reason },
      })
    })
  }
  return { listed: hashes.size, bad }
}

/** Lets a number be texted again, as far as this kind is concerned: opting in again, say. */
export async function unlistNumber(
  deps: Pick<Core, 'db' | 'newId' | 'vault'>,
  wanted: { number: string; kind: LiftableKind; reason: string; by: string },
): Promise<void> {
  holdReason(wanted.reason)
  const hash = hashOf(deps, wanted.number)
  await deps.db.transaction().execute(async (tx) => {
    if (!(await liftBlock(tx, hash, wanted.kind))) {
      throw new AppError('record.not_found', { what: '该号码的这一限制' })
    }
    await writeAudit(deps, tx, {
      actor: wanted.by,
      action: 'block.lift',
      subjectKind: 'contact_block',
      subject: wanted.kind,
      details: { reason: wanted.reason },
    })
  })
}

/** What keeps this number from being texted; that somebody asked is on record. */
export async function blocksOfNumber(
  deps: Pick<Core, 'db' | 'newId' | 'vault'>,
  number: string,
  by: string,
) {
  const hash = hashOf(deps, number)
  return deps.db.transaction().execute(async (tx) => {
    await writeAudit(deps, tx, {
      actor: by,
      action: 'block.look',
      subjectKind: 'contact_block',
      subject: 'number',
    })
    return standingBlocks(tx, hash)
  })
}

/** How many numbers each kind keeps from being texted, and the latest entries, without their numbers. */
export async function showBlocks(deps: Pick<Core, 'db'>) {
  const [kinds, latest] = await Promise.all([
    deps.db
      .selectFrom('contactBlock')
      .select(['kind', sql<number>`count(*)`.as('numbers')])
      .where((eb) => eb.or([eb('until', 'is', null), eb('until', '>', sql<Date>`now()`)]))
      .groupBy('kind')
      .orderBy('kind')
      .execute(),
    deps.db
      .selectFrom('contactBlock')
      .select(['kind', 'since', 'until', 'origin', 'reason', 'addedBy'])
      .orderBy('since', 'desc')
      .limit(100)
      .execute(),
  ])
  return { kinds: kinds as { kind: BlockKind; numbers: number }[], latest }
}

function hashOf(deps: Pick<Core, 'vault'>, number: string): Buffer {
  const read = normalisePhone(number)
  if (!read.ok) {
    throw new AppError('request.invalid', { field: 'number', reason: faults[read.reason] })
  }
  return deps.vault.hashPhone(read.phone)
}

function holdReason(reason: string): void {
  if (numberLike.test(reason.normalize('NFKC'))) {
    throw new AppError('request.invalid', { field: 'reason', reason: '不能含有电话号码' })
  }
}
