import { sql } from 'kysely'
import { dateAt } from '../foundation/clock.ts'
import type { Database } from '../foundation/database.ts'
import { idFloor, type Id } from '../foundation/ids.ts'

export interface AuditFilter {
  from: Date | null
  /** Exclusive. */
  to: Date | null
  /** `staff:<id>`, `source:<name>`, `operator`, … */
  actor: string | null
  /** `phone.reveal`, or with a star at its end all that begin so: `callback.*`. */
  action: string | null
  subject: string | null
}

export interface AuditView {
  id: Id
  at: Date
  actor: string
  actorName: string | null
  action: string
  subjectKind: string
  subject: string
  details: unknown
  /** Whether the entry is sealed: since then it cannot be changed unseen. */
  sealed: boolean
}

// An id is made a moment before its entry's transaction ends, never much later than `at`.
const slackMs = 3_600_000

/** Entries, latest first, `before` a cursor. `actorUnits` null: of everybody; else only of the people of these units. */
export async function readAudit(
  db: Database,
  filter: AuditFilter,
  page: { before: Id | null; limit: number },
  actorUnits: readonly string[] | null,
): Promise<AuditView[]> {
  const { from, to, actor, action, subject } = filter
  const lower = from && idFloor(dateAt(from.getTime() - slackMs))
  const upper = to && idFloor(dateAt(to.getTime() + slackMs))
  const prefix = action?.endsWith('*') ? action.slice(0, -1) : null
  const { rows } = await sql<AuditView>`
    SELECT audit.id, audit.at, audit.actor, staff.name AS actor_name, audit.action, audit.subject_kind,
      audit.subject, audit.details, audit.slot <= sealed.slot AS sealed
    FROM audit
    CROSS JOIN (SELECT coalesce(max(slot), 0) AS slot FROM audit_seal) AS sealed
    LEFT JOIN staff ON audit.actor = 'staff:' || staff.id
    WHERE (${lower}::uuid IS NULL OR audit.id >= ${lower}::uuid)
      AND (${upper}::uuid IS NULL OR audit.id < ${upper}::uuid)
      AND (${page.before}::uuid IS NULL OR audit.id < ${page.before}::uuid)
      AND (${from}::timestamptz IS NULL OR audit.at >= ${from})
      AND (${to}::timestamptz IS NULL OR audit.at < ${to})
      AND (${actor}::text IS NULL OR audit.actor = ${actor})
      AND (${subject}::text IS NULL OR audit.subject = ${subject})
      AND (${action}::text IS NULL OR CASE WHEN ${prefix}::text IS NULL
        THEN audit.action = ${action} ELSE starts_with(audit.action, ${prefix}) END)
      AND (${actorUnits}::text[] IS NULL OR staff.unit_code = ANY(${actorUnits}::text[]))
    ORDER BY audit.id DESC
    LIMIT ${page.limit}`.execute(db)
  return rows
}
