import { clearAlarm, raiseAlarm } from '../alarm/alarm.ts'
import type { Core } from '../foundation/core.ts'
import type { Queryable, Tx } from '../foundation/database.ts'
import type { Id } from '../foundation/ids.ts'
import type { Policy } from '../policy/policy.ts'
import type { Dialling, Exchange } from './exchange.ts'
import { step, type CallEvent, type CallFacts, type Order } from './rules.ts'
import { lockCall, saveCall, type Call } from './store.ts'

export interface CallDeps extends Core {
  exchange: Exchange
  application: string
  policy: () => Promise<Policy>
  /** The number to call; null once it is erased. */
  phoneOf: (db: Queryable, callback: { id: Id; caseId: Id }) => Promise<string | null>
  /** Draws what follows from a call that has ended, in the transaction that ends it. */
  callEnded: (tx: Tx, call: Call) => Promise<void>
}

/**
 * Tells a call what happened: the change is committed first, then the exchange is asked for what follows from it, and
 * what comes of that is told in turn. A process that dies in between leaves a row at which another one looks.
 */
export async function tellCall(deps: CallDeps, id: Id, event: CallEvent): Promise<void> {
  const events = [event]
  for (let next = events.shift(); next; next = events.shift()) {
    const done = await change(deps, id, next)
    if (!done) continue
    for (const order of done.orders) {
      const came = await perform(deps, order, done.call)
      if (came) events.push(came)
    }
  }
}

async function change(
  deps: CallDeps,
  id: Id,
  event: CallEvent,
): Promise<{ call: Call; orders: Order[] } | null> {
  const { telephony } = await deps.policy()
  return deps.db.transaction().execute(async (tx) => {
    const call = await lockCall(tx, id)
    if (!call) return null
    const { change: changed, orders } = step(call, event, deps.clock.now())
    const after = { ...call, ...changed }
    if (Object.keys(changed).length > 0) {
      await saveCall(tx, call, changed, lookInSeconds(after, telephony, deps.clock.nowMs()))
      if (after.state === 'ended' && call.state !== 'ended') await deps.callEnded(tx, after)
      if (call.recording === 'notice') await tellNotice(deps, tx, after)
    }
    return { call: after, orders }
  })
}

/** Somebody is told of a notice that cannot be played, until one is played again. */
async function tellNotice(deps: CallDeps, tx: Tx, { recording }: CallFacts): Promise<void> {
  if (recording === 'running') return clearAlarm(tx, 'telephony.notice', 'recording')
  if (recording !== 'failed') return
  await raiseAlarm(deps, tx, {
    kind: 'telephony.notice',
    subject: 'recording',
    message: '录音告知提示音播放失败，通话没有录音：请检查策略中的提示音文件是否在交换机上',
  })
}

async function perform(deps: CallDeps, order: Order, call: Call): Promise<CallEvent | null> {
  const { telephony } = await deps.policy()
  const dialling: Dialling = {
    phone: async () =>
      (await deps.phoneOf(deps.db, { id: call.callbackId, caseId: call.caseId })) ?? '',
    ringSeconds: { agent: telephony.agentRingSeconds, citizen: telephony.citizenRingSeconds },
    noticeMedia: telephony.noticeMedia,
  }
  try {
    return await deps.exchange.perform(order, call, dialling)
  } catch (error) {
    // Nothing is repeated here: whoever looks at the call next sees what the exchange has of it.
    deps.log.warn({ err: error, call: call.id, order }, 'the exchange did not take an order')
    return null
  }
}

/** From one look at an open call to the next, where nothing happens: lost words are found within this time. */
const lookSeconds = 10
const hangUpAgainSeconds = 2
const startAgainSeconds = 3
// From the end of a call to the word that its recording is whole.
const recordingWaitSeconds = 5

type Ring = Pick<Policy['telephony'], 'agentRingSeconds' | 'citizenRingSeconds'>

/** When somebody has to look at a call at which nothing happens. */
export function lookInSeconds(
  call: CallFacts & { requestedAt: Date },
  policy: Ring,
  nowMs: number,
): number {
  switch (call.state) {
    case 'requested':
    case 'connecting':
      return startAgainSeconds
    case 'ending':
      return hangUpAgainSeconds
    case 'agent_ringing':
    case 'citizen_ringing':
      return Math.min(lookSeconds, Math.max(leftToRing(call, policy, nowMs), 0))
    case 'talking':
      return lookSeconds
    case 'ended':
      return call.recording === 'running' ? recordingWaitSeconds : 0
  }
}

/** For how many seconds more the phone that rings may ring; the exchange's own timeout is only a backstop. */
export function leftToRing(
  call: Pick<CallFacts, 'state' | 'citizenDialledAt'> & { requestedAt: Date },
  policy: Ring,
  nowMs: number,
): number {
  const [from, seconds] =
    call.state === 'citizen_ringing' && call.citizenDialledAt
      ? [call.citizenDialledAt, policy.citizenRingSeconds]
      : [call.requestedAt, policy.agentRingSeconds]
  return seconds - (nowMs - from.getTime()) / 1000
}
