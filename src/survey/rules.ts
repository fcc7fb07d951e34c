import { createHash } from 'node:crypto'
import { nextInWindowMs } from '../foundation/calendar.ts'
import type { Id } from '../foundation/ids.ts'
import type { OptionScale, Rating } from '../foundation/rating.ts'
import { knownFlags } from './flags.ts'
import type { Business, Policy } from '../policy/policy.ts'

export const surveyStates = [
  'scheduled',
  'submitting',
  'open',
  'answered',
  'expired',
  'closed',
  'unknown',
  'failed',
] as const
export type SurveyState = (typeof surveyStates)[number]

/** Where a survey may go from where it is; anything else is a fault of ours. */
export const surveyTransitions: Record<SurveyState, readonly SurveyState[]> = {
  // Open where a receipt shows that a text got through that waits to be tried again.
  scheduled: ['submitting', 'open', 'closed', 'failed'],
  submitting: ['open', 'unknown', 'failed', 'scheduled', 'answered', 'closed'],
  unknown: ['open', 'failed', 'scheduled', 'answered', 'closed'],
  open: ['answered', 'expired', 'closed'],
  expired: ['answered', 'closed'],
  answered: ['closed'],
  closed: [],
  failed: [],
}

export function mayMove(from: SurveyState, to: SurveyState): boolean {
  return surveyTransitions[from].includes(to)
}

export interface Survey {
  id: Id
  state: string
  disposition: string | null
  business: string
  unitCode: string
  signature: string
  templateVersionId: string
  firstRating: Rating | null
  expiresAt: Date | null
  lateUntil: Date | null
}

/** Why a transaction is not surveyed: one code for each transaction that is left out (law 8). */
export type SuppressionReason =
  | 'withdrawn'
  | 'business_off'
  | 'unit_unknown'
  | 'category_missing'
  | 'flag_unknown'
  | 'flag_excluded'
  | 'number_missing'
  | 'number_invalid'
  | 'landline'
  | 'staff_number'
  | 'opted_out'
  | 'provider_block'
  | 'wrong_person'
  | 'excluded_number'
  | 'shared_number'
  | 'too_old'
  | 'sampled_out'
  | 'asked_recently'
  | 'no_template'

export interface Candidate {
  source: string
  externalId: string
  withdrawn: boolean
  business: Business
  category: string | null
  unitKnown: boolean
  /** The unit and those above it, the nearest first. */
  unitPath: readonly string[]
  flags: readonly string[]
  number: 'mobile' | 'landline' | 'invalid' | 'missing'
  blockedBy: 'opt_out' | 'provider_block' | 'wrong_person' | 'staff_number' | 'excluded' | null
  /** Transactions with this number within the policy's days, this one included. */
  transactionsOfNumber: number
  hasTemplate: boolean
  /** Since the business was done. */
  ageHours: number
}

const blockReasons = {
  opt_out: 'opted_out',
  provider_block: 'provider_block',
  wrong_person: 'wrong_person',
  staff_number: 'staff_number',
  excluded: 'excluded_number',
} as const satisfies Record<NonNullable<Candidate['blockedBy']>, SuppressionReason>

/**
 * Whether a transaction is asked about at all; the first reason that applies is the one recorded. What
 * the source itself said comes first, then what we know of the number, then chance.
 */
export function reasonNotToAsk(
  candidate: Candidate,
  policy: Policy['survey'],
): SuppressionReason | null {
  if (candidate.withdrawn) return 'withdrawn'
  if (candidate.flags.some((flag) => !(knownFlags as readonly string[]).includes(flag))) {
    return 'flag_unknown'
  }
  if (candidate.flags.some((flag) => policy.excludedFlags.includes(flag))) return 'flag_excluded'
  if (candidate.business === '110' && candidate.category === null) return 'category_missing'
  if (!candidate.unitKnown) return 'unit_unknown'
  if (!policy.enabled[candidate.business]) return 'business_off'
  if (candidate.number === 'missing') return 'number_missing'
  if (candidate.number === 'invalid') return 'number_invalid'
  if (candidate.number === 'landline') return 'landline'
  if (candidate.blockedBy) return blockReasons[candidate.blockedBy]
  if (candidate.transactionsOfNumber >= policy.sharedNumberAt) return 'shared_number'
  if (candidate.ageHours > policy.tooOldHours) return 'too_old'
  if (!candidate.hasTemplate) return 'no_template'
  if (!inSample(candidate, samplingShare(candidate, policy))) return 'sampled_out'
  return null
}

/** What share of a unit's transactions is asked about: its own, that of the nearest unit above it, or its business's. */
export function samplingShare(
  { business, unitPath }: Pick<Candidate, 'business' | 'unitPath'>,
  policy: Pick<Policy['survey'], 'samplingShare' | 'samplingShareOfUnits'>,
): number {
  const own = unitPath.find((code) => Object.hasOwn(policy.samplingShareOfUnits, code))
  return own === undefined ? policy.samplingShare[business] : policy.samplingShareOfUnits[own]!
}

/** Drawn by a hash of the transaction's own key: the same one is always drawn the same way. */
export function inSample(
  candidate: Pick<Candidate, 'source' | 'externalId'>,
  share: number,
): boolean {
  if (share >= 1) return true
  const digest = createHash('sha256')
    .update(`${candidate.source}\n${candidate.externalId}`)
    .digest()
  return digest.readUInt32BE(0) / 2 ** 32 < share
}

/** When the text goes out: the business's delay after completion, never in the past, within the window; ms since 1970. */
export function sendTimeMs(
  completedAtMs: number,
  business: Business,
  policy: Policy['survey'],
  nowMs: number,
): number {
  const wantedMs = completedAtMs + policy.delaySeconds[business] * 1000
  return nextInWindowMs(Math.max(wantedMs, nowMs), policy.sendingWindow)
}

/** Whether a figure means the same by both. */
export function sameScale(one: OptionScale | null, other: OptionScale | null): boolean {
  if (one === null || other === null) return one === other
  const figures = Object.keys(one)
  return (
    figures.length === Object.keys(other).length &&
    figures.every((figure) => one[figure] === other[figure])
  )
}

/** A unit's name as it may stand in a text: the provider takes up to 20 Han characters for it. */
export function unitNameForText(name: string | undefined): string {
  return name !== undefined && /^\p{Script=Han}{1,20}$/u.test(name) ? name : '公安机关'
}

const businessNames: Record<Business, string> = {
  '110': '接处警',
  户政: '户政',
  车管: '车管',
  驾证: '驾驶证',
  出入境: '出入境',
}

export function businessNameForText(business: Business): string {
  return businessNames[business]
}
