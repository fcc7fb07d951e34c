import { setTimeout as pause } from 'node:timers/promises'
import { openCallbacks } from '../../callback/open.ts'
import { stopwatch } from '../../foundation/clock.ts'
import { policyReader } from '../../policy/reader.ts'
import { createStaffKey } from '../../staff/keys.ts'
import { createStaff } from '../../staff/staff.ts'
import { unitReader } from '../../unit/store.ts'
import { openDeskInBrowser } from './desk-browser.ts'
import { unitCode } from './rows.ts'
import { startServers, type Progress } from './servers.ts'
import { openStage, type Stage } from './stage.ts'
import { surroundings } from './backends.ts'

const agents = 20
const waitingCases = 5_000
const callsEach = 8
// Much faster than people call: a case every five seconds each, so somebody asks four times a second.
const thinkMs = 5_000

/**
 * `bench desk`: twenty agents over HTTP at a queue of five thousand, and one more in a real browser. How long the
 * next case takes, over HTTP from the click to the whole answer and in the browser from the key to the case on the
 * screen, and how long until another desk has been told of the change.
 */
export async function benchDesk(progress: Progress) {
  const servers = await startServers(progress)
  try {
    const stage = await openStage(servers, 'postgres')
    try {
      return { name: 'desk', ...(await measure(stage, progress)), settings: surroundings(servers) }
    } finally {
      await stage.close()
    }
  } finally {
    await servers.stop()
  }
}

async function measure(stage: Stage, progress: Progress) {
  const { core } = stage
  const deps = { ...core, policy: policyReader(core), units: unitReader(core) }
  progress(`${waitingCases} cases come in`)
  await stage.intake(0, waitingCases)
  // Whoever listens is not told of the own unit's cases (law 7), so there are none.
  const listener = unitCode(agents)
  const cases = await core.db
    .selectFrom('transaction')
    .select(['id', 'unitCode'])
    .where('unitCode', '!=', listener)
    .execute()
  await core.db.transaction().execute((tx) =>
    openCallbacks(
      deps,
      tx,
      cases.map(({ id, unitCode: unit }) => ({
        caseId: id,
        unitCode: unit,
        origin: 'dissatisfied',
      })),
    ),
  )
  const keys = await Promise.all(
    Array.from({ length: agents + 1 }, async (_, index) => {
      const person = { name: `agent ${index}`, role: 'agent' as const, unitCode: unitCode(index) }
      return createStaffKey(core, (await createStaff(deps, 'bench', person)).id)
    }),
  )
  const url = await stage.startServe()
  const heard = await listen(url, keys[agents]!)
  const person = { name: 'at the browser', role: 'agent' as const, unitCode: listener }
  const desk = await openDeskInBrowser(stage, url, await createStaff(deps, 'bench', person))
  if (desk === null) progress('no browser: what is seen there is left out')
  progress(`${agents} agents call`)
  const nextMs: number[] = []
  const countsMs: number[] = []
  const seenMs: number[] = []
  const shownMs: number[] = []
  const calling = new AbortController()
  const atBrowser = async () => {
    if (desk === null) return
    while (!calling.signal.aborted) {
      shownMs.push(await desk.nextCaseMs())
      // Faster than this, a session is refused as too busy.
      await pause(2_000)
    }
  }
  const whole = stopwatch()
  const watched = atBrowser()
  await Promise.all(
    keys.slice(0, agents).map(async (key) => {
      for (let call = 0; call < callsEach; call++) {
        const asked = stopwatch()
        const asking = heard.now()
        const { callback } = (await post(url, key, 'callbacks/claim')) as {
          callback: { id: string }
        }
        nextMs.push(asked())
        const told = stopwatch()
        const all = heard.allSince(asking)
        if (!all) await heard.when(callback.id)
        // Told of everything while it asked: the case may be among it, and was seen now at the latest.
        seenMs.push(all ? asked() : told())
        const counted = stopwatch()
        await get(url, key, 'callbacks/counts')
        countsMs.push(counted())
        await post(url, key, `callbacks/${callback.id}/attempts`, { result: 'busy' })
        await pause(thinkMs * Math.random() * 2)
      }
    }),
  )
  const seconds = whole() / 1000
  calling.abort()
  await watched
  await desk?.close()
  heard.stop()
  return {
    agents,
    secondsBetweenCases: thinkMs / 1000,
    waiting: cases.length,
    claims: nextMs.length,
    claimsPerSecond: Math.round(nextMs.length / seconds),
    nextCaseMs: spread(nextMs),
    ...(shownMs.length > 0 && {
      nextCasesInBrowser: shownMs.length,
      nextCaseInBrowserMs: spread(shownMs),
    }),
    countsMs: spread(countsMs),
    seenByOthersMs: spread(seenMs),
  }
}

function spread(values: number[]) {
  const sorted = values.toSorted((a, b) => a - b)
  const at = (share: number) =>
    Math.round(sorted[Math.floor((sorted.length - 1) * share)]! * 10) / 10
  return { median: at(0.5), p95: at(0.95), p99: at(0.99), max: at(1) }
}

async function post(url: string, key: string, path: string, body: object = {}): Promise<unknown> {
  const response = await fetch(`${url}/api/v1/${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  const answer: unknown = await response.json()
  if (!response.ok) throw new Error(`${path}: ${response.status} ${JSON.stringify(answer)}`)
  return answer
}

async function get(url: string, key: string, path: string): Promise<void> {
  const response = await fetch(`${url}/api/v1/${path}`, {
    headers: { authorization: `Bearer ${key}` },
  })
  await response.arrayBuffer()
}

/** Another desk that listens to the live events; `when` resolves once it was told of this case. */
async function listen(url: string, key: string) {
  const stopping = new AbortController()
  const response = await fetch(`${url}/api/v1/events`, {
    headers: { authorization: `Bearer ${key}` },
    signal: stopping.signal,
  })
  const told = new Set<string>()
  const waiting = new Map<string, () => void>()
  let allTold = 0
  const read = async () => {
    const decoder = new TextDecoder()
    for await (const chunk of response.body!) {
      // A whole topic is told instead of its rows when many change within one breath.
      const text = decoder.decode(chunk as Uint8Array)
      const ids = [...text.matchAll(/"id":"([^"]+)"/g)].map(([, id]) => id!)
      const everything = text.includes('{"topic":"callbacks"}')
      if (everything) allTold++
      for (const id of everything ? waiting.keys() : ids) {
        told.add(id)
        waiting.get(id)?.()
        waiting.delete(id)
      }
    }
  }
  read().catch(() => {})
  return {
    when: (id: string) =>
      told.has(id)
        ? Promise.resolve()
        : new Promise<void>((resolve) => void waiting.set(id, resolve)),
    /** How often everything was told by now; whether it was again since. */
    now: () => allTold,
    allSince: (before: number) => allTold > before,
    stop: () => stopping.abort(),
  }
}
