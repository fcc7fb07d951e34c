import { setTimeout as pause } from 'node:timers/promises'
import type { Client } from 'pg'
import { stopwatch } from '../../src/foundation/clock.ts'
import type { Complaint } from './accounts.ts'
import type { Agents } from './people.ts'
import { letTimePass } from './time.ts'
import type { witness } from './witness.ts'

interface Scene {
  owner: Client
  ledger: Pick<ReturnType<typeof witness>, 'state'>
  agents: Pick<Agents, 'whileIdle'>
  log: (line: string) => void
  /** After so long what is under way counts as stuck. */
  patienceSeconds: number
}

const stalledMs = 1_000

/**
 * Waits until nothing is under way, then lets the reply windows end and waits again. Where nothing
 * moves any more, what is due later is awaited by letting time pass. Tells what never came to an end.
 */
export async function settle(scene: Scene, afterReplyWindowSeconds: number): Promise<Complaint[]> {
  const stuck = await untilQuiet(scene, false)
  if (stuck.length > 0) return stuck
  scene.log('quiet; the reply windows end')
  await scene.agents.whileIdle(() => letTimePass(scene.owner, afterReplyWindowSeconds))
  return untilQuiet(scene, true)
}

async function untilQuiet(scene: Scene, windowsOver: boolean): Promise<Complaint[]> {
  const { owner, ledger, agents, log, patienceSeconds } = scene
  const elapsedMs = stopwatch()
  let before = ''
  let sinceMs = 0
  let seconds = 60
  for (;;) {
    const { accepted, pending } = await ledger.state()
    const open = Object.entries({ pending, ...(await underWay(owner, windowsOver)) }).filter(
      ([, count]) => count > 0,
    )
    if (open.length === 0) return []
    const now = JSON.stringify([accepted, open])
    if (elapsedMs() > patienceSeconds * 1000) {
      return open.map(([what, count]) => ({ kind: 'stuck', what: `${count} ${what}` }))
    }
    if (now !== before) {
      before = now
      sinceMs = elapsedMs()
    } else if (pending === 0 && elapsedMs() - sinceMs > stalledMs) {
      log(`under way: ${now}; ${seconds} s pass`)
      const passing = seconds
      await agents.whileIdle(() => letTimePass(owner, passing))
      sinceMs = elapsedMs()
      seconds = Math.min(seconds * 4, 600)
    }
    await pause(200)
  }
}

async function underWay(owner: Client, windowsOver: boolean): Promise<Record<string, number>> {
  const { rows } = await owner.query<Record<string, number>>(
    `SELECT
      (SELECT count(*)::int FROM message WHERE state IN ('queued', 'submitting', 'unknown')) AS texts,
      (SELECT count(*)::int FROM message WHERE state = 'accepted' AND look_at IS NOT NULL) AS receipts,
      (SELECT count(*)::int FROM inbound WHERE state = 'raw') AS pushes,
      (SELECT count(*)::int FROM survey WHERE state IN ('scheduled', 'submitting', 'unknown')
         OR (state = 'open' AND $1)) AS surveys,
      (SELECT count(*)::int FROM callback WHERE state IN ('waiting', 'claimed', 'talking')) AS callbacks,
      (SELECT count(*)::int FROM outbox) AS feed`,
    [windowsOver],
  )
  return rows[0]!
}
