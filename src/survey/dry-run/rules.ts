import { dateAt } from '../../foundation/clock.ts'
import type { Business, Policy } from '../../policy/policy.ts'
import { countSegments } from '../../template/segments.ts'
import { chooseShare } from '../../template/share-rules.ts'
import { fillTemplate, type TemplateVersion } from '../../template/template.ts'
import { pathUp, type Unit } from '../../unit/unit.ts'
import { textParams } from '../plan.ts'
import { reasonNotToAsk, sendTime, type Candidate, type SuppressionReason } from '../rules.ts'
import { openSlots, type Slot, type Slots } from './slots.ts'

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
  /** The index of the number; -1 where there is none. */
  phone: number
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

/** What the citizens of a unit and a business get by a version: all of them the same. */
interface Rendered {
  business: Business
  unitCode: string
  version: AskText
  text: string
  length: number
  segments: number
}

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
  const heldSeconds = slotSeconds(policy)
  const floorSeconds = policy.contactFloorDays * 24 * 3_600
  const slots = new Map<string, Slots<Rendered>>()
  const paths = new Map<string, string[]>()
  const renderings = new Map<AskText, Map<string, Map<string, Rendered>>>()
  const suppressed: Partial<Record<LeftOut, number>> = {}
  const businesses = new Map<string, Counts>()
  const unitCounts = new Map<string, Counts>()
  const textCounts = new Map<AskText, Counts>()
  const total: Counts = { transactions: 0, surveyed: 0, segments: 0 }
  let longest: Rendered | null = null as Rendered | null

  const sharesOf = (business: string | null) =>
    wanted.texts.find((each) => each.business === business)?.shares ?? []
  const shares = new Map<string, readonly AskText[]>()
  const textFor = ({ business, phoneHash }: PastTransaction): AskText | null => {
    const own = () => (sharesOf(business).length > 0 ? sharesOf(business) : sharesOf(null))
    return chooseShare(remembered(shares, business, own), phoneHash)
  }
  const pathOf = (code: string) => remembered(paths, code, () => pathUp(units, code))
  // All texts of one version, unit and business are alike.
  const rendered = (version: AskText, { unitCode, business }: PastTransaction): Rendered =>
    remembered(
      remembered(remembered(renderings, version, byUnit), unitCode, byBusiness),
      business,
      () => {
        const body = fillTemplate(version, textParams(units, { unitCode, business }))
        const { length, segments } = countSegments(version.signature, body)
        const text = `【${version.signature}】${body}`
        return { business, unitCode, version, text, length, segments }
      },
    )
  const count = ({ business, unitCode, version, segments }: Rendered, times: 1 | -1) => {
    const add = (group: Counts) => {
      group.surveyed += times
      group.segments += times * segments
    }
    add(total)
    add(remembered(businesses, business, none))
    add(remembered(unitCounts, unitCode, none))
    add(remembered(textCounts, version, none))
  }
  const leaveOut = (reason: LeftOut) => {
    suppressed[reason] = (suppressed[reason] ?? 0) + 1
  }

  /** Takes the number, unless it is held; an older survey that was not sent yet gives way to a more important one. */
  const takeSlot = (past: PastTransaction, slot: Slot<Rendered>): boolean => {
    const { phone } = past
    const now = past.receivedAtMs / 1000
    if (floorSeconds > 0) {
      for (const held of slots.values()) {
        const sent = held.sendAtSeconds(phone)
        if (sent <= now && now < sent + floorSeconds) return false
      }
    }
    const ofSignature = remembered(slots, slot.rendered.version.signature, openSlots<Rendered>)
    const old = ofSignature.get(phone)
    if (old && now < old.sendAtSeconds + heldSeconds) {
      if (policy.priority[old.rendered.business] >= policy.priority[past.business]) return false
      if (now < old.sendAtSeconds && old.counts) {
        count(old.rendered, -1)
        leaveOut('superseded')
      }
    }
    ofSignature.set(phone, slot)
    return true
  }

  const decide = (past: PastTransaction): LeftOut | Rendered => {
    const received = dateAt(past.receivedAtMs)
    const completedAt = dateAt(past.completedAtMs)
    const sendAtMs = sendTime(completedAt, past.business, policy, received).getTime()
    const text = textFor(past)
    const reason = reasonNotToAsk(
      // Field by field: copying a whole row a million times is what this would spend its time on.
      {
        source: past.source,
        externalId: past.externalId,
        withdrawn: past.withdrawnAtMs !== null && past.withdrawnAtMs <= sendAtMs,
        business: past.business,
        category: past.category,
        unitKnown: units.get(past.unitCode)?.closed === false,
        unitPath: pathOf(past.unitCode),
        flags: past.flags,
        number: past.number,
        blockedBy: past.blockedBy,
        transactionsOfNumber: past.transactionsOfNumber,
        hasTemplate: text !== null,
        completedAt,
      },
      policy,
      received,
    )
    if (reason !== null || text === null) return reason ?? 'no_template'
    const slot = {
      sendAtSeconds: Math.ceil(sendAtMs / 1000),
      rendered: rendered(text, past),
      counts: past.receivedAtMs >= countFromMs,
    }
    return takeSlot(past, slot) ? slot.rendered : 'asked_recently'
  }

  return {
    add(past: PastTransaction): void {
      const decided = decide(past)
      if (past.receivedAtMs < countFromMs) return
      total.transactions += 1
      remembered(businesses, past.business, none).transactions += 1
      remembered(unitCounts, past.unitCode, none).transactions += 1
      if (typeof decided === 'string') return leaveOut(decided)
      count(decided, 1)
      if (longest === null || decided.length > longest.length) longest = decided
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
        longest: longest && {
          text: longest.text,
          length: longest.length,
          segments: longest.segments,
        },
      }
    },
  }
}

const byUnit = () => new Map<string, Map<string, Rendered>>()
const byBusiness = () => new Map<string, Rendered>()
const none = (): Counts => ({ transactions: 0, surveyed: 0, segments: 0 })

function remembered<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = known.get(key)
  if (value === undefined) {
    value = make()
    known.set(key, value)
  }
  return value
}
