import { compileReader, type ReplyContext } from './reader.ts'
import type { Verdict } from './verdict.ts'

export { compileReader, type Reader, type ReplyContext } from './reader.ts'

const reader = compileReader()

/** Reads a citizen's reply. Pure: the same text and context always give the same verdict. */
export function understand(text: string, context: ReplyContext): Verdict {
  return reader.understand(text, context)
}

/** Whether a reply speaks of somebody in danger: the same rule, without the rest. */
export function isUrgent(text: string): boolean {
  return reader.isUrgent(text)
}
