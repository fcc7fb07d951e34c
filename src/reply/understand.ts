import { compileReader, type ReplyContext } from './reader.ts'
import type { Verdict } from './verdict.ts'

export { compileReader, type Reader, type ReplyContext } from './reader.ts'

/** The reader with the lexicons that come with the program, and no words of an administrator's. */
export const standardReader = compileReader()

/** Reads a citizen's reply. Pure: the same text and context always give the same verdict. */
export function understand(text: string, context: ReplyContext): Verdict {
  return standardReader.understand(text, context)
}

/** Whether a reply speaks of somebody in danger: the same rule, without the rest. */
export function isUrgent(text: string): boolean {
  return standardReader.isUrgent(text)
}
