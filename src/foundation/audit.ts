import { sql, type RawBuilder } from 'kysely'
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
 * The same as a part of the statement that makes the change: the entry about the one record, if any, that
 * the common table expression of this name returns, by its `id`.
 */
export function auditOf(
  deps: Pick<Core, 'newId'>,
  changed: string,
  entry: Pick<AuditEntry, 'actor' | 'action' | 'subjectKind'>,
): RawBuilder<Record<string, never>> {
  return sql`(INSERT INTO audit (id, actor, action, subject_kind, subject)
    SELECT ${deps.newId()}::uuid, ${entry.actor}::text, ${entry.action}::text, ${entry.subjectKind}::text, id::text
    FROM ${sql.table(changed)})`
}
