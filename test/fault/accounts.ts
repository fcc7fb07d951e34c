import type { Client } from 'pg'
import type { Core } from '../../src/foundation/core.ts'
import { citizenOf, isDissatisfied } from './citizens.ts'
import type { LedgerLine } from './witness.ts'

type Vault = Core['vault']

export type Kind = 'lost' | 'double' | 'stuck' | 'wrong'
export interface Complaint {
  kind: Kind
  what: string
}

export interface Case {
  externalId: string
  phone: string
  /** Nobody can text it: it must be left out with a reason. */
  landline: boolean
}

interface Books {
  transactions: {
    external_id: string
    surveys: number
    suppressions: number
    state: string | null
    callbacks: number
    outcomes: number
    in_triage: boolean
    replies: number
    /** As the outcome tells. */
    told: number | null
  }[]
  messages: {
    out_id: string | null
    phone: string
    purpose: string
    state: string
    reason: string | null
    delivery: string | null
  }[]
  replies: { phone: string; text: string }[]
  callbacks: { id: string; state: string; attempts: number; recorded: number }[]
  feed: { outcomes: number; numbered: number; last: number }
}

/** Holds the database against the cases that were pushed and against the gateway's ledger. */
export async function balance(
  owner: Client,
  vault: Vault,
  cases: readonly Case[],
  ledger: readonly LedgerLine[],
): Promise<Complaint[]> {
  const books = await read(owner, vault)
  return [
    ...casesIn(books, cases),
    ...textsIn(books, ledger),
    ...repliesIn(books, ledger),
    ...callbacksIn(books),
    ...feedIn(books),
  ]
}

const lost = (what: string): Complaint => ({ kind: 'lost', what })
const double = (what: string): Complaint => ({ kind: 'double', what })
const wrong = (what: string): Complaint => ({ kind: 'wrong', what })
const masked = (phone: string) => `${phone.slice(0, 3)}…${phone.slice(-4)}`

/** Every transaction ends in one accounted state. */
function casesIn({ transactions }: Books, cases: readonly Case[]): Complaint[] {
  const byKey = Map.groupBy(transactions, (each) => each.external_id)
  return cases.flatMap(({ externalId, phone, landline }): Complaint[] => {
    const [found, ...more] = byKey.get(externalId) ?? []
    if (!found) return [lost(`transaction ${externalId} was acknowledged and is not there`)]
    if (more.length > 0)
      return [double(`transaction ${externalId} is there ${more.length + 1} times`)]
    const { surveys, suppressions, state, callbacks, outcomes, in_triage, replies, told } = found
    const complaints: Complaint[] = []
    if (surveys + suppressions !== 1) {
      complaints.push(lost(`${externalId} has ${surveys} surveys and ${suppressions} suppressions`))
    }
    if (landline !== (suppressions === 1))
      complaints.push(wrong(`${externalId} was left out, or not, in error`))
    // What a person must still judge has none yet.
    if (surveys === 1 && !in_triage && outcomes !== 1)
      complaints.push(lost(`${externalId} has ${outcomes} outcomes`))
    // A later word without effect makes no new revision, so that the outcome may tell of fewer.
    if (told === 0)
      complaints.push(wrong(`${externalId} has ${replies} replies, and its outcome tells of none`))
    if (state !== null && !['answered', 'expired', 'closed', 'failed'].includes(state)) {
      complaints.push({ kind: 'stuck', what: `${externalId} remains ${state}` })
    }
    const wanted = state !== 'failed' && !landline && isDissatisfied(phone) ? 1 : 0
    if (callbacks < wanted)
      complaints.push(lost(`${externalId} is dissatisfied and has no callback`))
    if (callbacks > wanted)
      complaints.push(double(`${externalId} has ${callbacks} callbacks, not ${wanted}`))
    return complaints
  })
}

/** No number is texted twice, and both books know the same texts. */
function textsIn({ messages }: Books, ledger: readonly LedgerLine[]): Complaint[] {
  const complaints: Complaint[] = []
  for (const [key, lines] of Map.groupBy(ledger, (line) => `${line.phone} ${line.templateCode}`)) {
    if (lines.length > 1) complaints.push(double(`${masked(key)} was texted ${lines.length} times`))
  }
  const keyOf = (outId: string | null, phone: string) => `${outId} ${phone}`
  const known = new Map(messages.map((each) => [keyOf(each.out_id, each.phone), each]))
  for (const { outId, phone, templateCode, receipt } of ledger) {
    const message = known.get(keyOf(outId, phone))
    const text = `the text ${templateCode} to ${masked(phone)}`
    if (message?.state !== 'accepted') {
      complaints.push(lost(`${text} went out, and the books say ${message?.state ?? 'nothing'}`))
    } else {
      const delivery = receipt && (receipt.code === 'DELIVERED' ? 'delivered' : 'undelivered')
      if (message.delivery !== delivery) {
        complaints.push(
          lost(`the receipt of ${text}: ${delivery}, and the books say ${message.delivery}`),
        )
      }
    }
  }
  const sent = new Set(ledger.map((line) => keyOf(line.outId, line.phone)))
  for (const { out_id, phone, purpose, state, reason } of messages) {
    if (isGivenUp(state, purpose, reason)) {
      complaints.push(lost(`the ${purpose} to ${masked(phone)} was given up: ${reason}`))
    }
    if (state === 'accepted' && !sent.has(keyOf(out_id, phone))) {
      complaints.push(
        lost(`the ${purpose} to ${masked(phone)} counts as sent, and the gateway never had it`),
      )
    }
  }
  return complaints
}

