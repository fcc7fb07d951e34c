import { sql } from 'kysely'
import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import type { Tx } from '../foundation/database.ts'
import { AppError } from '../foundation/errors.ts'
import type { Id } from '../foundation/ids.ts'
import { normalisePhone } from '../foundation/phone.ts'
import { blocksAgainst, liftOptOut } from '../sms/contact-block.ts'
import { forgetPushesOf } from '../sms/forget-pushes.ts'
import { defer, eraseCases, eraseRows, openCases, recordErasure } from './erase.ts'
import { heldData, type HeldData } from './held-data.ts'

/** Who acts for a citizen, and on what request. */
export interface Request {
  by: string
  /** For the record: the number of the request, say. Must not hold a number to call. */
  why: string
}

/** One number, as everything below finds what is held about it. */
interface Citizen {
  hash: Buffer
  /** Cases of which this is the citizen's number. */
  caseIds: Id[]
}

/** What is held about a number, without its content: which cases, how many rows of what, which blocks. */
export async function findCitizen(deps: Core, number: string, request: Request) {
  return withCitizen(deps, number, request, 'citizen.find', async (tx, citizen) => {
    const cases = await tx
      .selectFrom('transaction')
      .leftJoin('survey', 'survey.id', 'transaction.id')
      .select([
        'transaction.id',
        'source',
        'externalId',
        'transaction.business',
        'transaction.unitCode',
        'completedAt',
        'survey.state',
      ])
      .where('transaction.id', 'in', [...citizen.caseIds, nobody])
      .orderBy('transaction.id')
      .execute()
    const rows: Record<string, number> = {}
    for (const held of heldData) {
      const found = await rowsOf(tx, held, citizen)
      if (found.length > 0) rows[held.table] = found.length
    }
    return { cases, rows, blocks: await blocksAgainst(tx, citizen.hash) }
  })
}

/** Everything held about a number, decrypted, table by table. */
export async function exportCitizen(deps: Core, number: string, request: Request) {
  return withCitizen(deps, number, request, 'citizen.export', async (tx, citizen) => {
    const tables: Record<string, object[]> = {}
    for (const held of heldData) {
      const rows = await rowsOf(tx, held, citizen)
      if (rows.length > 0) tables[held.table] = rows.map((row) => readable(deps, held, row))
    }
    return { ...tables, contact_block: await blocksAgainst(tx, citizen.hash) }
  })
}

export interface Erased {
  /** Rows from which everything that names the citizen is gone. */
  rows: number
  pushes: number
  /** Cases that somebody still works on: erased by themselves as soon as nobody does. */
  deferredCases: number
}

/**
 * Erases what names the citizen of a number. What is counted stays, and so do blocks: an opt-out must outlive
 * it. A case that is worked on is not cut off (somebody may be waiting for a call): it is erased once it ends.
 */
export async function eraseCitizen(deps: Core, number: string, request: Request): Promise<Erased> {
  const erased = await withCitizen(deps, number, request, 'citizen.erase', async (tx, citizen) => {
    const loose = await looseReplies(tx, citizen)
    const open = await openCases(tx, [...citizen.caseIds, ...loose])
    const ended = citizen.caseIds.filter((id) => !open.has(id))
    await defer(tx, [...open])
    let rows = await eraseCases(tx, [...ended, ...loose.filter((id) => !open.has(id))])
    for (const held of heldData) {
      if (!held.hashes?.includes('phone_hash') || held.caseOf === null) continue
      // Under an earlier number of a case that is another's now.
      const others = sql<boolean>`phone_hash = ${citizen.hash}
        AND ${sinceMark(held)} AND NOT (${held.caseOf} = ANY(${[...open]}::uuid[]))`
      rows += await eraseRows(tx, held, others)
    }
    const why = request.why
    await recordErasure(deps, tx, {
      rule: 'citizen_asked',
      what: 'citizen',
      rows,
      olderThan: null,
      why,
    })
    return { rows, deferredCases: open.size }
  })
  const hash = hashOf(deps, number)
  const pushes = await forgetPushesOf(deps, (phone) => {
    const normal = normalisePhone(phone)
    return normal.ok && deps.vault.hashPhone(normal.phone).equals(hash)
  })
  return { ...erased, pushes }
}

