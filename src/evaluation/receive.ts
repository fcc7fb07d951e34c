import { isPassingFault } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import { normalisePhone } from '../foundation/phone.ts'
import { markInbound, markUnreadable, readRaw } from '../sms/inbound.ts'
import { parseSmsUp } from '../sms/push-payload.ts'
import { replyTime } from './rules.ts'
import { takeIn, type EvaluationDeps, type IncomingReply } from './take-in.ts'

export type { EvaluationDeps } from './take-in.ts'

const repliesAtOnce = 400

/**
 * Understands the raw pushes of replies among these ids, many replies to a transaction. One that cannot
 * be taken in costs the others nothing: its push is kept raw and shown to a person.
 */
export async function receiveReplies(deps: EvaluationDeps, ids: readonly Id[]): Promise<void> {
  const probes: Id[] = []
  const understood: Id[] = []
  const unreadable = new Set<Id>()
  const incoming: IncomingReply[] = []
  const numbers = new Map<string, Pick<IncomingReply, 'phone' | 'phoneHash'>>()
  const numberOf = (phone: string) => {
    let number = numbers.get(phone)
    if (!number) {
      const digits = digitsOf(phone)
      number = { phone: digits, phoneHash: deps.vault.hashPhone(digits) }
      numbers.set(phone, number)
    }
    return number
  }
  for (const { id, body, receivedAt } of await readRaw(deps, 'sms_up', ids)) {
    const push = parseSmsUp(body, (phone) => numberOf(phone).phoneHash.toString('hex'))
    if (push.kind === 'probe') probes.push(id)
    else if (push.kind === 'unreadable') unreadable.add(id)
    else {
      understood.push(id)
      if (push.unusable.length > 0) unreadable.add(id)
      for (const { dedupeKey, value: up } of push.items) {
        const repliedAt = replyTime(up.sentAt, receivedAt)
        incoming.push({ inboundId: id, dedupeKey, up, repliedAt, ...numberOf(up.phone) })
      }
    }
  }
  for (let start = 0; start < incoming.length; start += repliesAtOnce) {
    for (const reply of await takeInOrSplit(deps, incoming.slice(start, start + repliesAtOnce))) {
      unreadable.add(reply.inboundId)
    }
  }
  await markInbound(deps.db, probes, 'probe')
  await markInbound(
    deps.db,
    understood.filter((id) => !unreadable.has(id)),
    'understood',
  )
  await markUnreadable(deps, [...unreadable])
}

// A number that cannot be normalised is still somebody's: it is kept, and found, as it came.
function digitsOf(phone: string): string {
  const normal = normalisePhone(phone)
  return normal.ok ? normal.phone : phone.trim()
}

/** Returns the replies that cannot be taken in; throws where a later try may succeed. */
async function takeInOrSplit(
  deps: EvaluationDeps,
  replies: readonly IncomingReply[],
): Promise<IncomingReply[]> {
  try {
    await deps.db.transaction().execute((tx) => takeIn(deps, tx, replies))
    return []
  } catch (error) {
    if (isPassingFault(error)) throw error
    if (replies.length === 1) {
      deps.log.error({ err: error, inbound: replies[0]!.inboundId }, 'a reply cannot be taken in')
      return [...replies]
    }
    const middle = Math.ceil(replies.length / 2)
    return [
      ...(await takeInOrSplit(deps, replies.slice(0, middle))),
      ...(await takeInOrSplit(deps, replies.slice(middle))),
    ]
  }
}
