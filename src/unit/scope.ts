import { sql, type RawBuilder } from 'kysely'
import type { Unit } from './unit.ts'

/** Whose cases a person may see: those of the part of the tree they work for, without those that rate themselves. */
export interface Sight {
  /** Codes; null is the whole bureau, also units that nobody imported. */
  within: string[] | null
  /** Law 7: never these, whatever `within` says. */
  never: string[]
}

const childrenOf = new WeakMap<ReadonlyMap<string, Unit>, Map<string | null, Unit[]>>()

/** The units by their parent: for each tree once, since every request asks. Nobody changes a tree that was read. */
function byParent(units: ReadonlyMap<string, Unit>): Map<string | null, Unit[]> {
  let children = childrenOf.get(units)
  if (!children) {
    children = Map.groupBy(units.values(), ({ parentCode }) => parentCode)
    childrenOf.set(units, children)
  }
  return children
}

/** The unit and everything below it. */
export function subtree(units: ReadonlyMap<string, Unit>, rootCode: string): Set<string> {
  const children = byParent(units)
  const found = new Set([rootCode])
  // A set grows while it is walked: parents before children.
  for (const parent of found) for (const { code } of children.get(parent) ?? []) found.add(code)
  return found
}

// A closed unit of which nobody knows the parent is not the bureau.
function isRoot(units: ReadonlyMap<string, Unit>, code: string): boolean {
  const unit = units.get(code)
  return unit !== undefined && unit.parentCode === null && !unit.closed
}

/** The codes of a person's scope; null when it is the root, and so the whole bureau. */
export function unitsWithin(units: ReadonlyMap<string, Unit>, scopeCode: string): string[] | null {
  return isRoot(units, scopeCode) ? null : [...subtree(units, scopeCode)]
}

/**
 * The units whose cases somebody of `unitCode` may not touch: the own unit, those above it and those
 * below it. The root is the bureau itself, to which everybody belongs, and keeps nobody out.
 */
export function concernedUnits(units: ReadonlyMap<string, Unit>, unitCode: string): string[] {
  if (isRoot(units, unitCode)) return [unitCode]
  const concerned = subtree(units, unitCode)
  let above = units.get(unitCode)?.parentCode ?? null
  while (above !== null && !isRoot(units, above) && !concerned.has(above)) {
    concerned.add(above)
    above = units.get(above)?.parentCode ?? null
  }
  return [...concerned]
}

export function sightOf(
  units: ReadonlyMap<string, Unit>,
  person: { unitCode: string; scopeCode: string },
): Sight {
  return {
    within: unitsWithin(units, person.scopeCode),
    never: concernedUnits(units, person.unitCode),
  }
}

/** `unitCode` null: a record that belongs to no unit yet, which only those see who work for the whole bureau. */
export function inSight(sight: Sight, unitCode: string | null): boolean {
  if (unitCode === null) return sight.within === null
  return !sight.never.includes(unitCode) && (sight.within?.includes(unitCode) ?? true)
}

/** Whether nothing that a writer sees is hidden from a reader, who may then read all that the writer wrote. */
export function seesAllOf(units: ReadonlyMap<string, Unit>, reader: Sight, writer: Sight): boolean {
  if (writer.within === null && reader.within !== null) return false
  const written = writer.within ?? [...units.keys()]
  return written.every((code) => !inSight(writer, code) || inSight(reader, code))
}

/** The same as `inSight`, as a condition of SQL on a column such as `callback.unit_code`. */
export function whereInSight(column: string, sight: Sight): RawBuilder<boolean> {
  const unit = sql.ref(column)
  const within =
    sight.within === null ? sql`true` : sql`coalesce(${unit} = ANY(${sight.within}::text[]), false)`
  return sql<boolean>`(coalesce(${unit}, '') <> ALL(${sight.never}::text[]) AND ${within})`
}

/**
 * For whom somebody of a unit works when nobody says otherwise: a handler for the own unit, everybody
 * else for the unit that theirs stands under, since a centre serves the bureau above it.
 */
export function usualScope(
  units: ReadonlyMap<string, Unit>,
  person: { role: string; unitCode: string },
): string {
  if (person.role === 'handler') return person.unitCode
  return units.get(person.unitCode)?.parentCode ?? person.unitCode
}
