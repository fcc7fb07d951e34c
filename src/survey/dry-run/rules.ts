import type { Business, Policy } from '../../policy/policy.ts'
import { countSegments } from '../../template/segments.ts'
import { chooseShare } from '../../template/share-rules.ts'
import { fillTemplate, type TemplateVersion } from '../../template/template.ts'
import { pathUp, type Unit } from '../../unit/unit.ts'
import { reasonNotToAsk, sendTimeMs, type Candidate, type SuppressionReason } from '../rules.ts'
import { textParams } from '../wording.ts'
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
  /** Only where something depends on it: a text, or whether the number is blocked. Holds until the next page. */
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

/** What all transactions of a unit and a business have in common. */
interface Matter {
  business: Business
  unitKnown: boolean
  unitPath: readonly string[]
  shares: readonly AskText[]
  counts: readonly Counts[]
  renderings: Map<AskText, Rendered>
}

/** What the citizens of a unit and a business get by a version: all of them the same. */
interface Rendered {
  business: Business
  slots: Slots<Rendered>
  /** The groups that it belongs to. */
  counts: readonly Counts[]
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
  const matters = new Map<string, Map<string, Matter>>()
  const suppressed: Partial<Record<LeftOut, number>> = {}
  const businesses = new Map<string, Counts>()
  const unitCounts = new Map<string, Counts>()
  const textCounts = new Map<AskText, Counts>()
  const total = none()
  let longest: Rendered | null = null as Rendered | null

  const sharesOf = (business: string | null) =>
    wanted.texts.find((each) => each.business === business)?.shares ?? []
  const matterOf = ({ unitCode, business }: PastTransaction): Matter =>
    remembered(remembered(matters, unitCode, byBusiness), business, () => {
      const own = sharesOf(business)
      return {
        business,
        unitKnown: units.get(unitCode)?.closed === false,
        unitPath: pathUp(units, unitCode),
        shares: own.length > 0 ? own : sharesOf(null),
        counts: [
          total,
          remembered(businesses, business, none),
          remembered(unitCounts, unitCode, none),
        ],
        renderings: new Map(),
      }
    })
  const rendered = (version: AskText, matter: Matter, { unitCode }: PastTransaction): Rendered =>
    remembered(matter.renderings, version, () => {
      const { business, counts } = matter
      const body = fillTemplate(version, textParams(units, { unitCode, business }))
      const { length, segments } = countSegments(version.signature, body)
      return {
        business,
        slots: remembered(slots, version.signature, openSlots<Rendered>),
        counts: [...counts, remembered(textCounts, version, none)],
        text: `【${version.signature}】${body}`,
        length,
        segments,
      }
    })
  const count = ({ counts, segments }: Rendered, times: 1 | -1) => {
    for (const group of counts) {
      group.surveyed += times
      group.segments += times * segments
    }
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
    const ofSignature = slot.rendered.slots
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

  const decide = (past: PastTransaction, matter: Matter): LeftOut | Rendered => {
    const { receivedAtMs, completedAtMs, withdrawnAtMs } = past
    const sendAtMs = sendTimeMs(completedAtMs, past.business, policy, receivedAtMs)
    const text = chooseShare(matter.shares, past.phoneHash)
    const reason = reasonNotToAsk(
      // Field by field: copying a whole row a million times is what this would spend its time on.
      {
        source: past.source,
        externalId: past.externalId,
        withdrawn: withdrawnAtMs !== null && withdrawnAtMs <= sendAtMs,
        business: past.business,
        category: past.category,
        unitKnown: matter.unitKnown,
        unitPath: matter.unitPath,
        flags: past.flags,
        number: past.number,
        blockedBy: past.blockedBy,
        transactionsOfNumber: past.transactionsOfNumber,
        hasTemplate: text !== null,
        ageHours: (receivedAtMs - completedAtMs) / 3_600_000,
      },
      policy,
    )
    if (reason !== null || text === null) return reason ?? 'no_template'
    const slot = {
      sendAtSeconds: Math.ceil(sendAtMs / 1000),
      rendered: rendered(text, matter, past),
      counts: receivedAtMs >= countFromMs,
    }
    return takeSlot(past, slot) ? slot.rendered : 'asked_recently'
  }

  return {
    add(past: PastTransaction): void {
      const matter = matterOf(past)
      const decided = decide(past, matter)
      if (past.receivedAtMs < countFromMs) return
      for (const group of matter.counts) group.transactions += 1
      if (typeof decided === 'string') return leaveOut(decided)
      count(decided, 1)
      if (longest === null || decided.length > longest.length) longest = decided
    },
    result(): DryRunResult {
      return {
        ...total,
        yuan: (total.segments * wanted.policy.sms.fenPerSegment) / 100,
        suppressed,
        byBusiness: counted(businesses).map(([business, counts]) => ({ business, ...counts })),
        byUnit: counted(unitCounts).map(([unitCode, counts]) => ({ unitCode, ...counts })),
        byText: [...textCounts].flatMap(([{ id, key, version }, { surveyed, segments }]) =>
          surveyed > 0 ? [{ id, key, version, surveyed, segments }] : [],
        ),
        longest: longest && {
          text: longest.text,
          length: longest.length,
          segments: longest.segments,
        },
      }
    },
  }
}

const byBusiness = () => new Map<string, Matter>()
const none = (): Counts => ({ transactions: 0, surveyed: 0, segments: 0 })

/** Those in whose time something came: earlier transactions only take slots. */
function counted(groups: ReadonlyMap<string, Counts>): [string, Counts][] {
  return [...groups].filter(([, { transactions }]) => transactions > 0)
}

function remembered<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  let value = known.get(key)
  if (value === undefined) {
    value = make()
    known.set(key, value)
  }
  return value
}
