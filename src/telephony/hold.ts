import { clearAlarm, raiseAlarm } from '../alarm/alarm.ts'
import type { Id } from '../foundation/ids.ts'
import type { Timer } from '../foundation/timer.ts'
import type { Ari, AriEvent, AriSettings } from './ari.ts'
import { tellCall, type CallDeps } from './calls.ts'
import { readEvent } from './exchange.ts'
import { giveUpLease, holdLease, leaseSeconds } from './lease.ts'
import { lookAtCalls, type LookDeps } from './look.ts'
import type { CallEvent } from './rules.ts'
import { openSocket, type Socket } from './socket.ts'

export interface HoldDeps extends CallDeps, Pick<LookDeps, 'celFile' | 'keepCallback'> {
  ari: Ari
  settings: AriSettings
}

const renewMs = (leaseSeconds * 1000) / 3
const lookMs = 250
// Of who waits for the lease, or for an exchange that is away.
const againMs = 1_000
const awayAlarmMs = 30_000
// Half of all events are these, and none of them counts.
const unread = ['ChannelVarset', 'ChannelDialplan', 'ChannelConnectedLine', 'ChannelUserevent']

/**
 * Hears the exchange while this process has the lease for it, looks at open calls when it is due, and takes up what is
 * under way whenever the socket opens. Any number of processes may do so side by side: one holds, the others wait.
 */
export function startHolding(deps: HoldDeps): Timer {
  const stopping = new AbortController()
  const { signal } = stopping
  const holder = deps.newId()
  const turns = new Map<Id, Promise<void>>()
  const { application } = deps.settings
  let socket = null as Socket | null
  let awayAt: number | null = null
  let roundAt = 0

  const tell = (id: Id, event: CallEvent): Promise<void> => {
    const turn = (turns.get(id) ?? Promise.resolve())
      .then(() => tellCall(deps, id, event))
      .catch((error: unknown) => {
        deps.log.error(
          { err: error, call: id },
          'a call was not told what happened; looked at later',
        )
      })
      .finally(() => {
        if (turns.get(id) === turn) turns.delete(id)
      })
    turns.set(id, turn)
    return turn
  }
  const hear = (event: AriEvent): void => {
    const read = readEvent(event)
    if (read) void tell(read.id, read.event)
  }
  const looking: LookDeps = { ...deps, tell, missing: new Set() }

  /** Opens the socket; what was under way meanwhile is looked at in the same round. */
  const connect = async (): Promise<void> => {
    socket = await openSocket(deps.settings, hear)
    const opened = socket
    const forget = async () => {
      await opened.closed
      if (socket !== opened) return
      socket = null
      roundAt = 0
    }
    void forget()
    await deps.ari.ask('PUT', `/applications/${application}/eventFilter`, {
      disallowed: unread.map((type) => ({ type })),
    })
    awayAt = null
    await clearAlarm(deps.db, 'telephony.away', application)
    deps.log.info({ application }, 'the exchange is heard')
  }
  const away = async (error: unknown): Promise<void> => {
    if (awayAt === null) {
      deps.log.warn({ err: error, application }, 'the exchange is not heard; trying again')
      awayAt = deps.clock.nowMs()
    }
    if (deps.clock.nowMs() - awayAt < awayAlarmMs) return
    await raiseAlarm(deps, deps.db, {
      kind: 'telephony.away',
      subject: application,
      message:
        '电话交换机连接不上，暂不能点击拨号：请检查 Asterisk 是否运行、ARI 地址和口令；期间请改用手工拨号',
    })
  }

  const round = async (): Promise<void> => {
    const before = socket
    if (!(await holdLease(deps.db, { application, holder, connected: socket !== null }))) {
      socket?.close()
      return
    }
    if (!socket) {
      try {
        await connect()
      } catch (error) {
        socket = null
        return away(error)
      }
      await holdLease(deps.db, { application, holder, connected: true })
    }
    await lookAtCalls(looking, before === null)
  }

  const loop = (async () => {
    while (!signal.aborted) {
      try {
        if (deps.clock.nowMs() >= roundAt) {
          await round()
          roundAt = deps.clock.nowMs() + (socket === null ? againMs : renewMs)
        } else if (socket !== null) await lookAtCalls(looking)
      } catch (error) {
        deps.log.error({ err: error }, 'the telephony round failed')
        // Without the database nobody knows whose turn it is.
        socket?.close()
        roundAt = deps.clock.nowMs() + againMs
      }
      await pause(lookMs, signal)
    }
  })()

  return {
    async stop() {
      stopping.abort()
      await loop
      socket?.close()
      await Promise.all(turns.values())
      await giveUpLease(deps.db, { application, holder }).catch(() => {})
    },
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve()
    const timer = setTimeout(resolve, ms)
    signal.addEventListener('abort', () => (clearTimeout(timer), resolve()), { once: true })
  })
}
