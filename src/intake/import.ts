import { extname } from 'node:path'
import { readCsv, type RowFault } from '../foundation/csv.ts'
import { AppError } from '../foundation/errors.ts'
import { damagedCharacter, decodeText, linesOf, openFile } from '../foundation/text-file.ts'
import type { PlanDeps } from '../survey/plan.ts'
import { acceptRows } from './accept.ts'
import { requireSource } from './store.ts'

export interface TransactionReport {
  accepted: number
  duplicate: number
  amended: number
  withdrawn: number
  rejected: number
  rejections: { line: number; field: string; reason: string }[]
}

type Line = { line: number } & ({ row: unknown; fault?: never } | { fault: RowFault })
type Reader = (bytes: AsyncIterable<Buffer>) => AsyncGenerator<Line>

const rowsAtOnce = 500

const readers: Record<string, Reader> = {
  '.csv': readTable,
  '.ndjson': readNdjson,
  '.jsonl': readNdjson,
  '.json': readNdjson,
}

/**
 * Imports transactions from NDJSON, or from CSV with the columns of the row (`citizen.phone`,
 * `citizen.name`; several officers or flags divided by `;`). Rejected rows never stop the good ones.
 * Throws `source.unknown`, `file.unreadable`, `file.kind` or `file.columns` before anything is stored.
 */
export async function importFile(
  deps: PlanDeps,
  source: string,
  file: string,
  progress: (text: string) => void,
): Promise<TransactionReport> {
  const report: TransactionReport = {
    accepted: 0,
    duplicate: 0,
    amended: 0,
    withdrawn: 0,
    rejected: 0,
    rejections: [],
  }
  const read = readers[extname(file).toLowerCase()]
  if (!read) throw new AppError('file.kind', { file })
  await requireSource(deps.db, source)
  const { bytes, size } = await openFile(file)
  let batch: { line: number; row: unknown }[] = []
  const flush = async () => {
    const verdicts = await acceptRows(
      deps,
      source,
      batch.map(({ row }) => row),
    )
    verdicts.forEach((verdict, index) => {
      report[verdict.verdict]++
      if (verdict.verdict !== 'rejected') return
      const { field, reason } = verdict
      report.rejections.push({ line: batch[index]!.line, field, reason })
    })
    batch = []
    progress(`\r${bar(size === 0 ? 1 : bytes.bytesRead / size)}`)
  }
  for await (const { line, ...found } of read(bytes)) {
    if (found.fault) {
      report.rejected++
      report.rejections.push({ line, ...found.fault })
    } else if (batch.push({ line, row: found.row }) >= rowsAtOnce) await flush()
  }
  if (batch.length > 0) await flush()
  progress('\n')
  report.rejections.sort((a, b) => a.line - b.line)
  return report
}

function bar(share: number): string {
  const width = 30
  const full = Math.round(Math.min(1, share) * width)
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${Math.round(Math.min(1, share) * 100)} %`
}

async function* readNdjson(bytes: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  for await (const { line, text } of linesOf(decodeText(bytes))) yield { line, ...parseJson(text) }
}

function parseJson(text: string): { row: unknown } | { fault: RowFault } {
  if (text.includes(damagedCharacter)) {
    return { fault: { field: '(row)', reason: '含有无法识别的字符，请以 UTF-8 编码重新保存' } }
  }
  try {
    return { row: JSON.parse(text) }
  } catch {
    return { fault: { field: '(row)', reason: '不是有效的 JSON' } }
  }
}

const columns = {
  required: ['externalId', 'business', 'unitCode', 'citizen.phone', 'completedAt'],
  optional: ['kind', 'category', 'citizen.name', 'officerCodes', 'item', 'flags'],
}

async function* readTable(bytes: AsyncIterable<Buffer>): AsyncGenerator<Line> {
  for await (const row of readCsv(bytes, columns)) {
    yield row.fault ? row : { line: row.line, row: rowOfColumns(row.record) }
  }
}

function rowOfColumns(record: Record<string, string>): unknown {
  const filled = Object.fromEntries(Object.entries(record).filter(([, cell]) => cell.trim() !== ''))
  const { 'citizen.phone': phone = '', 'citizen.name': name, officerCodes, flags, ...rest } = filled
  const list = (text: string | undefined) =>
    text
      ?.split(/[;；]/)
      .map((part) => part.trim())
      .filter((part) => part !== '')
  return {
    ...rest,
    citizen: { phone, ...(name === undefined ? {} : { name }) },
    ...(officerCodes === undefined ? {} : { officerCodes: list(officerCodes) }),
    ...(flags === undefined ? {} : { flags: list(flags) }),
  }
}