/** No fault here is a reason not to text, but that nobody can know; and who opted out gets no thanks. */
function isGivenUp(state: string, purpose: string, reason: string | null): boolean {
  if (state === 'rejected') return reason !== 'shown_not_sent'
  return state === 'dropped' && purpose === 'ask'
}

/** What citizens wrote is on record word for word, once. */
function repliesIn({ replies }: Books, ledger: readonly LedgerLine[]): Complaint[] {
  const texted = new Set(ledger.map(({ phone }) => phone))
  const stored = Map.groupBy(replies, ({ phone }) => phone)
  return [...texted].flatMap((phone): Complaint[] => {
    const written = citizenOf(phone).replies.map(({ text }) => text)
    const found = (stored.get(phone) ?? []).map(({ text }) => text)
    if (written.toSorted().join('|') === found.toSorted().join('|')) return []
    const what = `${masked(phone)} wrote ${written.length} replies, and ${found.length} are on record`
    return [found.length > written.length ? double(what) : lost(what)]
  })
}

/** Each was called once, and the try is on record. */
function callbacksIn({ callbacks }: Books): Complaint[] {
  return callbacks.flatMap(({ id, state, attempts, recorded }): Complaint[] => {
    if (state !== 'resolved') return [{ kind: 'stuck', what: `callback ${id} remains ${state}` }]
    if (attempts === 1 && recorded === 1) return []
    return [double(`callback ${id} counts ${attempts} tries, with ${recorded} on record`)]
  })
}

function feedIn({ feed }: Books): Complaint[] {
  const { outcomes, numbered, last } = feed
  if (outcomes === numbered && numbered === last) return []
  return [wrong(`${outcomes} outcomes, ${numbered} in the feed, the last with number ${last}`)]
}

async function read(owner: Client, vault: Vault): Promise<Books> {
  const rows = async <T>(statement: string) => (await owner.query(statement)).rows as T[]
  const open = <T extends { phone_sealed: Buffer }>({ phone_sealed, ...rest }: T) => ({
    ...rest,
    phone: vault.open(phone_sealed, 'phone'),
  })
  const transactions = await rows<Books['transactions'][number]>(`
    SELECT external_id,
      (SELECT count(*)::int FROM survey s WHERE s.id = t.id) AS surveys,
      (SELECT count(*)::int FROM suppression u WHERE u.transaction_id = t.id) AS suppressions,
      (SELECT state FROM survey s WHERE s.id = t.id) AS state,
      (SELECT count(*)::int FROM callback c WHERE c.case_id = t.id) AS callbacks,
      (SELECT count(*)::int FROM outcome_key o WHERE o.outcome_id = t.id) AS outcomes,
      EXISTS (SELECT FROM triage g WHERE g.case_id = t.id AND g.state = 'waiting') AS in_triage,
      (SELECT count(*)::int FROM reply r WHERE r.case_id = t.id) AS replies,
      (SELECT (o.content->'reply'->>'count')::int FROM outcome_key k JOIN outcome o ON o.id = k.last_id
       WHERE k.outcome_id = t.id) AS told
    FROM transaction t`)
  const messages = await rows<Omit<Books['messages'][number], 'phone'> & { phone_sealed: Buffer }>(
    'SELECT out_id, purpose, state, reason, delivery, phone_sealed FROM message',
  )
  const replies = await rows<{ phone_sealed: Buffer; text_sealed: Buffer }>(
    'SELECT phone_sealed, text_sealed FROM reply',
  )
  const callbacks = await rows<Books['callbacks'][number]>(`
    SELECT id, state, attempts,
      (SELECT count(*)::int FROM attempt a WHERE a.callback_id = c.id) AS recorded FROM callback c`)
  const [feed] = await rows<Books['feed']>(`
    SELECT (SELECT count(*)::int FROM outcome) AS outcomes, (SELECT count(*)::int FROM feed) AS numbered,
      (SELECT coalesce(max(seq), 0)::int FROM feed) AS last`)
  return {
    transactions,
    messages: messages.map(open),
    replies: replies.map(({ text_sealed, ...rest }) => ({
      phone: open(rest).phone,
      text: vault.open(text_sealed, 'text'),
    })),
    callbacks,
    feed: feed!,
  }
}
