import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App } from 'antd'
import type { LadderState } from '../../alarm/ladder-state.ts'
import type { ApiError } from '../foundation/api.ts'
import { get, post } from '../foundation/api.ts'
import { useGo } from '../foundation/leaving.tsx'
import type { Wire } from '../foundation/wire.ts'

export interface Ringing {
  replyId: string
  caseId: string | null
  raisedAt: string
  phone: string
  text: string
  /** Whom the alarm has reached while nobody took it. */
  ladder: Wire<LadderState>
}

// Somebody may be in danger: the net below the live events is a fine one.
const netMs = 5_000

/** Urgent replies that nobody has taken yet. */
export function useRinging() {
  return useQuery({
    queryKey: ['duty'],
    queryFn: () => get<{ ringing: Ringing[] }>('/api/v1/duty'),
    refetchInterval: netMs,
  })
}

/** Takes an urgent reply; whoever took it judges it next. */
export function useTake() {
  const queries = useQueryClient()
  const go = useGo()
  const { message } = App.useApp()
  return useMutation({
    mutationFn: (replyId: string) => post(`/api/v1/duty/${replyId}/take`),
    onSuccess: (_, replyId) => go(`/triage?reply=${replyId}`),
    onError: (error) => void message.warning((error as ApiError).message),
    onSettled: () =>
      Promise.all(
        [['duty'], ['callbacks', 'counts'], ['alarms']].map((queryKey) =>
          queries.invalidateQueries({ queryKey }),
        ),
      ),
  })
}
