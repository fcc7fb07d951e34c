import { TypeOverrides, type Client } from 'pg'
import { dateAt } from '../../foundation/clock.ts'
import { headOf, openCopies, type BinaryRows } from '../../foundation/copy-rows.ts'
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
export const bigintsAsNumbers = new TypeOverrides()
bigintsAsNumbers.setTypeParser(20, Number)

export async function countPast(client: Client, span: Span): Promise<number> {
  const { rows } = await client.query<{ transactions: number }>({
    text: 'SELECT count(*) AS transactions FROM transaction WHERE id >= $1 AND id < $2',
    values: boundsOf(span),
    types: bigintsAsNumbers,
  })
  return rows[0]!.transactions
}

/**
 * Hands over transactions of the past in the order in which they came, and yields how many those of a page were: page by
 * page no snapshot is held for long. `hashes`: whether the texts depend on the citizen; `expected`: about how many there are.
 */
export async function* readPast(
  client: Client,
  span: Span,
  { policy, hashes, expected }: { policy: Policy['survey']; hashes: boolean; expected: number },
  take: (past: PastTransaction) => void,
): AsyncGenerator<number> {
  const copy = openCopies(client)
  const numbers = openNumbers(expected)
  const blocks = await readBlocks(client, numbers)
  const withinMs = policy.sharedWithinDays * dayMs
  const occurrences = openOccurrences(withinMs, policy.sharedNumberAt, expected)
  const before = { fromMs: span.fromMs - withinMs, toMs: span.fromMs }
  for await (const { rows } of pages(client, copy, before, 'phone_hash')) {
    while (rows.next()) {
      const head = rows.head()
      const atMs = rows.idTimeMs()
      if (head !== null) occurrences.count(numbers.indexOf(head), atMs)
    }
  }
  const sampled = [policy.samplingShare, policy.samplingShareOfUnits].some((shares) =>
    Object.values(shares).some((share) => share < 1),
  )
  for await (const { rows, after, last } of pages(client, copy, span, columns(sampled))) {
    const known = {
      numbers,
      blocks,
      occurrences,
      hashes,
      leftOut: await readLeftOut(client, after, last),
    }
    let taken = 0
    while (rows.next()) {
      take(pastOf(rows, known))
      taken += 1
    }
    yield taken
  }
}

/** Of the transactions of a span the columns wanted and then their ids, page by page, with the ids that a page lies between. */
async function* pages(
  client: Client,
  copy: (query: string) => Promise<BinaryRows>,
  span: Pick<Span, 'fromMs' | 'toMs'>,
  wanted: string,
): AsyncGenerator<{ rows: BinaryRows; after: Id; last: Id }> {
  const [first, end] = boundsOf(span)
  for (let after = first; ;) {
    const [from, to] = [after, end].map((id) => client.escapeLiteral(id))
    const rows = await copy(
      `SELECT ${wanted}, id FROM transaction WHERE id > ${from} AND id < ${to} ORDER BY id LIMIT ${pageRows}`,
    )
    const last = rows.lastId()
    if (last === null) return
    yield { rows, after, last }
    after = last
  }
}

// The key of a transaction decides whether it is drawn; where all are, it need not be read.
const columns = (sampled: boolean) =>
  `${sampled ? 'source, external_id' : 'NULL::text, NULL::text'}, business, category, unit_code,
   CASE WHEN flags <> '{}' THEN array_to_string(flags, ' ') END, phone_hash, person_hash, completed_at, withdrawn_at`

/** Which transactions had a landline, or a number that is none; by their times, since to write out each id would cost more than all else. */
type LeftOut = ReadonlyMap<number, ReadonlyMap<Id, 'landline' | 'invalid'>>

/** That stands only in the reason for which they were not texted. */
async function readLeftOut(client: Client, after: Id, last: Id): Promise<LeftOut> {
  const { rows } = await client.query<{ id: Id; reason: string }>({
    name: 'dry-run numbers',
    text: `SELECT transaction_id AS id, reason FROM suppression
      WHERE transaction_id > $1 AND transaction_id <= $2 AND reason IN ('landline', 'number_invalid')`,
    values: [after, last],
  })
  const byTime = Map.groupBy(rows, ({ id }) => idTime(id).getTime())
  return new Map(
    [...byTime].map(([timeMs, group]) => [
      timeMs,
      new Map(group.map(({ id, reason }) => [id, reason === 'landline' ? reason : 'invalid'])),
    ]),
  )
}

interface Known {
  numbers: Numbers
  blocks: Blocks
  occurrences: Occurrences
  hashes: boolean
  leftOut: LeftOut
}

/** The fields of a row in the order of `columns`, and its id. */
function pastOf(rows: BinaryRows, known: Known): PastTransaction {
  const source = rows.text() ?? ''
  const externalId = rows.text() ?? ''
  const business = rows.word() as Business
  const category = rows.word()
  const unitCode = rows.word()!
  const flags = rows.word()
  const head = rows.head()
  const phone = head === null ? -1 : known.numbers.indexOf(head)
  const blocks = known.blocks.get(phone)
  const phoneHash = head !== null && (known.hashes || blocks) ? rows.bytesAgain() : null
  const personHash = rows.skip() && blocks ? rows.bytesAgain() : null
  const completedAtMs = rows.timeMs()!
  const withdrawnAtMs = rows.timeMs()
  const receivedAtMs = rows.idTimeMs()
  const left = known.leftOut.get(receivedAtMs)?.get(rows.idAgain())
  return {
    source,
    externalId,
    business,
    category,
    unitCode,
    flags: flags === null ? noFlags : flags.split(' '),
    number: left ?? (head === null ? 'missing' : 'mobile'),
    phoneHash,
    phone,
    blockedBy: blocks && phoneHash ? kindOf(blocks, phoneHash, personHash) : null,
    transactionsOfNumber: head === null ? 0 : known.occurrences.count(phone, receivedAtMs),
    receivedAtMs,
    completedAtMs,
    withdrawnAtMs,
  }
}

const noFlags: readonly string[] = []

interface Block {
  hash: Buffer
  /** Empty: whoever it is. */
  person: Buffer
  kind: BlockKind
}
/** By the indexes of numbers. */
type Blocks = ReadonlyMap<number, readonly Block[]>

/** What keeps numbers from being texted, as it stands now; the same order as when texts are planned. */
async function readBlocks(client: Client, numbers: Numbers): Promise<Blocks> {
  const { rows } = await client.query<Block>(
    `SELECT phone_hash AS hash, person_hash AS person, kind FROM contact_block
     WHERE until IS NULL OR until > now() ORDER BY kind`,
  )
  return Map.groupBy(rows, ({ hash }) => numbers.indexOf(headOf(hash)))
}

function kindOf(
  blocks: readonly Block[],
  phoneHash: Buffer,
  personHash: Buffer | null,
): BlockKind | null {
  const block = blocks.find(
    ({ hash, person }) =>
      hash.equals(phoneHash) &&
      (person.length === 0 || personHash === null || person.equals(personHash)),
  )
  return block?.kind ?? null
}

/** The ids of a time: from the first on, before the second. */
export const boundsOf = ({ fromMs, toMs }: Pick<Span, 'fromMs' | 'toMs'>): [Id, Id] => [
  idFloor(dateAt(fromMs)),
  idFloor(dateAt(toMs)),
]
