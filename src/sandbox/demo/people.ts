import type { AttemptResult } from '../../callback/rules.ts'

interface Claimed {
  callback: { id: string; attempts: number }
}

/** Simulated staff: they use the same HTTP interface as everybody, with keys of their own. */
export interface People {
  /** Works until nothing is left that these people may do; true when they did something. */
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

/**
 * An agent who calls, and judges what no machine may. A few callbacks are left for whoever looks at the
 * desk.
 */
export function simulatedPeople(baseUrl: string, agentKey: string): People {
  let calls = 0
  let left = 0
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
    const { callback } = claimed.body as Claimed
    const turn = calls++
    if (turn % 9 === 8 && left < 4) {
      // Stays claimed by the agent: the desk of the demo is not empty.
      left++
      return true
    }
    await post(`/api/v1/callbacks/${callback.id}/number`)
    const result = results[(turn + callback.attempts) % results.length]!
    const said =
      result === 'reached'
        ? turn % 4 === 0
          ? { finding: 'not_upheld', rating: 'satisfied' }
          : { finding: turn % 2 === 0 ? 'upheld' : 'partly_upheld', rating: 'dissatisfied' }
        : {}
    await post(`/api/v1/callbacks/${callback.id}/attempts`, { result, ...said })
    return true
  }

  async function judge(): Promise<boolean> {
    const response = await fetch(`${baseUrl}/api/v1/triage?limit=50`, {
      headers: { authorization: `Bearer ${agentKey}` },
    })
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
      return (await callNext()) || judged
    },
  }
}
