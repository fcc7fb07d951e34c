import { agentResult, citizenResult, type CallResult, type Ending } from './results.ts'

export const callStates = [
  'requested',
  'agent_ringing',
  'connecting',
  'citizen_ringing',
  'talking',
  'ending',
  'ended',
] as const
export type CallState = (typeof callStates)[number]

export type Leg = 'agent' | 'citizen'

export const recordingModes = ['off', 'on', 'ask'] as const
export type RecordingMode = (typeof recordingModes)[number]

export const recordingStates = [
  'none',
  'notice',
  'running',
  'ended',
  'stored',
  'failed',
  'erased',
] as const
export type RecordingState = (typeof recordingStates)[number]

/** What is known of a call. Times are by our own clock, when we heard of it. */
export interface CallFacts {
  state: CallState
  result: CallResult | null
  /** The most that was heard of the citizen's phone before an answer. */
  heard: 'progress' | 'ringing' | null
  stoppedBy: 'agent' | 'timer' | null
  /** Who hung up a call that was answered; null where nobody saw it. */
  endedBy: Leg | null
  /** Of the leg that decided the result. */
  cause: number | null
  sipCode: number | null
  agentAnsweredAt: Date | null
  citizenDialledAt: Date | null
  citizenAnsweredAt: Date | null
  agentEndedAt: Date | null
  citizenEndedAt: Date | null
  endedAt: Date | null
  recordingMode: RecordingMode
  recording: RecordingState
}

/** What happened, as somebody at the exchange or the desk tells it. Told twice, or in another order, it changes nothing more. */
export type CallEvent =
  | { kind: 'asked' }
  | { kind: 'agent_up' }
  /** The agent waits, and the exchange has no channel for the citizen. */
  | { kind: 'connect_again' }
  /** The exchange holds the citizen's channel, which does not ring yet. */
  | { kind: 'citizen_ready' }
  | { kind: 'heard'; what: 'progress' | 'ringing' }
  | { kind: 'citizen_up' }
  | ({ kind: 'gone' } & Ending)
  /** The exchange did not take an order for this leg. */
  | { kind: 'refused'; leg: Leg }
  | { kind: 'stop'; by: 'agent' | 'timer' }
  | { kind: 'record' }
  | { kind: 'notice_over'; played: boolean }
  | { kind: 'recording_over'; kept: boolean }

/** What the exchange is asked to do, after the change is committed. */
export type Order =
  | 'ring_agent'
  | 'connect'
  | 'dial_citizen'
  | 'play_notice'
  | 'record'
  | 'hang_up_agent'
  | 'hang_up_citizen'
  | 'clear'

export interface Step {
  change: Partial<CallFacts>
  orders: Order[]
}

const nothing: Step = { change: {}, orders: [] }
const hangUpBoth: Order[] = ['hang_up_citizen', 'hang_up_agent']

/**
 * Where a call goes from where it is. Each phone is rung by one transition and no other: whatever is lost after that
 * ends the call, and nobody is rung again for it.
 */
export function step(call: CallFacts, event: CallEvent, now: Date): Step {
  if (event.kind === 'recording_over') {
    if (call.recording !== 'running') return nothing
    return { change: { recording: event.kept ? 'ended' : 'failed' }, orders: [] }
  }
  if (call.state === 'ended') return nothing
  switch (event.kind) {
    case 'asked':
      return call.state === 'requested'
        ? { change: { state: 'agent_ringing' }, orders: ['ring_agent'] }
        : nothing
    case 'agent_up':
      return call.state === 'agent_ringing'
        ? { change: { state: 'connecting', agentAnsweredAt: now }, orders: ['connect'] }
        : nothing
    case 'connect_again':
      return call.state === 'connecting' ? { change: {}, orders: ['connect'] } : nothing
    case 'citizen_ready':
      return call.state === 'connecting' && call.citizenDialledAt === null
        ? { change: { state: 'citizen_ringing', citizenDialledAt: now }, orders: ['dial_citizen'] }
        : nothing
    case 'heard':
      return call.heard === event.what || call.heard === 'ringing' || call.citizenDialledAt === null
        ? nothing
        : { change: { heard: event.what }, orders: [] }
    case 'citizen_up':
      return answered(call, now)
    case 'gone':
      return gone(call, event, now)
    case 'refused':
      return gone(call, { leg: event.leg, cause: null, sipCode: null }, now, 'failed')
    case 'stop':
      return stop(call, event.by)
    case 'record':
      return call.state === 'talking' &&
        call.recordingMode === 'ask' &&
        (call.recording === 'none' || call.recording === 'failed')
        ? { change: { recording: 'running' }, orders: ['record'] }
        : nothing
    case 'notice_over':
      if (call.recording !== 'notice' || call.state !== 'talking') return nothing
      // Who was not told is not recorded.
      return event.played
        ? { change: { recording: 'running' }, orders: ['record'] }
        : { change: { recording: 'failed' }, orders: [] }
  }
}

