import { once } from 'node:events'
import { stopwatch } from '../../foundation/clock.ts'
import { openExchange, type Exchange } from '../asterisk/exchange.ts'
import { onBackends, quantiles, type BackendOptions } from './backends.ts'
import { hire, openCallbacks } from './desk-work.ts'
import type { Backend, BenchServers, Progress } from './servers.ts'
import { openStage, waitFor } from './stage.ts'

const calls = 50
const atOnce = 20

/** From the key press at the desk to the agent's phone ringing, through a real exchange: one call after the other, and twenty at once. */
export async function benchCall(progress: Progress, options: BackendOptions) {
  progress('starting an exchange; the first time it is fetched')
  const exchange = await openExchange(atOnce)
  if (exchange === null) throw new Error('no Asterisk is to be had from the mirror')
  try {
    const settings = { calls, atOnce, exchange: exchange.version }
    return await onBackends('call', options, settings, progress, (servers, backend, say) =>
      measure(servers, backend, exchange, say),
    )
  } finally {
    await exchange.close()
  }
}

async function measure(
  servers: BenchServers,
  backend: Backend,
  exchange: Exchange,
  progress: Progress,
) {
  const stage = await openStage(servers, backend, {
    ...exchange.environment,
    HUIFANG_ASTERISK_APPLICATION: backend,
  })
  try {
    await stage.intake(0, 1_000)
    await openCallbacks(stage, calls + atOnce)
    const address = await stage.startServe()
    await stage.startWorker()
    const ask = async (key: string, method: string, path: string, body?: object) => {
      const response = await fetch(`${address}/api/v1/${path}`, {
        method,
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      })
      return (await response.json()) as Record<string, unknown>
    }
    const keys = await hire(stage, atOnce)
    for (const [index, key] of keys.entries()) {
      await ask(key, 'PUT', 'telephony/phone', { extension: String(1001 + index) })
    }
    await waitFor('the exchange is heard', 20, async () => {
      return (await ask(keys[0]!, 'GET', 'telephony/phone'))['state'] === 'ready'
    })
    const claim = async (key: string) => {
      const { callback } = await ask(key, 'POST', 'callbacks/claim', {})
      return (callback as { id: string }).id
    }
    const talked = async (key: string, id: string) => {
      await waitFor('the citizen has answered', 20, async () => {
        const answer = await ask(key, 'GET', `callbacks/${id}/calls`)
        return (answer['calls'] as { state: string }[])[0]?.state === 'talking'
      })
      await ask(key, 'POST', `callbacks/${id}/hang-up`, {})
      await waitFor('the call has ended', 20, async () => {
        const answer = await ask(key, 'GET', `callbacks/${id}/calls`)
        return (answer['calls'] as { state: string }[])[0]?.state === 'ended'
      })
      await ask(key, 'POST', `callbacks/${id}/attempts`, { result: 'refused' })
    }

    progress(`${calls} calls, one after the other`)
    const times: number[] = []
    for (let count = 0; count < calls; count++) {
      const key = keys[count % keys.length]!
      const id = await claim(key)
      const rings = once(exchange.agents.events, 'call')
      const elapsedMs = stopwatch()
      await ask(key, 'POST', `callbacks/${id}/call`, {})
      await rings
      times.push(elapsedMs())
      await talked(key, id)
    }

    progress(`${atOnce} calls at once`)
    const ids = await Promise.all(keys.map(claim))
    const elapsedMs = stopwatch()
    await Promise.all(
      keys.map((key, index) => ask(key, 'POST', `callbacks/${ids[index]}/call`, {})),
    )
    await Promise.all(keys.map((key, index) => talked(key, ids[index]!)))
    return { ...quantiles(times), connected: atOnce, atOnceMs: Math.round(elapsedMs()) }
  } finally {
    await stage.close()
  }
}
