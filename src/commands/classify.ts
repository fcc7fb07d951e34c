import { createInterface } from 'node:readline'
import { once } from 'node:events'
import { commonScales, type CommonScaleName } from '../foundation/rating.ts'
import { understand } from '../reply/understand.ts'

/** `huifang classify`: one verdict a line, in the order of the lines; a bad line is answered as such. */
export async function classify(): Promise<void> {
  let number = 0
  for await (const line of createInterface({ input: process.stdin })) {
    number++
    if (line.trim() === '') continue
    if (!process.stdout.write(`${JSON.stringify(verdictOf(line, number))}\n`)) {
      await once(process.stdout, 'drain')
    }
  }
}

function verdictOf(line: string, number: number): object {
  try {
    const { id, scale, business, text } = JSON.parse(line) as Record<string, string>
    const options = commonScales[(scale ?? '1-3') as CommonScaleName]
    if (typeof text !== 'string' || options === undefined) {
      return { id: id ?? null, error: { line: number, field: options ? 'text' : 'scale' } }
    }
    return { id, ...understand(text, { scale: options, ...(business ? { business } : {}) }) }
  } catch {
    return { id: null, error: { line: number, field: '(json)' } }
  }
}
