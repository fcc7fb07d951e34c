import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import type { CallView, PhoneView } from '../../telephony/schema.ts'
import { get, post, put, type ApiError } from '../foundation/api.ts'
import type { Wire } from '../foundation/wire.ts'

export type CallOnDesk = Wire<CallView>

// Live events tell of calls; of a phone that drops off the network nobody tells.
const phoneLookMs = 15_000
const netMs = 5_000

/** The phone at which one sits, and whether it can ring. */
export function usePhone(enabled: boolean) {
  const queries = useQueryClient()
  const queryKey = ['telephony', 'phone']
  const phone = useQuery({
    queryKey,
    queryFn: () => get<PhoneView>('/api/v1/telephony/phone'),
    enabled,
    refetchInterval: phoneLookMs,
  })
  const choose = useCallback(
    async (extension: string | null) => {
      queries.setQueryData(
        ['telephony', 'phone'],
        await put<PhoneView>('/api/v1/telephony/phone', { extension }),
      )
    },
    [queries],
  )
  return { phone: phone.data, choose }
}

/** The calls of a case, the latest first, and what can be done about the one under way. */
export function useCalls(id: string, enabled: boolean, refuse: (error: ApiError) => void) {
  const queries = useQueryClient()
  const [busy, setBusy] = useState(false)
  const calls = useQuery({
    queryKey: ['calls', id],
    queryFn: () => get<{ calls: CallOnDesk[] }>(`/api/v1/callbacks/${id}/calls`),
    enabled,
    refetchInterval: ({ state }) =>
      state.data?.calls.some((call) => call.state !== 'ended') ? netMs : false,
  })
  const act = useCallback(
    async (verb: 'call' | 'hang-up' | 'record') => {
      setBusy(true)
      try {
        await post(`/api/v1/callbacks/${id}/${verb}`)
      } catch (error) {
        refuse(error as ApiError)
      } finally {
        setBusy(false)
        await queries.invalidateQueries({ queryKey: ['calls', id] })
        void queries.invalidateQueries({ queryKey: ['telephony', 'phone'] })
      }
    },
    [id, queries, refuse],
  )
  const all = calls.data?.calls ?? []
  const latest = all.at(0)
  return { all, latest, open: latest && latest.state !== 'ended' ? latest : null, busy, act }
}

/** 1:05 */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000))
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`
}

/** How long was talked, beside the try that tells of it. */
export function sayTalk(call: CallOnDesk | undefined): string {
  return call === undefined || call.seconds === null ? '' : ` · 通话 ${clock(call.seconds * 1000)}`
}
