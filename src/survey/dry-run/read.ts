import { TypeOverrides, type Client } from 'pg'
import { dateAt } from '../../foundation/clock.ts'
import { idFloor, idTime, type Id } from '../../foundation/ids.ts'
import type { Business, Policy } from '../../policy/policy.ts'
import type { BlockKind } from '../../sms/contact-block.ts'
import { slotSeconds, type PastTransaction } from './rules.ts'
import { numberKey } from './slots.ts'

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
// Numbers and short texts: what is turned into objects here costs more than reading it.
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
  const blockOf = await readBlocks(client)
  const countOf = await readSharedNumbers(client, span, policy)
  const [first, end] = boundsOf(span)
  const sampled = [policy.samplingShare, policy.samplingShareOfUnits].some((shares) =>
    Object.values(shares).some((share) => share < 1),
  )
  let after: Id = first
  for (;;) {
    const { rows } = await client.query<Row>({
      name: 'dry-run page',
      text: pageText(sampled),
      values: [after, end, pageRows],
      rowMode: 'array',
      types,
    })
    const last = rows.at(-1)
    if (!last) return
    const withoutMobile = await readNumbersLeftOut(client, after, last[0])
    yield rows.map((row) => pastOf(row, withoutMobile, blockOf, countOf))
    after = last[0]
  }
}

type Row = [
  id: Id,
  source: string,
  externalId: string,
  business: Business,
  category: string | null,
  unitCode: string,
  flags: string | null,
  phoneHash: Buffer | null,
  personHash: Buffer | null,
  completedAtMs: number,
  withdrawnAtMs: number | null,
]

// The key of a transaction decides whether it is drawn; where all are, it need not be read.
const pageText = (sampled: boolean) => `
  SELECT id, ${sampled ? 'source, external_id' : "'', ''"}, business, category, unit_code,
    CASE WHEN flags <> '{}' THEN array_to_string(flags, ' ') END, phone_hash, person_hash,
    date_part('epoch', completed_at) * 1000, date_part('epoch', withdrawn_at) * 1000
  FROM transaction WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3`

/** Whether a number was a landline, or none at all, stands only in the reason for which it was not texted. */
async function readNumbersLeftOut(
  client: Client,
  after: Id,
  last: Id,
): Promise<Map<Id, 'landline' | 'invalid'>> {
  const { rows } = await client.query<{ id: Id; reason: string }>({
    name: 'dry-run numbers',
    text: `SELECT transaction_id AS id, reason FROM suppression
      WHERE transaction_id > $1 AND transaction_id <= $2 AND reason IN ('landline', 'number_invalid')`,
    values: [after, last],
  })
  return new Map(rows.map(({ id, reason }) => [id, reason === 'landline' ? 'landline' : 'invalid']))
}

function pastOf(
  row: Row,
  withoutMobile: ReadonlyMap<Id, 'landline' | 'invalid'>,
  blockOf: BlockOf,
  countOf: CountOf,
): PastTransaction {
  const [id, source, externalId, business, category, unitCode, flags, phoneHash, personHash] = row
  const receivedAtMs = idTime(id).getTime()
  return {
    source,
    externalId,
    business,
    category,
    unitCode,
    flags: flags === null ? noFlags : flags.split(' '),
    number: withoutMobile.get(id) ?? (phoneHash === null ? 'missing' : 'mobile'),
    phoneHash,
    blockedBy: phoneHash && blockOf(phoneHash, personHash),
    transactionsOfNumber: phoneHash ? countOf(phoneHash, receivedAtMs) : 0,
    receivedAtMs,
    completedAtMs: row[9],
    withdrawnAtMs: row[10],
  }
}

const noFlags: readonly string[] = []

type BlockOf = (phoneHash: Buffer, personHash: Buffer | null) => BlockKind | null

/** What keeps numbers from being texted, as it stands now; the same order as when texts are planned. */
async function readBlocks(client: Client): Promise<BlockOf> {
  const { rows } = await client.query<{ hash: Buffer; person: Buffer; kind: BlockKind }>(
    `SELECT phone_hash AS hash, person_hash AS person, kind FROM contact_block
     WHERE until IS NULL OR until > now() ORDER BY kind`,
  )
  const byNumber = Map.groupBy(rows, ({ hash }) => numberKey(hash))
  return (phoneHash, personHash) => {
    const block = byNumber
      .get(numberKey(phoneHash))
      ?.find(
        ({ hash, person }) =>
          hash.equals(phoneHash) &&
          (person.length === 0 || personHash === null || person.equals(personHash)),
      )
    return block?.kind ?? null
  }
}

/** How many transactions a number had within the policy's days, up to this time; 1 for all that cannot be shared ones. */
type CountOf = (phoneHash: Buffer, atMs: number) => number

async function readSharedNumbers(
  client: Client,
  span: Span,
  { sharedNumberAt, sharedWithinDays }: Policy['survey'],
): Promise<CountOf> {
  const withinMs = sharedWithinDays * dayMs
  const bounds = boundsOf({ ...span, fromMs: span.fromMs - withinMs })
  const { rows: shared } = await client.query<{ hash: Buffer }>(
    `SELECT phone_hash AS hash FROM transaction
     WHERE id >= $1 AND id < $2 AND phone_hash IS NOT NULL
     GROUP BY phone_hash HAVING count(*) >= $3`,
    [...bounds, sharedNumberAt],
  )
  // Few are: their transactions are found by their numbers, without going through all once more.
  const { rows } = await client.query<{ hash: Buffer; ids: Id[] }>(
    `SELECT phone_hash AS hash, array_agg(id::text) AS ids FROM transaction
     WHERE phone_hash = ANY($3) AND id >= $1 AND id < $2
     GROUP BY phone_hash`,
    [...bounds, shared.map(({ hash }) => hash)],
  )
  const timesOf = new Map(
    rows.map(({ hash, ids }) => [numberKey(hash), ids.map((id) => idTime(id).getTime())]),
  )
  return (phoneHash, atMs) => {
    const times = timesOf.get(numberKey(phoneHash))
    return times?.filter((ms) => ms > atMs - withinMs && ms <= atMs).length ?? 1
  }
}

const boundsOf = ({ fromMs, toMs }: Pick<Span, 'fromMs' | 'toMs'>): [Id, Id] => [
  idFloor(dateAt(fromMs)),
  idFloor(dateAt(toMs)),
]
