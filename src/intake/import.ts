import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { parse } from 'csv-parse'
import type { PlanDeps } from '../survey/plan.ts'
import { acceptRows } from './accept.ts'

export interface TransactionReport {
  accepted: number
  duplicate: number
  amended: number
  withdrawn: number
  rejected: number
  rejections: { line: number; field: string; reason: string }[]
}

interface Line {
  line: number
  /** Undefined: not readable as a row. */
  row: unknown
}

const rowsAtOnce = 500

/**
 * Imports transactions from NDJSON, or from CSV with the columns of the row (`citizen.phone`,
 * `citizen.name`; several officers or flags divided by `;`). Rejected rows never stop the good ones.
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
  const { size } = await stat(file)
  const stream = createReadStream(file)
  let batch: Line[] = []
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
    progress(`\r${bar(size === 0 ? 1 : stream.bytesRead / size)}`)
  }
  for await (const line of file.endsWith('.csv') ? readCsv(stream) : readNdjson(stream)) {
    batch.push(line)
    if (batch.length >= rowsAtOnce) await flush()
  }
  if (batch.length > 0) await flush()
  progress('\n')
  return report
}

function bar(share: number): string {
  const width = 30
  const full = Math.round(Math.min(1, share) * width)
  return `[${'#'.repeat(full)}${'.'.repeat(width - full)}] ${Math.round(Math.min(1, share) * 100)} %`
}

async function* readNdjson(stream: NodeJS.ReadableStream): AsyncGenerator<Line> {
  let line = 0
  for await (const text of createInterface({ input: stream })) {
    line++
    if (text.trim() !== '') yield { line, row: parseJson(text) }
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

async function* readCsv(stream: NodeJS.ReadableStream): AsyncGenerator<Line> {
  const rows = stream.pipe(
    parse({
      columns: true,
      bom: true,
      skip_empty_lines: true,
      info: true,
      relax_column_count: true,
    }),
  )
  for await (const { record, info } of rows as AsyncIterable<{
    record: Record<string, string>
    info: { lines: number }
  }>) {
    yield { line: info.lines, row: rowOfColumns(record) }
  }
}

function rowOfColumns(record: Record<string, string>): unknown {
  const filled = Object.fromEntries(Object.entries(record).filter(([, value]) => value !== ''))
  const { 'citizen.phone': phone = '', 'citizen.name': name, officerCodes, flags, ...rest } = filled
  const list = (text: string | undefined) => text?.split(';').map((part) => part.trim())
  return {
    ...rest,
    citizen: { phone, ...(name === undefined ? {} : { name }) },
    ...(officerCodes === undefined ? {} : { officerCodes: list(officerCodes) }),
    ...(flags === undefined ? {} : { flags: list(flags) }),
  }
}
