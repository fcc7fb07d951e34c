import { pipeline, Readable } from 'node:stream'
import { parse, type Info } from 'csv-parse'
import { AppError } from './errors.ts'
import { damagedCharacter, decodeText } from './text-file.ts'

export interface CsvColumns {
  required: readonly string[]
  optional: readonly string[]
}

export interface RowFault {
  field: string
  reason: string
}

/** A row with its cells by column, or what is wrong with it; `line` is where it begins, from 1. */
export type CsvRow = { line: number } & (
  | { record: Record<string, string>; fault?: never }
  | { fault: RowFault }
)

const wholeRow = '(row)'
/** More is a quotation mark that was never closed. */
const longestRowCharacters = 100_000

/**
 * Reads CSV as people's programs write it: UTF-8 or GBK, with or without a byte-order mark, with line
 * ends within quotes. A bad row never stops the good ones; only a header that lacks columns, or has
 * others than these, refuses the file: a misspelt column must not pass for an absent one.
 */
export async function* readCsv(
  bytes: AsyncIterable<Buffer>,
  columns: CsvColumns,
): AsyncGenerator<CsvRow> {
  let unclosed = false
  const parser = parse({
    info: true,
    skip_empty_lines: true,
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: longestRowCharacters,
    skip_records_with_error: true,
    on_skip: () => {
      unclosed = true
    },
  })
  // An error of the source reaches the reader below.
  pipeline(Readable.from(decodeText(bytes)), parser, () => {})
  let header: string[] | undefined
  let linesBefore = 0
  for await (const { record, info } of parser as AsyncIterable<{ record: string[]; info: Info }>) {
    const line = info.lines - record.join('').split('\n').length + 1
    linesBefore = info.lines
    if (!header) header = checkHeader(record, columns)
    else if (record.some((cell) => cell.trim() !== '')) yield { line, ...readRow(header, record) }
  }
  if (!header) checkHeader([], columns)
  if (unclosed) {
    const reason = '从这一行起没有读入：有引号没有配对。改正后请再导入一次，已导入的行不会重复计入'
    yield { line: linesBefore + 1, fault: { field: wholeRow, reason } }
  }
}

function readRow(
  header: readonly string[],
  cells: readonly string[],
): { record: Record<string, string> } | { fault: RowFault } {
  if (cells.slice(header.length).some((cell) => cell !== '')) {
    const reason = `有 ${cells.length} 列，表头只有 ${header.length} 列；含逗号的内容须加引号`
    return { fault: { field: wholeRow, reason } }
  }
  const damaged = cells.findIndex((cell) => cell.includes(damagedCharacter))
  if (damaged >= 0) {
    const reason = '含有无法识别的字符，请以 UTF-8 或 GBK 编码重新保存'
    return { fault: { field: header[damaged] ?? wholeRow, reason } }
  }
  return {
    record: Object.fromEntries(
      header.flatMap((name, index) => (name === '' ? [] : [[name, cells[index] ?? '']])),
    ),
  }
}

function checkHeader(cells: readonly string[], { required, optional }: CsvColumns): string[] {
  const header = cells.map((cell) => cell.trim())
  const known = [...required, ...optional]
  const named = header.filter((name) => name !== '')
  const faults = [
    ['缺少', required.filter((name) => !named.includes(name))],
    ['不认识', named.filter((name) => !known.includes(name))],
    ['重复', known.filter((name) => named.indexOf(name) !== named.lastIndexOf(name))],
  ] as const
  const what = faults
    .filter(([, names]) => names.length > 0)
    .map(([fault, names]) => `${fault} ${names.join('、')}`)
  if (what.length === 0) return header
  throw new AppError('file.columns', { what: what.join('；'), columns: known.join(',') })
}
