import type { Id } from '../foundation/ids.ts'
import { leftToRing, lookInSeconds, type CallDeps } from './calls.ts'
import { loggedEnd } from './cel.ts'
import type { Standing } from './exchange.ts'
import { channelOf } from './names.ts'
import type { CallEvent, Leg } from './rules.ts'
import { callsToLookAt, lookAgain, type Call } from './store.ts'

export interface LookDeps extends CallDeps {
  /** The exchange's log of channel events, where this process can read it. */
  celFile: string | undefined
  /** Tells a call in its turn, after what is under way for it. */
  tell: (id: Id, event: CallEvent) => Promise<void>
  /** Whose legs were not found at the last look: what is told of their end may still be on its way. */
  missing: Set<Id>
  /** Keeps the callback of an open call with the person who talks. */
  keepCallback: (call: Pick<Call, 'callbackId' | 'staffId'>) => Promise<void>
}

// Long enough for an event that was sent before the look to arrive.
const secondLookSeconds = 1
const awayAgainSeconds = 3
const soonestSeconds = 1
/** What was asked for and never begun is given up: the agent has long pressed again. */
const requestedAtMostSeconds = 30
const connectingAtMostSeconds = 15

/**
 * Looks what the exchange has of open calls: of those that are due, or of all when its socket was just opened. What was
 * missed is made up for: a leg that answered, a leg that is gone, a phone that has rung long enough.
 */
export async function lookAtCalls(deps: LookDeps, whenever = false): Promise<void> {
  for (const call of await callsToLookAt(deps.db, whenever)) {
    try {
      await lookAt(deps, call)
    } catch (error) {
      deps.log.warn(
        { err: error, call: call.id },
        'the exchange does not say what it has of a call',
      )
      await lookAgain(deps.db, call.id, awayAgainSeconds)
      // It would keep each of the others waiting as long.
      return
    }
  }
}

async function lookAt(deps: LookDeps, call: Call): Promise<void> {
  const { telephony } = await deps.policy()
  // Before anything else: whoever else looks at this moment comes later.
  const inSeconds = lookInSeconds(call, telephony, deps.clock.nowMs())
  await lookAgain(deps.db, call.id, Math.max(soonestSeconds, inSeconds))
  await deps.keepCallback(call)
  if (call.state === 'requested') {
    const late = deps.clock.nowMs() - call.requestedAt.getTime() > requestedAtMostSeconds * 1000
    return deps.tell(call.id, late ? { kind: 'stop', by: 'timer' } : { kind: 'asked' })
  }
  if (call.state === 'ending') return deps.tell(call.id, { kind: 'stop', by: 'timer' })
  const standing = await deps.exchange.standing(call.id)
  const lost = lostLegs(call, standing)
  if (lost.length > 0 && !deps.missing.has(call.id)) {
    deps.missing.add(call.id)
    return lookAgain(deps.db, call.id, secondLookSeconds)
  }
  deps.missing.delete(call.id)
  for (const leg of lost) await tellLost(deps, call, leg)
  for (const event of await missed(deps, call, standing)) await deps.tell(call.id, event)
}

/** Legs that the row believes in and the exchange does not have; the citizen's first, for it says most. */
function lostLegs(call: Call, standing: Standing): Leg[] {
  const legs: Leg[] = []
  if (call.citizenDialledAt !== null && standing.citizen === null) legs.push('citizen')
  if (standing.agent === null) legs.push('agent')
  return legs
}

async function tellLost(deps: LookDeps, call: Call, leg: Leg): Promise<void> {
  const logged = deps.celFile ? await loggedEnd(deps.celFile, channelOf(call.id, leg)) : null
  if (leg === 'citizen' && logged?.answered) await deps.tell(call.id, { kind: 'citizen_up' })
  await deps.tell(call.id, { kind: 'gone', leg, cause: logged?.cause ?? null, sipCode: null })
}

async function missed(deps: LookDeps, call: Call, standing: Standing): Promise<CallEvent[]> {
  const { telephony } = await deps.policy()
  const nowMs = deps.clock.nowMs()
  const events: CallEvent[] = []
  if (call.state === 'agent_ringing' && standing.agent?.state === 'Up') {
    events.push({ kind: 'agent_up' })
  }
  if (call.state === 'connecting' && standing.agent) {
    const since = (call.agentAnsweredAt ?? call.requestedAt).getTime()
    if (nowMs - since > connectingAtMostSeconds * 1000) events.push({ kind: 'stop', by: 'timer' })
    // The citizen's phone has not rung: what leads up to it may be done again.
    else if (standing.citizen) events.push({ kind: 'citizen_ready' })
    else events.push({ kind: 'connect_again' })
  }
  if (call.state === 'citizen_ringing') {
    if (standing.citizen?.state === 'Ringing') events.push({ kind: 'heard', what: 'ringing' })
    if (standing.citizen?.state === 'Up') events.push({ kind: 'citizen_up' })
  }
  const rings = call.state === 'agent_ringing' || call.state === 'citizen_ringing'
  const answered = events.some(({ kind }) => kind === 'agent_up' || kind === 'citizen_up')
  if (rings && !answered && leftToRing(call, telephony, nowMs) <= 0) {
    events.push({ kind: 'stop', by: 'timer' })
  }
  return events
}
