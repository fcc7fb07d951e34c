import { createReadStream } from 'node:fs'
import { parse } from 'csv-parse'
import { z } from 'zod'
import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'

const optional = z
  .string()
  .trim()
  .transform((text) => (text === '' ? null : text))
  .nullable()
  .default(null)
const code = z
  .string()
  .trim()
  .regex(/^[\w-]{1,32}$/, 'must be 1 to 32 letters, digits, - or _')
const closed = z
  .enum(['', 'true', 'false'])
  .default('')
  .transform((text) => text === 'true')

const unitRow = z.object({
  code,
  valid_from: z.iso.date(),
  name: z.string().trim().min(1),
  parent_code: optional,
  head_name: optional,
  head_code: optional,
  closed,
})
const officerRow = z.object({
  code,
  valid_from: z.iso.date(),
  name: z.string().trim().min(1),
  unit_code: code,
  closed,
})

export interface ImportReport {
  imported: number
  rejected: { line: number; field: string; reason: string }[]
}

/** Imports `code,valid_from,name,parent_code,head_name,head_code,closed`: a row begins a version of a unit. */
export async function importUnits(deps: Core, file: string): Promise<ImportReport> {
  return importVersions(deps, file, unitRow, async (row) => {
    const version = {
      name: row.name,
      parentCode: row.parent_code,
      headName: row.head_name,
      headCode: row.head_code,
      closed: row.closed,
    }
    await deps.db
      .insertInto('unitVersion')
      .values({ code: row.code, validFrom: row.valid_from, ...version })
      .onConflict((conflict) => conflict.columns(['code', 'validFrom']).doUpdateSet(version))
      .execute()
  })
}

/** Imports `code,valid_from,name,unit_code,closed`: a row begins a version of an officer. */
export async function importOfficers(deps: Core, file: string): Promise<ImportReport> {
  return importVersions(deps, file, officerRow, async (row) => {
    const version = { name: row.name, unitCode: row.unit_code, closed: row.closed }
    await deps.db
      .insertInto('officerVersion')
      .values({ code: row.code, validFrom: row.valid_from, ...version })
      .onConflict((conflict) => conflict.columns(['code', 'validFrom']).doUpdateSet(version))
      .execute()
  })
}

async function importVersions<Schema extends z.ZodType>(
  deps: Core,
  file: string,
  schema: Schema,
  write: (row: z.output<Schema>) => Promise<void>,
): Promise<ImportReport> {
  const report: ImportReport = { imported: 0, rejected: [] }
  const rows = createReadStream(file).pipe(
    parse({
      columns: true,
      bom: true,
      skip_empty_lines: true,
      info: true,
      relax_column_count: true,
    }),
  )
  for await (const { record, info } of rows as AsyncIterable<{
    record: unknown
    info: { lines: number }
  }>) {
    const parsed = schema.safeParse(record)
    if (parsed.success) {
      await write(parsed.data)
      report.imported++
    } else {
      const issue = parsed.error.issues[0]!
      report.rejected.push({
        line: info.lines,
        field: issue.path.join('.'),
        reason: issue.message,
      })
    }
  }
  await writeAudit(deps, deps.db, {
    actor: 'operator',
    action: 'unit.import',
    subjectKind: 'file',
    subject: file,
    details: { imported: report.imported, rejected: report.rejected.length },
  })
  return report
}