/** The citizen wants to be texted again. Returns whether an opt-out stood, and what else still stands against it. */
export async function optIn(deps: Core, number: string, request: Request) {
  return withCitizen(deps, number, request, 'citizen.opt_in', async (tx, { hash }) => ({
    lifted: await liftOptOut(tx, hash),
    remaining: await blocksAgainst(tx, hash),
  }))
}

const nobody: Id = '00000000-0000-0000-0000-000000000000'

async function withCitizen<T extends object>(
  deps: Core,
  number: string,
  { by, why }: Request,
  action: string,
  act: (tx: Tx, citizen: Citizen) => Promise<T>,
): Promise<T> {
  const hash = hashOf(deps, number)
  if (/\d{7,}/.test(why.replace(/[\s-]/g, '')) && normalisePhone(why.replace(/\D/g, '')).ok) {
    throw new AppError('request.invalid', { field: 'why', reason: '事由中不得出现号码' })
  }
  return deps.db.transaction().execute(async (tx) => {
    const rows = await tx
      .selectFrom('transaction')
      .select('id')
      .where('phoneHash', '=', hash)
      .orderBy('id')
      .execute()
    const citizen = { hash, caseIds: rows.map(({ id }) => id) }
    const result = await act(tx, citizen)
    // The record says who asked for what and why, and never about whom.
    await writeAudit(deps, tx, {
      actor: by,
      action,
      subjectKind: 'citizen_request',
      subject: deps.newId(),
      details: { why, cases: citizen.caseIds.length },
    })
    return result
  })
}

function hashOf(deps: Pick<Core, 'vault'>, number: string): Buffer {
  const normal = normalisePhone(number)
  if (!normal.ok) {
    throw new AppError('request.invalid', { field: '号码', reason: '不是有效的中国大陆号码' })
  }
  return deps.vault.hashPhone(normal.phone)
}

/** Replies that belong to no case. */
async function looseReplies(tx: Tx, { hash }: Citizen): Promise<Id[]> {
  const reply = heldData.find(({ table }) => table === 'reply')!
  const { rows } = await sql<{ id: Id }>`
    SELECT id FROM reply WHERE phone_hash = ${hash} AND case_id IS NULL AND ${sinceMark(reply)}`.execute(
    tx,
  )
  return rows.map(({ id }) => id)
}

/** Not what is erased already: the cost does not grow with history. */
function sinceMark({ table, idColumn }: HeldData) {
  return sql<boolean>`${sql.ref(idColumn)} > coalesce(
    (SELECT erased_until FROM erasure_mark WHERE table_name = ${table}), ${nobody}::uuid)`
}

type Row = Record<string, unknown>

async function rowsOf(tx: Tx, held: HeldData, { hash, caseIds }: Citizen): Promise<Row[]> {
  const byNumber = held.hashes?.includes('phone_hash')
    ? sql<boolean>`OR (phone_hash = ${hash} AND ${sinceMark(held)})`
    : sql``
  const { rows } = await sql<Row>`
    SELECT * FROM ${sql.table(held.table)} WHERE ${held.ofCases(caseIds)} ${byNumber}
    ORDER BY ${sql.ref(held.idColumn)}`.execute(tx)
  return rows
}

const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

function readable(deps: Pick<Core, 'vault'>, held: HeldData, row: Row): Row {
  const hidden = new Set<string>([
    ...Object.keys(held.sealed).map(camel),
    ...(held.hashes ?? []).map(camel),
  ])
  const opened = Object.entries(held.sealed).flatMap(([column, context]) => {
    const sealed = row[camel(column)] as Buffer | null
    return sealed ? [[camel(column.replace(/_sealed$/, '')), deps.vault.open(sealed, context)]] : []
  })
  const plain = Object.entries(row).filter(([name]) => !hidden.has(name))
  return Object.fromEntries([...plain, ...opened]) as Row
}
