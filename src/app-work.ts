import { dueSources, queueDefinitions, queueHandlers, type QueueName } from '../workers/index.ts'
import { climbLadder, type DutyText } from './alarm/ladder.ts'
import { tellAlarms } from './alarm/tell.ts'
import { settleAttempts } from './callback/attempt.ts'
import { sealAudit } from './audit/seal.ts'
import { drawCallbacks } from './callback/draw.ts'
import { watchDueDates } from './callback/due.ts'
import { returnExpiredLeases } from './callback/lease-store.ts'
import { watchTriage } from './evaluation/triage.ts'
import { recordErasure } from './citizen/erase.ts'
import { dateAt } from './foundation/clock.ts'
import { startRelay } from './foundation/relay.ts'
import { startTimer, type Timer } from './foundation/timer.ts'
import { watchSources } from './intake/silence.ts'
import { tendGrowth } from './growth/tend.ts'
import { numberFeed } from './scoring/feed.ts'
import { sendDutyText } from './sms/duty-text.ts'
import { startPulling } from './sms/pull.ts'
import { pullQueues } from './sms/pull-queues.ts'
import { forgetEndedPauses } from './sms/pause.ts'
import { dropOldSessions } from './staff/session-store.ts'
import { watchSpending } from './sms/spending.ts'
import { dropStale } from './sms/stale.ts'
import { startHolding } from './telephony/hold.ts'
import { eraseRecordings, fetchRecordings } from './telephony/recordings.ts'
import { reviewRound } from './template/review.ts'
import type { App } from './app.ts'
import { pushedTo } from './app-pushes.ts'

/** Recordings whose time is over; also where no exchange is set any more. */
async function forgetRecordings(app: App): Promise<boolean> {
  const days = (await app.policy()).telephony.recordingDays
  const olderThan = dateAt(app.clock.nowMs() - days * 24 * 3_600_000)
  return eraseRecordings(app, olderThan, (tx, rows) =>
    recordErasure(app, tx, {
      rule: 'retention_ended',
      what: 'recordings',
      rows,
      olderThan,
      why: '录音保存期满，或群众信息已抹去',
    }),
  )
}

export interface Work {
  /** Stops timers first, so that nothing new is begun, and waits for the rounds under way. */
  stop(): Promise<void>
}

/** Every queue that has anything to do here. */
function usualQueues({ exchange }: App): readonly QueueName[] {
  return queueDefinitions.map(({ name }) => name).filter((name) => exchange || name !== 'calls')
}

/** The working side: handlers of the queues, relay, sweep and the numbering of the feed. */
export async function startWork(app: App, only = usualQueues(app)): Promise<Work> {
  const { queues, log, config, exchange } = app
  await queues.work(queueHandlers(app), only)
  const sources = dueSources(app).filter(({ queue }) => only.includes(queue))
  const every = (name: string, seconds: number, round: () => Promise<unknown>): Timer =>
    startTimer(name, seconds * 1000, log, async () => {
      await round()
    })
  const timers = [
    startRelay(sources, queues, 250, log),
    startTimer('feed', 200, log, () => numberFeed(app)),
    every('leases', 5, () => returnExpiredLeases(app)),
    startTimer('attempts', 1_000, log, () => settleAttempts(app)),
    every('draw', 60, () => drawCallbacks(app)),
    every('triage', 30, () => watchTriage(app)),
    every('sources', 30, () => watchSources(app)),
    every('due dates', 60, () => watchDueDates(app)),
    every('spending', 5, () => watchSpending(app)),
    every('pauses', 10, () => forgetEndedPauses(app)),
    startTimer('stale', 3_600_000, log, () => dropStale(app)),
    startTimer('template reviews', 500, log, () => reviewRound(app)),
    every('audit seal', 60, () => sealAudit(app)),
    every('sessions', 3600, () => dropOldSessions(app.db)),
    startTimer('growth', 600_000, log, () => tendGrowth(app)),
    startTimer('recordings', 600_000, log, () => forgetRecordings(app)),
  ]
  for (const { channel, queue } of pullQueues(config, app.clock)) {
    if (only.includes(channel === 'sms_up' ? 'replies' : 'receipts')) {
      timers.push(startPulling({ ...app, pushed: pushedTo(app) }, channel, queue))
    }
  }
  if (exchange && only.includes('calls')) {
    // Apart from the hearing: a long recording must not keep anybody waiting.
    const fetching = { ...exchange, recordings: app.recordings }
    timers.push(
      startHolding(exchange),
      startTimer('recordings to fetch', 500, log, () => fetchRecordings(fetching)),
    )
  }
  const webhook = config.HUIFANG_ALARM_WEBHOOK_URL
  if (webhook) {
    const tell = async () =>
      tellAlarms(app, webhook, (await app.policy()).alarm.webhookAfterSeconds)
    timers.push(every('alarms', 1, tell))
  }
  const phones = config.HUIFANG_DUTY_PHONES ?? []
  if (phones.length > 0) {
    const ladder = {
      ...app,
      recipients: phones.length,
      textDuty: (text: DutyText) => sendDutyText(app, phones, text),
    }
    timers.push(every('ladder', 1, async () => climbLadder(ladder, (await app.policy()).alarm)))
  }
  return {
    async stop() {
      await Promise.all(timers.map((timer) => timer.stop()))
    },
  }
}
