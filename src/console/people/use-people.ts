import { useQuery } from '@tanstack/react-query'
import { get } from '../foundation/api.ts'
import type { Role } from '../foundation/session.tsx'

export interface Person {
  id: string
  name: string
  role: Role
  unitCode: string
  scopeCode: string
  active: boolean
  createdAt: string
  /** Null: no password, only keys or single sign-on. */
  mustChange: boolean | null
  lastSeenAt: string | null
  mayChange: boolean
}

export function usePeople() {
  return useQuery({
    queryKey: ['people'],
    queryFn: () => get<{ people: Person[] }>('/api/v1/staff'),
  })
}
