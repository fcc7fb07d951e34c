import type { ReadStream } from 'node:fs'
import { open } from 'node:fs/promises'
import { TextDecoder } from 'node:util'
import { AppError } from './errors.ts'

/** Opens a file that a person named; says in words when it cannot be read. */
export async function openFile(file: string): Promise<{ bytes: ReadStream; size: number }> {
  try {
    const handle = await open(file)
    const stat = await handle.stat()
    if (!stat.isDirectory()) return { bytes: handle.createReadStream(), size: stat.size }
    await handle.close()
  } catch (error) {
    throw new AppError('file.unreadable', { file, code: (error as NodeJS.ErrnoException).code! })
  }
  throw new AppError('file.unreadable', { file, code: 'EISDIR' })
}

/** Stands where bytes were that no encoding explains. */
export const damagedCharacter = '\uFFFD'

const decideOnBytes = 64 * 1024

/**
 * The text of a file: UTF-8, or GB18030 (which contains GBK) as spreadsheet programs of Chinese
 * machines write it. No byte-order mark; line ends as `\n`.
 */
export async function* decodeText(bytes: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let head: Buffer[] = []
  let headBytes = 0
  let decoder: TextDecoder | undefined
  let heldBack = ''
  const read = (chunk?: Buffer): string => {
    const text = heldBack + decoder!.decode(chunk, { stream: chunk !== undefined })
    // A line end may be cut in two.
    heldBack = chunk !== undefined && text.endsWith('\r') ? '\r' : ''
    return text.slice(0, text.length - heldBack.length).replaceAll('\r\n', '\n')
  }
  for await (const chunk of bytes) {
    if (decoder) {
      yield read(chunk)
      continue
    }
    head.push(chunk)
    headBytes += chunk.length
    if (headBytes < decideOnBytes) continue
    decoder = new TextDecoder(encodingOf(Buffer.concat(head)))
    yield read(Buffer.concat(head))
    head = []
  }
  decoder ??= new TextDecoder(encodingOf(Buffer.concat(head)))
  yield read(Buffer.concat(head)) + read()
}

// Chinese in GB18030 gives almost no Chinese when it is read as UTF-8; UTF-8 with a few damaged bytes still does.
function encodingOf(head: Buffer): 'utf-8' | 'gb18030' {
  const text = new TextDecoder().decode(head, { stream: true })
  const damaged = text.split(damagedCharacter).length - 1
  const chinese = text.match(/\p{Script=Han}/gu)?.length ?? 0
  return damaged > chinese ? 'gb18030' : 'utf-8'
}

/** Lines that hold something, numbered from 1. */
export async function* linesOf(
  text: AsyncIterable<string>,
): AsyncGenerator<{ line: number; text: string }> {
  let rest = ''
  let line = 0
  for await (const part of text) {
    const lines = (rest + part).split('\n')
    rest = lines.pop()!
    for (const each of lines) {
      line++
      if (each.trim() !== '') yield { line, text: each }
    }
  }
  if (rest.trim() !== '') yield { line: line + 1, text: rest }
}
