import type { CallResult } from '../../src/telephony/results.ts'
import type { CallEvent } from '../../src/telephony/rules.ts'

export interface Trace {
  name: string
  /** What the exchange told, in its order, after the call was asked for. */
  events: CallEvent[]
  result: CallResult
}

const up: CallEvent[] = [{ kind: 'asked' }, { kind: 'agent_up' }, { kind: 'citizen_ready' }]
const ringing: CallEvent = { kind: 'heard', what: 'ringing' }
const progress: CallEvent = { kind: 'heard', what: 'progress' }
const citizen = (cause: number | null, sipCode: number | null = null): CallEvent => ({
  kind: 'gone',
  leg: 'citizen',
  cause,
  sipCode,
})
const agent = (cause: number | null, sipCode: number | null = null): CallEvent => ({
  kind: 'gone',
  leg: 'agent',
  cause,
  sipCode,
})
const timer: CallEvent = { kind: 'stop', by: 'timer' }

/** As Asterisk 22 tells it, with the SIP status beside the cause; then what 16 tells, which has the cause alone. */
export const traces: readonly Trace[] = [
  {
    name: 'answered, the agent hangs up',
    events: [...up, ringing, { kind: 'citizen_up' }, agent(16), citizen(16)],
    result: 'answered',
  },
  {
    name: 'answered, the citizen hangs up',
    events: [...up, ringing, { kind: 'citizen_up' }, citizen(16), agent(16)],
    result: 'answered',
  },
  {
    name: 'answered, hung up at the desk',
    events: [...up, { kind: 'citizen_up' }, { kind: 'stop', by: 'agent' }, citizen(16), agent(16)],
    result: 'answered',
  },
  { name: '486', events: [...up, ringing, citizen(17, 486), agent(16)], result: 'busy' },
  { name: '600', events: [...up, ringing, citizen(17, 600), agent(16)], result: 'busy' },
  {
    name: 'rings and nobody picks up',
    events: [...up, ringing, timer, citizen(19, 480), agent(16)],
    result: 'no_answer',
  },
  { name: '603', events: [...up, ringing, citizen(21, 603), agent(16)], result: 'rejected' },
  { name: '403', events: [...up, citizen(21, 403), agent(16)], result: 'failed' },
  { name: '404', events: [...up, citizen(1, 404), agent(16)], result: 'invalid_number' },
  { name: '410', events: [...up, citizen(22, 410), agent(16)], result: 'invalid_number' },
  { name: '484', events: [...up, citizen(28, 484), agent(16)], result: 'invalid_number' },
  {
    name: '480 after ringing',
    events: [...up, ringing, citizen(19, 480), agent(16)],
    result: 'no_answer',
  },
  {
    name: 'an announcement, then 480',
    events: [...up, progress, citizen(19, 480), agent(16)],
    result: 'unreachable',
  },
  {
    name: 'an announcement that nobody ends',
    events: [...up, progress, timer, citizen(19, 480), agent(16)],
    result: 'no_answer',
  },
  {
    name: '408 after ringing',
    events: [...up, ringing, citizen(18, 408), agent(16)],
    result: 'no_answer',
  },
  { name: '500', events: [...up, citizen(38, 500), agent(16)], result: 'failed' },
  { name: '503', events: [...up, citizen(34, 503), agent(16)], result: 'failed' },
  { name: '488', events: [...up, citizen(58, 488), agent(16)], result: 'failed' },
  {
    name: 'nothing listens',
    events: [...up, timer, citizen(19, 480), agent(16)],
    result: 'failed',
  },
  {
    name: 'no such trunk',
    events: [
      { kind: 'asked' },
      { kind: 'agent_up' },
      { kind: 'refused', leg: 'citizen' },
      agent(16),
    ],
    result: 'failed',
  },
  {
    name: 'the agent gives up while it rings',
    events: [...up, ringing, agent(16), citizen(16)],
    result: 'agent_cancelled',
  },
  {
    name: 'the agent is busy',
    events: [{ kind: 'asked' }, agent(17, 486), citizen(null)],
    result: 'agent_busy',
  },
  {
    name: 'the agent’s phone rings on',
    events: [{ kind: 'asked' }, timer, agent(19, 480), citizen(null)],
    result: 'agent_no_answer',
  },
  {
    name: 'the agent declines',
    events: [{ kind: 'asked' }, agent(21, 603), citizen(null)],
    result: 'agent_rejected',
  },
  {
    name: 'the agent’s phone is not there',
    events: [{ kind: 'asked' }, { kind: 'refused', leg: 'agent' }, citizen(null)],
    result: 'failed',
  },
  {
    name: 'both legs vanish while the citizen’s phone rings',
    events: [...up, ringing, citizen(null), agent(null)],
    result: 'unknown',
  },
  {
    name: 'both legs vanish while they talk',
    events: [...up, ringing, { kind: 'citizen_up' }, citizen(null), agent(null)],
    result: 'answered',
  },
  {
    name: 'the agent’s leg vanishes before the citizen is called',
    events: [{ kind: 'asked' }, agent(null), citizen(null)],
    result: 'failed',
  },
  { name: '16: busy', events: [...up, ringing, citizen(17), agent(16)], result: 'busy' },
  { name: '16: 603', events: [...up, ringing, citizen(21), agent(16)], result: 'rejected' },
  { name: '16: 403', events: [...up, citizen(21), agent(16)], result: 'failed' },
  { name: '16: 404', events: [...up, citizen(1), agent(16)], result: 'invalid_number' },
  {
    name: '16: absent subscriber',
    events: [...up, ringing, citizen(20), agent(16)],
    result: 'unreachable',
  },
  { name: '16: 408', events: [...up, ringing, citizen(18), agent(16)], result: 'no_answer' },
  {
    name: '16: nobody at the agent’s phone',
    events: [{ kind: 'asked' }, agent(0), citizen(null)],
    result: 'agent_no_answer',
  },
]
