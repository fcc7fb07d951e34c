import { useQueryClient, type QueryClient } from '@tanstack/react-query'
import { useEffect, useSyncExternalStore } from 'react'
import { get, onReach } from './api.ts'

/** What the server tells of: which part of the data has changed. */
export type Topic = 'callbacks' | 'calls' | 'triage' | 'duty' | 'orders' | 'alarms' | 'session'
type Word =
  | { kind: 'event'; topic: Topic }
  | { kind: 'resync' }
  | { kind: 'state'; connected: boolean }
  | { kind: 'who-leads' }

// All tabs of a browser share one connection: the one that holds the lock listens and tells the others.
const lockName = 'huifang-live'
const channelName = 'huifang-live'
const retryMs = [500, 1_000, 2_000, 5_000]

let connected = true
let reachable = true
const watchers = new Set<() => void>()

function setConnected(value: boolean): void {
  connected = value
  watchers.forEach((watch) => watch())
}

function refetch(queries: QueryClient, word: Word): void {
  if (word.kind === 'resync') void queries.invalidateQueries()
  if (word.kind !== 'event') return
  // Whose session has ended is told so by the answer.
  if (word.topic === 'session') void get('/api/v1/session').catch(() => {})
  void queries.invalidateQueries({ queryKey: [word.topic] })
  if (word.topic === 'triage' || word.topic === 'duty') {
    void queries.invalidateQueries({ queryKey: ['callbacks', 'counts'] })
  }
}

/** Keeps this tab's data live while somebody is logged in. */
export function useLive(enabled: boolean): void {
  const queries = useQueryClient()
  useEffect(() => {
    if (!enabled) return
    const stopped = new AbortController()
    const channel = new BroadcastChannel(channelName)
    let leads = false
    const tell = (word: Word) => {
      if (stopped.signal.aborted) return
      if (word.kind === 'state') setConnected(word.connected)
      else refetch(queries, word)
      channel.postMessage(word)
    }
    channel.addEventListener('message', ({ data }: MessageEvent<Word>) => {
      if (data.kind === 'state') setConnected(data.connected)
      else if (data.kind !== 'who-leads') refetch(queries, data)
      else if (leads) channel.postMessage({ kind: 'state', connected })
    })
    channel.postMessage({ kind: 'who-leads' } satisfies Word)
    const lead = () => {
      leads = true
      return listen(tell, stopped.signal)
    }
    // A browser grants locks over https only; without them every tab listens for itself.
    const leading =
      'locks' in navigator
        ? navigator.locks.request(lockName, { signal: stopped.signal }, lead)
        : lead()
    // Aborted while another tab leads.
    leading.catch(() => {})
    const unwatch = onReach((value) => {
      if (value === reachable) return
      reachable = value
      watchers.forEach((watch) => watch())
    })
    return () => {
      stopped.abort()
      channel.close()
      unwatch()
      setConnected(true)
    }
  }, [enabled, queries])
}

/** Listens until it is stopped; after every break everything may have changed, so all is read anew. */
function listen(tell: (word: Word) => void, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    // The lock may be granted in the moment in which it is no longer wanted.
    if (stop.aborted) return resolve()
    let source: EventSource | undefined
    let timer: ReturnType<typeof setTimeout> | undefined
    let failures = 0
    let broken = false
    const open = () => {
      source = new EventSource('/api/v1/events')
      source.addEventListener('open', () => {
        failures = 0
        tell({ kind: 'state', connected: true })
        if (broken) tell({ kind: 'resync' })
        broken = false
      })
      source.addEventListener('change', ({ data }: MessageEvent<string>) => {
        const { topic } = JSON.parse(data) as { topic: Topic }
        tell({ kind: 'event', topic })
      })
      source.addEventListener('resync', () => tell({ kind: 'resync' }))
      source.addEventListener('error', () => {
        broken = true
        tell({ kind: 'state', connected: false })
        source?.close()
        timer = setTimeout(open, retryMs[Math.min(failures++, retryMs.length - 1)])
      })
    }
    open()
    stop.addEventListener('abort', () => {
      clearTimeout(timer)
      source?.close()
      resolve()
    })
  })
}

/** Whether what is seen is live; false is shown to whoever works here. */
export function useConnected(): boolean {
  return useSyncExternalStore(
    (watch) => {
      watchers.add(watch)
      return () => void watchers.delete(watch)
    },
    () => connected && reachable,
  )
}
