import { useQuery, useQueryClient } from '@tanstack/react-query'
import { useCallback, useEffect, useState } from 'react'
import type { PolicyChange } from '../../policy/changes.ts'
import type { PolicyFault } from '../../policy/faults.ts'
import { get, post } from '../foundation/api.ts'

export type Settings = Record<string, unknown>

export interface PolicyVersion {
  version: number
  policy: Settings
  inForceAt: string
  why: string
}

export interface Policies {
  inForce: { version: number | null; policy: Settings; inForceAt?: string; why?: string }
  planned: PolicyVersion | null
  draft: { settings: Settings; basedOn: number | null; revision: number; changedAt: string } | null
  versions: {
    version: number
    inForceAt: string
    withdrawnAt: string | null
    activatedAt: string
    why: string
  }[]
}

export function usePolicies() {
  return useQuery({
    queryKey: ['policies'],
    queryFn: () => get<Policies>('/api/v1/policies'),
    refetchInterval: 15_000,
  })
}

export function usePoliciesChanged() {
  const queries = useQueryClient()
  return useCallback(() => queries.invalidateQueries({ queryKey: ['policies'] }), [queries])
}

interface Check {
  faults: PolicyFault[]
  changes: PolicyChange[]
  /** The version that they were held against. */
  against: number | null
}
const restMs = 300

/**
 * What settings would change against what is in force, and all their faults, a moment after either changed. Null while
 * it is not known.
 */
export function usePolicyCheck(settings: Settings, inForce: number | null): Check | null {
  const [answer, setAnswer] = useState<{ of: Settings; check: Check } | null>(null)
  useEffect(() => {
    let over = false
    const timer = setTimeout(() => {
      post<Check>('/api/v1/policies/check', { settings }).then(
        (check) => over || setAnswer({ of: settings, check }),
        () => {},
      )
    }, restMs)
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [settings, inForce])
  return answer?.of === settings && answer.check.against === inForce ? answer.check : null
}
