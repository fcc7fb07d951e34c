import { dateAt } from '../../src/foundation/clock.ts'
import { step, type CallEvent, type CallFacts, type Order } from '../../src/telephony/rules.ts'

const begun: CallFacts = {
  state: 'requested',
  result: null,
  heard: null,
  stoppedBy: null,
  endedBy: null,
  cause: null,
  sipCode: null,
  agentAnsweredAt: null,
  citizenDialledAt: null,
  citizenAnsweredAt: null,
  agentEndedAt: null,
  citizenEndedAt: null,
  endedAt: null,
  recordingMode: 'off',
  recording: 'none',
}

/** Tells a call what happened, a second apart; returns where it stands, and everything that was asked of the exchange. */
export function tell(events: readonly CallEvent[], from: Partial<CallFacts> = {}) {
  let call: CallFacts = { ...begun, ...from }
  const orders: Order[] = []
  events.forEach((event, second) => {
    const { change, orders: asked } = step(call, event, dateAt(second * 1_000))
    call = { ...call, ...change }
    orders.push(...asked)
  })
  return { call, orders }
}
