import type { AttemptResult } from '../../callback/rules.ts'
import type { CaseView } from '../../callback/schema/case.ts'

interface Claimed {
  callback: { id: string; attempts: number }
  case: Pick<CaseView, 'transaction'>
}

/** Simulated staff: they use the same HTTP interface as everybody, with keys of their own. */
export interface People {
  /** Does what waits for these people; true when they did something. */
  workOnce(): Promise<boolean>
}

const results: readonly AttemptResult[] = [
  'reached',
  'reached',
  'no_answer',
  'reached',
  'busy',
  'reached',
  'refused',
  'reached',
  'wrong_number',
  'no_answer',
]

/** How a call ends hangs on the case alone, so that a demo counts the same in whatever order its cases come. */
function numberOf(externalId: string): number {
  const number = Number(externalId.replaceAll(/\D/g, ''))
  return number + Math.floor(number / 10)
}

/** Cases that the agent claims and leaves alone, so that the desk of the demo is not empty. */
export const staysOpen = (externalId: string) => numberOf(externalId) % 16 === 8

function reportOf(externalId: string, attempts: number) {
  const turn = numberOf(externalId) + attempts
  const result = results[turn % results.length]!
  if (result !== 'reached') return { result }
  return turn % 4 === 0
    ? { result, finding: 'not_upheld', rating: 'satisfied' }
    : { result, finding: turn % 2 === 0 ? 'upheld' : 'partly_upheld', rating: 'dissatisfied' }
}

const agents = 4

/** Agents who call, and judge what no machine may; they share one key. */
export function simulatedPeople(baseUrl: string, agentKey: string): People {
  async function post(path: string, body: object = {}) {
    const response = await fetch(`${baseUrl}${path}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${agentKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    })
    return { ok: response.ok, body: await response.json() }
  }

  async function callNext(): Promise<boolean> {
    const claimed = await post('/api/v1/callbacks/claim')
    if (!claimed.ok) return false
    const { callback, case: about } = claimed.body as Claimed
    const { externalId } = about.transaction
    if (staysOpen(externalId)) return true
    await post(`/api/v1/callbacks/${callback.id}/number`)
    const report = reportOf(externalId, callback.attempts)
    await post(`/api/v1/callbacks/${callback.id}/attempts`, report)
    return true
  }

  async function judge(): Promise<boolean> {
    const response = await fetch(`${baseUrl}/api/v1/triage?limit=50`, {
      headers: { authorization: `Bearer ${agentKey}` },
    })
    // A server that was just restored may refuse for a moment: whoever judges looks again.
    if (!response.ok) return true
    const { waiting } = (await response.json()) as {
      waiting: { replyId: string; reason: string; caseId: string | null }[]
    }
    let did = false
    for (const { replyId, reason, caseId } of waiting) {
      if (reason === 'urgent') await post(`/api/v1/duty/${replyId}/take`)
      if (caseId === null || !['conflict', 'urgent'].includes(reason)) continue
      await post(`/api/v1/triage/${replyId}`, { kind: 'call' })
      did = true
    }
    return did
  }

  return {
    async workOnce() {
      const judged = await judge()
      const called = await Promise.all(Array.from({ length: agents }, callNext))
      return judged || called.includes(true)
    },
  }
}
