import { readFile } from 'node:fs/promises'
import { AppError } from '../foundation/errors.ts'

/** Reads a JSON file that a person named; says in words when that cannot be done. */
export async function readJson(file: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(file, 'utf8'))
  } catch (error) {
    const reason = error instanceof SyntaxError ? '不是有效的 JSON' : '无法读取'
    throw new AppError('request.invalid', { field: file, reason })
  }
}
