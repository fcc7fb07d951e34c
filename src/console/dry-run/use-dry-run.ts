import { useMutation, useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import type { RealResult } from '../../survey/dry-run/real.ts'
import type { DryRunResult } from '../../survey/dry-run/rules.ts'
import { get, post } from '../foundation/api.ts'

export interface DryRunWanted {
  settings: Record<string, unknown> | null
  plans: { business: string | null; shares: { id: string; weight: number }[] }[]
}

export interface DryRunAnswer {
  id: string
  state: 'running' | 'done' | 'failed' | 'cancelled'
  lookedAt: number
  toLookAt: number
  result: DryRunResult | null
  real: RealResult | null
}

const lookMs = 500

/** Starts a dry run and follows it to its end. */
export function useDryRun() {
  const [id, setId] = useState<string | null>(null)
  const start = useMutation({
    mutationFn: (wanted: DryRunWanted & { days: number }) =>
      post<{ id: string }>('/api/v1/dry-runs', wanted),
    onMutate: () => setId(null),
    onSuccess: (answer) => setId(answer.id),
  })
  const run = useQuery({
    queryKey: ['dry-run', id],
    queryFn: () => get<DryRunAnswer>(`/api/v1/dry-runs/${id}`),
    enabled: id !== null,
    refetchInterval: ({ state }) =>
      state.data === undefined || state.data.state === 'running' ? lookMs : false,
  })
  const cancel = useMutation({
    mutationFn: () => post(`/api/v1/dry-runs/${id}/cancel`),
    onSettled: () => run.refetch(),
  })
  return { start, run, cancel }
}
