import { Agent } from 'node:http'
import { setTimeout as pause } from 'node:timers/promises'
import { stopwatch } from '../../foundation/clock.ts'
import { onBackends, quantiles, type BackendOptions } from './backends.ts'
import { hire, openCallbacks } from './desk-work.ts'
import { post } from './post.ts'
import type { Backend, BenchServers, Progress } from './servers.ts'
import { openStage } from './stage.ts'

export interface ClaimOptions extends BackendOptions {
  /** Backlog that is dispatched meanwhile. */
  surveys?: number | undefined
}

const people = 200
const claimsPerSecond = 100
const pacedClaims = 1_000
const warmUpClaims = 50

/** People who claim callbacks over HTTP: all at once, and then steadily while a worker dispatches at full load. */
export function benchClaim(progress: Progress, options: ClaimOptions) {
  const surveys = options.surveys ?? 60_000
  const settings = {
    people,
    warmUpClaims,
    pacedClaimsPerSecond: claimsPerSecond,
    pacedClaims,
    surveys,
  }
  return onBackends('claim', options, settings, progress, (servers, backend, say) =>
    measure(servers, backend, surveys, say),
  )
}

async function measure(
  servers: BenchServers,
  backend: Backend,
  surveys: number,
  progress: Progress,
) {
  const stage = await openStage(servers, backend)
  try {
    progress(`taking in ${surveys} transactions`)
    await stage.intake(0, surveys)
    await openCallbacks(stage, warmUpClaims + people + pacedClaims)
    const keys = await hire(stage, people)
    const address = await stage.startServe()
    const claims: Claim[] = []
    const desks = new Agent({ keepAlive: true, maxSockets: people })
    const claim = async (key: string) => claims.push(await claimOver(desks, address, key))

    // A server that has just started is slower than one that people work with: it has yet to open its connections.
    await Promise.all(
      keys.slice(0, warmUpClaims).map(async (key) => claimOver(desks, address, key)),
    )
    progress(`${people} people claim at once`)
    const burstMs = stopwatch()
    await Promise.all(keys.map(claim))
    const burst = { burstMs: Math.round(burstMs()), burst: quantiles(claims.map(({ ms }) => ms)) }

    progress(`${claimsPerSecond} claims a second beside dispatch`)
    await stage.startWorker()
    await stage.gateway.accepted(1_000, 60)
    const { accepted: before } = await stage.gateway.state()
    const elapsedMs = stopwatch()
    const paced: Promise<unknown>[] = []
    for (let count = 0; count < pacedClaims; count++) {
      await pause(Math.max(0, (count * 1000) / claimsPerSecond - elapsedMs()))
      paced.push(claim(keys[count % keys.length]!))
    }
    await Promise.all(paced)
    const seconds = elapsedMs() / 1000
    const { accepted: after } = await stage.gateway.state()
    const ids = new Set(claims.map(({ id }) => id))
    if (ids.size !== claims.length) throw new Error('two people got the same callback')
    return {
      ...burst,
      perSecond: Math.round(pacedClaims / seconds),
      ...quantiles(claims.slice(people).map(({ ms }) => ms)),
      doubleClaims: 0,
      dispatchedPerSecondMeanwhile: Math.round((after - before) / seconds),
      dispatchBusyToTheEnd: after < surveys,
    }
  } finally {
    await stage.close()
  }
}

interface Claim {
  id: string
  ms: number
}

async function claimOver(desks: Agent, address: string, key: string): Promise<Claim> {
  const elapsedMs = stopwatch()
  const answer = await post(desks, `${address}/api/v1/callbacks/claim`, '{}', key)
  const ms = elapsedMs()
  return { id: (JSON.parse(answer) as { callback: { id: string } }).callback.id, ms }
}
