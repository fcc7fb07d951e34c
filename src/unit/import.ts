import { z } from 'zod'
import { writeAudit } from '../foundation/audit.ts'
import type { Core } from '../foundation/core.ts'
import { readCsv } from '../foundation/csv.ts'
import { openFile } from '../foundation/text-file.ts'

const optional = z
  .string()
  .trim()
  .transform((text) => (text === '' ? null : text))
  .nullable()
  .default(null)
const code = z
  .string()
  .trim()
  .regex(/^[\w-]{1,32}$/, '必须是 1 至 32 个字母、数字、- 或 _')
const day = z.iso.date({ error: '必须是形如 2026-11-24 的日期' })
const name = z.string().trim().min(1, '不能为空')
const closed = z
  .enum(['', 'true', 'false'], { error: '必须是 true、false 或空' })
  .default('')
  .transform((text) => text === 'true')

const unitRow = z.object({
  code,
  valid_from: day,
  name,
  parent_code: optional,
  head_name: optional,
  head_code: optional,
  closed,
})
const officerRow = z.object({
  code,
  valid_from: day,
  name,
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

async function importVersions<Schema extends z.ZodObject>(
  deps: Core,
  file: string,
  schema: Schema,
  write: (row: z.output<Schema>) => Promise<void>,
): Promise<ImportReport> {
  const report: ImportReport = { imported: 0, rejected: [] }
  const names = Object.keys(schema.shape)
  const required = names.filter((column) => !schema.shape[column]!.safeParse(undefined).success)
  const others = names.filter((column) => !required.includes(column))
  const { bytes } = await openFile(file)
  for await (const row of readCsv(bytes, { required, optional: others })) {
    const parsed = row.fault ? null : schema.safeParse(row.record)
    if (parsed?.success) {
      await write(parsed.data)
      report.imported++
      continue
    }
    const issue = parsed?.error.issues[0]
    const fault = row.fault ?? { field: issue!.path.join('.'), reason: issue!.message }
    report.rejected.push({ line: row.line, ...fault })
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
