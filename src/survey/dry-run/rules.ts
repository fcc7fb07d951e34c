import { dateAt } from '../../foundation/clock.ts'
import type { Business, Policy } from '../../policy/policy.ts'
import { countSegments } from '../../template/segments.ts'
import { chooseShare } from '../../template/share-rules.ts'
import { fillTemplate, type TemplateVersion } from '../../template/template.ts'
import { pathUp, type Unit } from '../../unit/unit.ts'
import { textParams } from '../plan.ts'
import { reasonNotToAsk, sendTime, type Candidate, type SuppressionReason } from '../rules.ts'

/** A transaction of the past, as far as asking about it is concerned; times in ms since 1970. */
export interface PastTransaction {
  source: string
  externalId: string
  business: Business
  category: string | null
  unitCode: string
  flags: readonly string[]
  number: Candidate['number']
  phoneHash: Buffer | null
  blockedBy: Candidate['blockedBy']
  transactionsOfNumber: number
  receivedAtMs: number
  completedAtMs: number
  withdrawnAtMs: number | null
}

/** The texts that ask: of each business its own, or those for all (null). */
export interface AskTexts {
  business: string | null
  shares: readonly (Pick<TemplateVersion, 'id' | 'key' | 'version' | 'signature' | 'body'> & {
    weight: number
  })[]
}
type AskText = AskTexts['shares'][number]

interface Counts {
  transactions: number
  surveyed: number
  segments: number
}
type LeftOut = SuppressionReason | 'superseded'

export interface DryRunResult extends Counts {
  suppressed: Partial<Record<LeftOut, number>>
  yuan: number
  byBusiness: ({ business: string } & Counts)[]
  byUnit: ({ unitCode: string } & Counts)[]
  byText: { id: string; key: string; version: number; surveyed: number; segments: number }[]
  /** The longest text that some citizen would have got, signature included. */
  longest: { text: string; length: number; segments: number } | null
}

/** Who holds a number: of the survey that was sent to it last, or is to be. */
interface Slot {
  sendAtMs: number
  freeAtMs: number
  floorUntilMs: number
  priority: number
  counted: Counted | null
}
interface Counted {
  business: string
  unitCode: string
  text: AskText
  segments: number
}

/** Bytes of a hash that tell numbers apart: two of a million share them once in 500 runs. */
const keyBytes = 6
export const numberKey = (phoneHash: Buffer): number => phoneHash.readUIntBE(0, keyBytes)

/** For how long a survey keeps its number, from its text on. */
export function slotSeconds(policy: Policy['survey']): number {
  return Math.max(
    policy.replyWindowSeconds + policy.lateWindowSeconds,
    policy.contactFloorDays * 24 * 3600,
  )
}

/**
 * Takes transactions in the order in which they came, and decides for each as planning does: by the same rules,
 * with the numbers' slots simulated. Those before `countFromMs` only take slots.
 */
