import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback } from 'react'
import type { Plan, Slot } from '../../template/plan-store.ts'
import type { VersionRecord } from '../../template/version-store.ts'
import { get } from '../foundation/api.ts'
import type { Wire } from '../foundation/wire.ts'

export type Version = Omit<Wire<VersionRecord>, 'scale'> & Pick<VersionRecord, 'scale'>

const underReviewMs = 3_000
const otherwiseMs = 30_000

/** All versions of all texts; looked at often while the provider has one in hand. */
export function useTexts() {
  return useQuery({
    queryKey: ['texts', 'versions'],
    queryFn: () => get<{ versions: Version[] }>('/api/v1/templates'),
    refetchInterval: ({ state }) =>
      state.data?.versions.some((version) => version.state === 'submitted')
        ? underReviewMs
        : otherwiseMs,
  })
}

const addressOf = ({ purpose, business }: Slot) =>
  `purpose=${purpose}${business === null ? '' : `&business=${encodeURIComponent(business)}`}`

export function usePlans(slot: Slot) {
  return useQuery({
    queryKey: ['texts', 'plans', slot.purpose, slot.business],
    queryFn: () => get<{ plans: Wire<Plan>[] }>(`/api/v1/template-plans?${addressOf(slot)}`),
  })
}

export function useComparison(slot: Slot, days: number) {
  return useQuery({
    queryKey: ['texts', 'comparison', slot.purpose, slot.business, days],
    queryFn: () =>
      get<Comparison>(`/api/v1/template-plans/comparison?${addressOf(slot)}&days=${days}`),
  })
}

interface Interval {
  value: number
  low: number
  high: number
}
export interface Comparison {
  days: number
  versions: {
    id: string
    key: string
    version: number
    weight: number
    state: Version['state']
    sent: number
    rated: Record<string, number>
    response: Interval | null
    dissatisfied: Interval | null
    against: { id: string; response: Interval | null; dissatisfied: Interval | null } | null
  }[]
}

export interface Samples {
  samples: {
    business: string
    unitName: string
    phone: string
    completedAt: string
    params: Record<string, string>
  }[]
  longestUnit: string
}

export function useSamples(business: string | null) {
  return useQuery({
    queryKey: ['texts', 'samples', business],
    queryFn: () =>
      get<Samples>(
        `/api/v1/text-samples${business === null ? '' : `?business=${encodeURIComponent(business)}`}`,
      ),
    staleTime: 60_000,
  })
}

/** Reads everything about texts anew. */
export function useTextsChanged() {
  const queries = useQueryClient()
  return useCallback(() => queries.invalidateQueries({ queryKey: ['texts'] }), [queries])
}
