import { readdir, readFile } from 'node:fs/promises'
import { basename, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { readsOptions } from '../evaluation/read-options.ts'
import { AppError } from '../foundation/errors.ts'
import { defaultPolicy } from '../policy/defaults.ts'
import { compileReader } from '../reply/reader.ts'
import { checkTemplate, type TemplateCheck } from '../template/check/check.ts'
import type { Severity } from '../template/check/finding.ts'
import type { TemplateType } from '../template/template.ts'
import { parseTemplateFile } from '../template/files.ts'
import { exportVersions, importVersion } from '../template/transfer.ts'
import { operator } from './operator.ts'
import { say, sayAll, withCore } from './with-core.ts'

const ownFolder = fileURLToPath(new URL('../../templates/sms/', import.meta.url))
const severityWords: Record<Severity, string> = { refuse: '不通过', warn: '可能被拒', hint: '建议' }

export interface TemplateCheckOptions {
  type: TemplateType
  json?: true
}

/** Checks template files, or those that come with the program; exit code 1 where one would be refused. */
export async function templateCheck(
  files: readonly string[],
  options: TemplateCheckOptions,
): Promise<void> {
  const readAs = readsOptions(compileReader(), defaultPolicy.reply.confidenceFloor)
  for (const file of files.length > 0 ? files : await ownFiles()) {
    const draft = { ...(await readTemplate(file)), type: options.type }
    const check = checkTemplate(draft, readAs)
    say(options.json ? JSON.stringify({ file, ...check }) : inWords(file, draft, check))
    if (!check.passed) process.exitCode = 1
  }
}

async function ownFiles(): Promise<string[]> {
  const names = await readdir(ownFolder)
  return names
    .filter((name) => name.endsWith('.md'))
    .sort()
    .map((name) => join(ownFolder, name))
}

async function readTemplate(file: string) {
  const content = await readFile(file, 'utf8').catch(() => {
    throw new AppError('request.invalid', { field: file, reason: '无法读取' })
  })
  try {
    return parseTemplateFile(basename(file, '.md'), content)
  } catch (error) {
    throw new AppError('request.invalid', { field: file, reason: (error as Error).message })
  }
}

function inWords(
  file: string,
  draft: { body: string; signature: string },
  { findings, longest }: TemplateCheck,
): string {
  const head = `${file}：最长${longest.length}字，${longest.segments}条`
  const lines = findings.map(({ severity, field, start, end, says, mend, rule, source }) => {
    const place = field === 'body' ? draft.body.slice(start, end).slice(0, 20) : ''
    return `  [${severityWords[severity]}] ${says}${place && ` 〔${place}〕`}\n    ${mend}（${rule}，${source}）`
  })
  return [head, ...(lines.length > 0 ? lines : ['  没有发现问题'])].join('\n')
}

/** One JSON line a version, the older first. */
export const templateExport = () => withCore(async (core) => sayAll(await exportVersions(core)))

/** Takes in what `template export` wrote elsewhere; lines that are wrong stop none of the others, and give exit code 1. */
export const templateImport = (file: string) =>
  withCore(async (core) => {
    const content = await readFile(file, 'utf8').catch(() => {
      throw new AppError('request.invalid', { field: file, reason: '无法读取' })
    })
    const counts = { drafted: 0, asked: 0, unchanged: 0, rejected: 0 }
    for (const [index, line] of content.split(/\r?\n/).entries()) {
      if (line.trim() === '') continue
      try {
        counts[await importVersion(core, parseLine(line), operator())]++
      } catch (error) {
        if (!(error instanceof AppError)) throw error
        counts.rejected++
        process.stderr.write(`${file}:${index + 1}: ${error.message}\n`)
      }
    }
    say(JSON.stringify(counts))
    if (counts.rejected > 0) process.exitCode = 1
  })

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    throw new AppError('request.invalid', { field: '', reason: '不是一行 JSON' })
  }
}
