import type { StaffRole } from '../staff/staff.ts'
import { inSight, type Sight } from '../unit/scope.ts'

/** What a change may be about; a page knows by it what to read anew. */
export const topics = [
  'callbacks',
  'calls',
  'triage',
  'duty',
  'orders',
  'alarms',
  'session',
] as const
export type Topic = (typeof topics)[number]

/** A change as the database tells of it. */
export interface Change {
  topic: Topic
  id: string | null
  unit: string | null
  /** All units that it may concern, where it is not certain which. */
  concerned: string[]
  /** Whose session it was. */
  staff: string | null
}

const desk: readonly StaffRole[] = ['agent', 'supervisor']
const listeners: Record<Topic, readonly StaffRole[]> = {
  callbacks: desk,
  calls: desk,
  triage: desk,
  duty: desk,
  orders: ['agent', 'supervisor', 'handler'],
  alarms: ['agent', 'supervisor', 'administrator', 'auditor'],
  session: ['agent', 'supervisor', 'handler', 'administrator', 'auditor'],
}

/**
 * Whether somebody may hear of a change. What is told is less than what may be read: even that a case of
 * the own unit moves is not told to the rated (law 7); handlers hear of the orders of their unit alone.
 */
export function mayHear(
  person: { id: string; role: StaffRole },
  sight: Sight,
  change: Change,
): boolean {
  if (!listeners[change.topic].includes(person.role)) return false
  switch (change.topic) {
    case 'session':
      return change.staff === person.id
    case 'alarms':
      return true
    case 'orders':
      return person.role === 'handler'
        ? change.unit !== null && (sight.within?.includes(change.unit) ?? true)
        : inSight(sight, change.unit)
    case 'callbacks':
    case 'calls':
    case 'triage':
      return inSight(sight, change.unit) && !isConcerned(sight, change)
    // Danger knows no scope.
    case 'duty':
      return !isConcerned(sight, change)
  }
}

const isConcerned = (sight: Sight, { unit, concerned }: Change) =>
  [...concerned, ...(unit === null ? [] : [unit])].some((code) => sight.never.includes(code))

/** Reads a notification; null for anything that is none of ours. */
export function readChange(payload: string): Change | null {
  try {
    const { topic, id, unit, concerned, staff } = JSON.parse(payload) as Change
    return topics.includes(topic) ? { topic, id, unit, concerned: concerned ?? [], staff } : null
  } catch {
    return null
  }
}

const idsAtOnce = 20

/** Gathers what happened within one breath: beyond some rows of a topic, the topic alone is told. */
export function gather(changes: readonly Change[]): { topic: Topic; id?: string }[] {
  return Object.entries(Object.groupBy(changes, ({ topic }) => topic)).flatMap(([name, group]) => {
    const topic = name as Topic
    const ids = new Set(group.map(({ id }) => id).filter((id) => id !== null))
    return ids.size === 0 || ids.size > idsAtOnce
      ? [{ topic }]
      : Array.from(ids, (id) => ({ topic, id }))
  })
}
