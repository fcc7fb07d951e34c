import { TypeOverrides, type Client } from 'pg'
import { dateAt } from '../../foundation/clock.ts'
import { copyRows, type BinaryRows, type RowId } from '../../foundation/copy-rows.ts'
import { idFloor, idTime, type Id } from '../../foundation/ids.ts'
import type { Business, Policy } from '../../policy/policy.ts'
import type { BlockKind } from '../../sms/contact-block.ts'
import { openNumbers, openOccurrences, type Numbers, type Occurrences } from './numbers.ts'
import { slotSeconds, type PastTransaction } from './rules.ts'

/** Which transactions a dry run looks at; ms since 1970. */
export interface Span {
  /** From here on they take slots. */
  fromMs: number
  /** From here on they count. */
  countFromMs: number
  toMs: number
}

const dayMs = 24 * 3_600_000

export function spanOf(policy: Policy['survey'], days: number, nowMs: number): Span {
  const countFromMs = nowMs - days * dayMs
  return { fromMs: countFromMs - slotSeconds(policy) * 1000, countFromMs, toMs: nowMs }
}

const pageRows = 10_000
const types = new TypeOverrides()
types.setTypeParser(20, Number)

export async function countPast(client: Client, span: Span): Promise<number> {
  const { rows } = await client.query<{ transactions: number }>({
    text: 'SELECT count(*) AS transactions FROM transaction WHERE id >= $1 AND id < $2',
    values: boundsOf(span),
    types,
  })
  return rows[0]!.transactions
}

/** Transactions of the past in the order in which they came, page by page, so that no snapshot is held for long. */
export async function* readPast(
  client: Client,
  span: Span,
  policy: Policy['survey'],
): AsyncGenerator<PastTransaction[]> {
  const numbers = openNumbers()
  const blockOf = await readBlocks(client, numbers)
  const withinMs = policy.sharedWithinDays * dayMs
  const occurrences = openOccurrences(withinMs, policy.sharedNumberAt)
  const before = { fromMs: span.fromMs - withinMs, toMs: span.fromMs }
  const note = (rows: BinaryRows, { timeMs }: RowId) => {
    const phoneHash = rows.bytes()
    if (phoneHash) occurrences.count(numbers.indexOf(phoneHash), timeMs)
  }
  for await (const _ of pages(client, before, 'phone_hash', note));
  const sampled = [policy.samplingShare, policy.samplingShareOfUnits].some((shares) =>
    Object.values(shares).some((share) => share < 1),
  )
  const take = (rows: BinaryRows, id: RowId) => pastOf(rows, id, numbers, blockOf, occurrences)
  for await (const past of pages(client, span, columns(sampled), take)) {
    await tellNumbersLeftOut(client, past)
    yield past
  }
}

/** What `take` makes of the transactions of a span, of each its id and the columns wanted, page by page. */
async function* pages<Taken>(
  client: Client,
  span: Pick<Span, 'fromMs' | 'toMs'>,
  wanted: string,
  take: (rows: BinaryRows, id: RowId) => Taken,
): AsyncGenerator<Taken[]> {
  const [first, end] = boundsOf(span).map((id) => client.escapeLiteral(id))
  let after = first
  for (;;) {
    const rows = await copyRows(
      client,
      `SELECT id, ${wanted} FROM transaction WHERE id > ${after} AND id < ${end} ORDER BY id LIMIT ${pageRows}`,
    )
    const taken: Taken[] = []
    let last: RowId | undefined
    while (rows.next()) {
      last = rows.id()
      taken.push(take(rows, last))
    }
    if (!last) return
    yield taken
    after = client.escapeLiteral(last.text())
  }
}

// The key of a transaction decides whether it is drawn; where all are, it need not be read.
const columns = (sampled: boolean) =>
  `${sampled ? 'source, external_id' : 'NULL::text, NULL::text'}, business, category, unit_code,
   CASE WHEN flags <> '{}' THEN array_to_string(flags, ' ') END, phone_hash, person_hash, completed_at, withdrawn_at`

type Row = PastTransaction & { id: RowId }

/** Whether a number was a landline, or none at all, stands only in the reason for which it was not texted. */
async function tellNumbersLeftOut(client: Client, page: readonly Row[]): Promise<void> {
  const { rows } = await client.query<{ id: Id; reason: string }>({
    name: 'dry-run numbers',
    text: `SELECT transaction_id AS id, reason FROM suppression
      WHERE transaction_id >= $1 AND transaction_id <= $2 AND reason IN ('landline', 'number_invalid')`,
    values: [page[0]!.id.text(), page.at(-1)!.id.text()],
  })
  const reasons = new Map(rows.map(({ id, reason }) => [id, reason]))
  // To write out the id of every row would cost more than all else here.
  const times = new Set(rows.map(({ id }) => idTime(id).getTime()))
  for (const past of page) {
    const reason = times.has(past.receivedAtMs) ? reasons.get(past.id.text()) : undefined
    if (reason !== undefined) past.number = reason === 'landline' ? 'landline' : 'invalid'
  }
}

/** The fields of a row in the order of `columns`. */
function pastOf(
  rows: BinaryRows,
  id: RowId,
  numbers: Numbers,
  blockOf: BlockOf,
  occurrences: Occurrences,
): Row {
  const source = rows.text() ?? ''
  const externalId = rows.text() ?? ''
  const business = rows.text() as Business
  const category = rows.text()
  const unitCode = rows.text()!
  const flags = rows.text()
  const phoneHash = rows.bytes()
  const personHash = rows.bytes()
  const phone = phoneHash ? numbers.indexOf(phoneHash) : -1
  return {
    id,
    source,
    externalId,
    business,
    category,
    unitCode,
    flags: flags === null ? noFlags : flags.split(' '),
    number: phoneHash ? 'mobile' : 'missing',
    phoneHash,
    phone,
    blockedBy: phoneHash && blockOf(phone, phoneHash, personHash),
    transactionsOfNumber: phoneHash ? occurrences.count(phone, id.timeMs) : 0,
    receivedAtMs: id.timeMs,
    completedAtMs: rows.timeMs()!,
    withdrawnAtMs: rows.timeMs(),
  }
}

const noFlags: readonly string[] = []

type BlockOf = (phone: number, phoneHash: Buffer, personHash: Buffer | null) => BlockKind | null

/** What keeps numbers from being texted, as it stands now; the same order as when texts are planned. */
async function readBlocks(client: Client, numbers: Numbers): Promise<BlockOf> {
  const { rows } = await client.query<{ hash: Buffer; person: Buffer; kind: BlockKind }>(
    `SELECT phone_hash AS hash, person_hash AS person, kind FROM contact_block
     WHERE until IS NULL OR until > now() ORDER BY kind`,
  )
  const byNumber = Map.groupBy(rows, ({ hash }) => numbers.indexOf(hash))
  return (phone, phoneHash, personHash) => {
    const block = byNumber
      .get(phone)
      ?.find(
        ({ hash, person }) =>
          hash.equals(phoneHash) &&
          (person.length === 0 || personHash === null || person.equals(personHash)),
      )
    return block?.kind ?? null
  }
}

const boundsOf = ({ fromMs, toMs }: Pick<Span, 'fromMs' | 'toMs'>): [Id, Id] => [
  idFloor(dateAt(fromMs)),
  idFloor(dateAt(toMs)),
]