function answered(call: CallFacts, now: Date): Step {
  if (call.state !== 'citizen_ringing') return nothing
  const noticed = call.recordingMode === 'on'
  return {
    change: {
      state: 'talking',
      citizenAnsweredAt: now,
      ...(noticed ? { recording: 'notice' as const } : {}),
    },
    orders: noticed ? ['play_notice'] : [],
  }
}

function stop(call: CallFacts, by: 'agent' | 'timer'): Step {
  // A second word to stop is a second chance that the first was not heard.
  if (call.state === 'ending') return { change: {}, orders: hangUpBoth }
  const result = resultOfStop(call, by)
  return {
    change: {
      state: 'ending',
      result,
      stoppedBy: by,
      ...(result === 'answered' ? { endedBy: 'agent' as const } : {}),
    },
    orders: hangUpBoth,
  }
}

function resultOfStop(call: CallFacts, by: 'agent' | 'timer'): CallResult {
  if (call.state === 'talking') return 'answered'
  if (by === 'agent') return 'agent_cancelled'
  if (call.state === 'agent_ringing') return 'agent_no_answer'
  // Nothing was heard of the citizen's phone: the number may be right, the way to it was not there.
  if (call.state === 'citizen_ringing' && call.heard !== null) return 'no_answer'
  return 'failed'
}

function gone(
  call: CallFacts,
  { leg, cause, sipCode }: Ending,
  now: Date,
  instead: CallResult | null = null,
): Step {
  const mark: Partial<CallFacts> =
    leg === 'agent'
      ? { agentEndedAt: call.agentEndedAt ?? now }
      : { citizenEndedAt: call.citizenEndedAt ?? now }
  const agentGone = leg === 'agent' || call.agentEndedAt !== null
  const citizenGone = leg === 'citizen' || call.citizenEndedAt !== null
  const other: Order = leg === 'agent' ? 'hang_up_citizen' : 'hang_up_agent'
  const decided =
    call.state === 'ending'
      ? {}
      : {
          result: instead ?? resultOfEnd(call, { leg, cause, sipCode }),
          cause,
          sipCode,
          ...(call.state === 'talking' && cause !== null ? { endedBy: leg } : {}),
        }
  if (agentGone && citizenGone) {
    return { change: { ...mark, ...decided, state: 'ended', endedAt: now }, orders: ['clear'] }
  }
  return { change: { ...mark, ...decided, state: 'ending' }, orders: [other] }
}

function resultOfEnd(call: CallFacts, { leg, cause, sipCode }: Ending): CallResult {
  if (call.state === 'talking') return 'answered'
  if (call.citizenDialledAt === null) {
    if (leg === 'citizen') return 'failed'
    // The agent had picked up, and gave up before the citizen's phone rang.
    return call.agentAnsweredAt === null ? agentResult({ cause, sipCode }) : 'agent_cancelled'
  }
  if (leg === 'citizen') return citizenResult({ cause, sipCode }, call.heard)
  // Both legs may be gone unseen: then nobody knows whether the citizen answered.
  return cause === null ? 'unknown' : 'agent_cancelled'
}

/** How long a call was talked on, in seconds; null where nobody answered or nobody saw the end. */
export function talkSeconds({
  citizenAnsweredAt,
  citizenEndedAt,
  endedBy,
}: Pick<CallFacts, 'citizenAnsweredAt' | 'citizenEndedAt' | 'endedBy'>): number | null {
  if (citizenAnsweredAt === null || citizenEndedAt === null || endedBy === null) return null
  return Math.round((citizenEndedAt.getTime() - citizenAnsweredAt.getTime()) / 1000)
}
