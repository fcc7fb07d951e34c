import type { Leg } from './rules.ts'

/** What came of a call. */
export const callResults = [
  'answered',
  'busy',
  'no_answer',
  'rejected',
  'invalid_number',
  'unreachable',
  'failed',
  'agent_no_answer',
  'agent_busy',
  'agent_rejected',
  'agent_cancelled',
  'unknown',
] as const
export type CallResult = (typeof callResults)[number]

/** How a leg ended, as the exchange says it: Q.850 cause and SIP status; null where it says nothing. */
export interface Ending {
  leg: Leg
  cause: number | null
  sipCode: number | null
}

const invalidSip = [404, 410, 484, 604]
// Q.850: unallocated (1), number changed (22), invalid format (28).
const invalidCauses = [1, 22, 28]
// RFC 3261 and Q.850 17.
const busySip = [486, 600]
const noAnswerSip = [408, 480, 487]
// Q.850: no user responding (18), no answer (19).
const noAnswerCauses = [18, 19]
// Q.850: subscriber absent (20).
const absentCause = 20

/**
 * What came of the citizen's leg where nobody of ours ended it. The SIP status counts before the cause, which is
 * made from it (and is all that Asterisk 16 gives); whether the phone rang tells a refusal by a person from one by
 * the carrier, and an announcement without ringing from a phone that nobody picks up. Where both are missing the
 * leg was lost sight of.
 */
export function citizenResult(
  { cause, sipCode }: Omit<Ending, 'leg'>,
  heard: 'progress' | 'ringing' | null,
): CallResult {
  // A normal end of a call that nobody of ours ended: it was answered, and we did not hear of it.
  if (sipCode === null && (cause === null || cause === 16)) return 'unknown'
  if (sipCode !== null) {
    if (busySip.includes(sipCode)) return 'busy'
    if (invalidSip.includes(sipCode)) return 'invalid_number'
    if (sipCode === 603) return 'rejected'
    if (noAnswerSip.includes(sipCode)) return unanswered(cause, heard)
    return 'failed'
  }
  if (cause === 17) return 'busy'
  if (invalidCauses.includes(cause!)) return 'invalid_number'
  if (cause === 21) return heard === null ? 'failed' : 'rejected'
  if (cause === absentCause || noAnswerCauses.includes(cause!)) return unanswered(cause, heard)
  return 'failed'
}

function unanswered(cause: number | null, heard: 'progress' | 'ringing' | null): CallResult {
  if (cause === absentCause) return 'unreachable'
  if (heard === 'ringing') return 'no_answer'
  return heard === 'progress' ? 'unreachable' : 'failed'
}

/** What came of the agent's own leg before the citizen was called. */
export function agentResult({ cause, sipCode }: Omit<Ending, 'leg'>): CallResult {
  if (cause === 17 || (sipCode !== null && busySip.includes(sipCode))) return 'agent_busy'
  if (cause === 21 || sipCode === 603) return 'agent_rejected'
  // Asterisk 16 gives 0 where nobody picked up.
  if (cause === 0 || (cause !== null && noAnswerCauses.includes(cause))) return 'agent_no_answer'
  return 'failed'
}
