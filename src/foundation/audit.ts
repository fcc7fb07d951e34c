import { sql } from 'kysely'
import type { Core } from './core.ts'
import type { Queryable } from './database.ts'

export interface AuditEntry {
  /** `staff:<id>`, `source:<name>`, `feed:<name>`, `operator` for the command line, `system`. */
  actor: string
  action: string
  subjectKind: string
  subject: string
  /** Facts without anything that names a citizen. */
  details?: Readonly<Record<string, string | number | boolean | null>>
}

/** Writes who saw or changed what, in the transaction of the change itself. The app's role cannot alter it afterwards. */
export async function writeAudit(
  deps: Pick<Core, 'newId'>,
  tx: Queryable,
  entry: AuditEntry,
): Promise<void> {
  await tx
    .insertInto('audit')
    .values({
      id: deps.newId(),
      actor: entry.actor,
      action: entry.action,
      subjectKind: entry.subjectKind,
      subject: entry.subject,
      details: JSON.stringify(entry.details ?? {}),
    })
    .execute()
}

/**
 * The same as a part of a statement that changes one row, for what must be quick: `changed` is the name under which the
 * statement holds the row, whose `id` is the subject.
 */
export function auditOf(
  deps: Pick<Core, 'newId'>,
  changed: string,
  { actor, action, subjectKind, details }: Omit<AuditEntry, 'subject'>,
) {
  return sql`INSERT INTO audit (id, actor, action, subject_kind, subject, details)
    SELECT ${deps.newId()}::uuid, ${actor}, ${action}, ${subjectKind}, id::text, ${JSON.stringify(details ?? {})}::jsonb
    FROM ${sql.table(changed)}`
}