export function openDryRun(wanted: {
  policy: Pick<Policy, 'survey' | 'sms'>
  texts: readonly AskTexts[]
  units: ReadonlyMap<string, Unit>
  countFromMs: number
}) {
  const { units, countFromMs } = wanted
  const policy = wanted.policy.survey
  const slotMs = slotSeconds(policy) * 1000
  const floorMs = policy.contactFloorDays * 24 * 3_600_000
  const slots = new Map<string, Map<number, Slot>>()
  const paths = new Map<string, string[]>()
  const lengths = new Map<string, { text: string; length: number; segments: number }>()
  const suppressed: Partial<Record<LeftOut, number>> = {}
  const businesses = new Map<string, Counts>()
  const unitCounts = new Map<string, Counts>()
  const textCounts = new Map<AskText, Counts>()
  const total: Counts = { transactions: 0, surveyed: 0, segments: 0 }
  let longest: DryRunResult['longest'] = null

  const textFor = ({ business, phoneHash }: PastTransaction): AskText | null => {
    const own = wanted.texts.find((each) => each.business === business)
    const shared = wanted.texts.find((each) => each.business === null)
    const shares = own && own.shares.length > 0 ? own.shares : (shared?.shares ?? [])
    return chooseShare(shares, phoneHash)
  }
  const pathOf = (code: string) => remembered(paths, code, () => pathUp(units, code))
  // All texts of one version, unit and business are alike.
  const rendered = (text: AskText, past: PastTransaction) =>
    remembered(lengths, `${text.id}\n${past.unitCode}\n${past.business}`, () => {
      const body = fillTemplate(text, textParams(units, past))
      const { length, segments } = countSegments(text.signature, body)
      return { text: `【${text.signature}】${body}`, length, segments }
    })
  const groupsOf = ({ business, unitCode }: { business: string; unitCode: string }) => [
    total,
    remembered(businesses, business, none),
    remembered(unitCounts, unitCode, none),
  ]
  const count = (counted: Counted, times: 1 | -1) => {
    for (const group of [...groupsOf(counted), remembered(textCounts, counted.text, none)]) {
      group.surveyed += times
      group.segments += times * counted.segments
    }
  }
  const leaveOut = (reason: LeftOut) => {
    suppressed[reason] = (suppressed[reason] ?? 0) + 1
  }

  /** Takes the number, unless it is held; an older survey that was not sent yet gives way to a more important one. */
  const takeSlot = (text: AskText, past: PastTransaction, slot: Slot): boolean => {
    const key = numberKey(past.phoneHash!)
    const ofSignature = remembered(slots, text.signature, () => new Map<number, Slot>())
    const now = past.receivedAtMs
    for (const held of slots.values()) {
      const other = held.get(key)
      if (other && other.sendAtMs <= now && now < other.floorUntilMs) return false
    }
    const old = ofSignature.get(key)
    if (old && now < old.freeAtMs) {
      if (old.priority >= slot.priority) return false
      if (now < old.sendAtMs && old.counted) {
        count(old.counted, -1)
        leaveOut('superseded')
      }
    }
    ofSignature.set(key, slot)
    return true
  }

  const decide = (past: PastTransaction): LeftOut | Counted => {
    const received = dateAt(past.receivedAtMs)
    const completedAt = dateAt(past.completedAtMs)
    const sendAtMs = sendTime(completedAt, past.business, policy, received).getTime()
    const text = textFor(past)
    const reason = reasonNotToAsk(
      {
        ...past,
        withdrawn: past.withdrawnAtMs !== null && past.withdrawnAtMs <= sendAtMs,
        unitKnown: units.get(past.unitCode)?.closed === false,
        unitPath: pathOf(past.unitCode),
        hasTemplate: text !== null,
        completedAt,
      },
      policy,
      received,
    )
    if (reason !== null || text === null) return reason ?? 'no_template'
    const { segments } = rendered(text, past)
    const counted = { business: past.business, unitCode: past.unitCode, text, segments }
    const slot = {
      sendAtMs,
      freeAtMs: sendAtMs + slotMs,
      floorUntilMs: sendAtMs + floorMs,
      priority: policy.priority[past.business],
      counted: past.receivedAtMs >= countFromMs ? counted : null,
    }
    return takeSlot(text, past, slot) ? counted : 'asked_recently'
  }

  return {
    add(past: PastTransaction): void {
      const decided = decide(past)
      if (past.receivedAtMs < countFromMs) return
      for (const group of groupsOf(past)) group.transactions += 1
      if (typeof decided === 'string') return leaveOut(decided)
      count(decided, 1)
      const sent = rendered(decided.text, past)
      if (longest === null || sent.length > longest.length) longest = sent
    },
    result(): DryRunResult {
      return {
        ...total,
        yuan: (total.segments * wanted.policy.sms.fenPerSegment) / 100,
        suppressed,
        byBusiness: [...businesses].map(([business, counts]) => ({ business, ...counts })),
        byUnit: [...unitCounts].map(([unitCode, counts]) => ({ unitCode, ...counts })),
        byText: [...textCounts].map(([{ id, key, version }, { surveyed, segments }]) => ({
          id,
          key,
          version,
          surveyed,
          segments,
        })),
        longest,
      }
    },
  }
}

const none = (): Counts => ({ transactions: 0, surveyed: 0, segments: 0 })

function remembered<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = known.get(key)
  if (value === undefined) {
    value = make()
    known.set(key, value)
  }
  return value
}
