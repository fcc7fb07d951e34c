import { setTimeout as pause } from 'node:timers/promises'

export const shortCallMs = 30

/** The source system: repeats a push until it is answered, as everybody must. */
export async function pushUntilAnswered(
  baseUrl: string,
  key: string,
  rows: readonly object[],
): Promise<void> {
  for (;;) {
    const response = await post(`${baseUrl}/api/v1/transactions`, key, rows)
    if (response?.status === 202) return
    if (response && response.status < 500) {
      throw new Error(`intake answered ${response.status}: ${JSON.stringify(response.body)}`)
    }
    await pause(200)
  }
}

/** Two people who phone back until they are sent home; they notice when they get in each other's way. */
export interface Agents {
  /** Does something while nobody claims or calls; nobody's lease can end meanwhile. */
  whileIdle: (act: () => Promise<void>) => Promise<void>
  /** What must not happen: a callback in two hands, a lease taken away. */
  trouble: string[]
  goHome: () => Promise<void>
}

/** `firstCallMs`: how long the first call of one of them lasts; the others are short. */
export function startAgents(baseUrl: string, keys: readonly string[], firstCallMs: number): Agents {
  const trouble: string[] = []
  const held = new Set<string>()
  const home = new AbortController()
  const busy = new Set<string>()
  let resting = false

  const work = async (key: string, which: number) => {
    let talkMs = which === 0 ? firstCallMs : shortCallMs
    while (!home.signal.aborted) {
      if (resting) {
        await pause(20)
        continue
      }
      busy.add(key)
      const claimed = await post(`${baseUrl}/api/v1/callbacks/claim`, key, {})
      if (claimed?.status === 200) {
        const { callback } = claimed.body as { callback: { id: string } }
        if (held.has(callback.id)) trouble.push(`callback ${callback.id} was given to two people`)
        held.add(callback.id)
        await call(key, callback.id, talkMs)
        talkMs = shortCallMs
        held.delete(callback.id)
        busy.delete(key)
      } else {
        busy.delete(key)
        await pause(200)
      }
    }
  }

  const call = async (key: string, id: string, talkMs: number) => {
    const path = `${baseUrl}/api/v1/callbacks/${id}`
    await post(`${path}/number`, key, {})
    await pause(talkMs)
    for (let tries = 0; ; tries++) {
      const attempt = { result: 'reached', finding: 'upheld', rating: 'dissatisfied' }
      const done = await post(`${path}/attempts`, key, attempt)
      if (done?.status === 200) return
      // After an answer that got lost the try may be on record already; the accounts will tell.
      if (done?.status === 409 && tries > 0) return
      if (done && done.status < 500) {
        trouble.push(`callback ${id}: a try was refused with ${JSON.stringify(done.body)}`)
        return
      }
      if (tries === 300) {
        trouble.push(`callback ${id}: a try could not be recorded`)
        return
      }
      await pause(200)
    }
  }

  const days = keys.map(work)
  return {
    async whileIdle(act) {
      resting = true
      while (busy.size > 0) await pause(20)
      await act()
      resting = false
    },
    trouble,
    async goHome() {
      home.abort()
      await Promise.all(days)
    },
  }
}

/** Null when there was no answer. */
async function post(
  url: string,
  key: string,
  body: object,
): Promise<{ status: number; body: unknown } | null> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal: AbortSignal.timeout(10_000),
    })
    return { status: response.status, body: await response.json() }
  } catch {
    return null
  }
}
