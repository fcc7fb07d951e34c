import { useQuery } from '@tanstack/react-query'
import { useMemo } from 'react'
import { get } from './api.ts'

export interface Unit {
  code: string
  name: string
  parentCode: string | null
  closed: boolean
}

const freshMs = 60_000

/** The units of one's part of the tree, as choices: parents before what stands under them, with names to search by. */
export function useUnits() {
  const { data, isLoading } = useQuery({
    queryKey: ['units'],
    queryFn: () => get<{ units: Unit[] }>('/api/v1/units'),
    staleTime: freshMs,
  })
  return useMemo(() => {
    const units = new Map((data?.units ?? []).map((unit) => [unit.code, unit]))
    return {
      isLoading,
      nameOf: (code: string) => units.get(code)?.name ?? code,
      /** For selects; closed units last among what stands beside them, and only where they are wanted. */
      choices: (withClosed: boolean) =>
        inOrder(units)
          .filter(({ closed }) => withClosed || !closed)
          .map(({ code, name, closed }) => ({
            value: code,
            label: closed ? `${name}（已撤销）` : name,
            search: `${name} ${code}`,
          })),
    }
  }, [data, isLoading])
}

function inOrder(units: ReadonlyMap<string, Unit>): Unit[] {
  const below = Map.groupBy(units.values(), ({ parentCode }) =>
    parentCode !== null && units.has(parentCode) ? parentCode : null,
  )
  const walk = (parent: string | null): Unit[] =>
    (below.get(parent) ?? [])
      .toSorted((a, b) => Number(a.closed) - Number(b.closed) || a.code.localeCompare(b.code))
      .flatMap((unit) => [unit, ...walk(unit.code)])
  return walk(null)
}
