import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import type { AttemptAnswer } from '../../callback/schema/attempt.ts'
import type { CaseView } from '../../callback/schema/case.ts'
import type { DeskCounts, QueueRow } from '../../callback/schema/queue.ts'
import { get, post } from '../foundation/api.ts'
import type { Wire } from '../foundation/wire.ts'

export type Case = Wire<CaseView>
export type Row = Wire<QueueRow>
export type Recorded = Wire<AttemptAnswer>

// Live events tell of changes; this is the net below them.
const netMs = 30_000

export function useCounts(enabled = true) {
  return useQuery({
    queryKey: ['callbacks', 'counts'],
    queryFn: () => get<DeskCounts>('/api/v1/callbacks/counts'),
    refetchInterval: netMs,
    enabled,
  })
}

export function useQueue(filter: Record<string, string | number | undefined>) {
  const query = new URLSearchParams(
    Object.entries(filter).flatMap(([name, value]) =>
      value === undefined || value === '' ? [] : [[name, String(value)]],
    ),
  )
  return useQuery({
    queryKey: ['callbacks', 'queue', query.toString()],
    queryFn: () => get<{ rows: Row[]; total: number }>(`/api/v1/callbacks?${query}`),
    refetchInterval: netMs,
    placeholderData: (before) => before,
  })
}

export const caseKey = (id: string) => ['callbacks', 'case', id]

/** Claims the next callback, or this one, and keeps what came with it for the screen that shows it. */
export function useClaim() {
  const queries = useQueryClient()
  return useMutation({
    mutationFn: (id: string | null) =>
      post<{ callback: { id: string }; case: Case }>(
        id === null ? '/api/v1/callbacks/claim' : `/api/v1/callbacks/${id}/claim`,
      ),
    onSuccess: (claimed) => {
      queries.setQueryData(caseKey(claimed.callback.id), claimed.case)
      void queries.invalidateQueries({ queryKey: ['callbacks', 'counts'] })
    },
  })
}
