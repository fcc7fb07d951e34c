import { useCallback, useEffect, useRef, useState } from 'react'
import type { ApiError } from '../foundation/api.ts'
import { post } from '../foundation/api.ts'
import { nowMs } from '../foundation/clock.ts'

const lookEveryMs = 5_000

/**
 * Keeps the lease of the case that somebody works on. It is renewed while there are signs of a person at
 * the desk; who has gone loses it in its own time, and the case is somebody else's.
 */
export function useLease(id: string, held: boolean, leaseUntil: string | null) {
  const [until, setUntil] = useState(leaseUntil)
  const [lost, setLost] = useState<string | null>(null)
  const lastSign = useRef(nowMs())
  useEffect(() => setUntil(leaseUntil), [leaseUntil])
  useEffect(() => {
    if (held) setLost(null)
  }, [held])

  const renew = useCallback(async () => {
    try {
      const renewed = await post<{ leaseUntil: string }>(`/api/v1/callbacks/${id}/renew`)
      setUntil(renewed.leaseUntil)
    } catch (error) {
      const refused = error as ApiError
      if (refused.code === 'callback.lease_lost') setLost(refused.message)
    }
  }, [id])

  useEffect(() => {
    const sign = () => void (lastSign.current = nowMs())
    const kinds = ['keydown', 'pointerdown', 'pointermove'] as const
    kinds.forEach((kind) => addEventListener(kind, sign, { passive: true }))
    return () => kinds.forEach((kind) => removeEventListener(kind, sign))
  }, [])

  useEffect(() => {
    if (!held || lost || until === null) return
    const wholeMs = Date.parse(until) - nowMs()
    const timer = setInterval(
      () => {
        const leftMs = Date.parse(until) - nowMs()
        if (leftMs <= 0) setLost('您对该任务的占用已到期，任务已回到队列')
        else if (leftMs < (wholeMs * 2) / 3 && nowMs() - lastSign.current < wholeMs) void renew()
      },
      Math.min(lookEveryMs, Math.max(500, wholeMs / 6)),
    )
    return () => clearInterval(timer)
  }, [held, lost, until, renew])

  return { until, lost, setLost }
}
