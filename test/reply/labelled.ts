import { readdirSync, readFileSync } from 'node:fs'
import { labelledReplies, type LabelledReply } from '../../src/reply/score.ts'

const folder = new URL('labelled/', import.meta.url)

/** The project's own labelled replies, every file of `labelled/`. */
export const labelled: LabelledReply[] = readdirSync(folder)
  .filter((name) => name.endsWith('.ndjson'))
  .toSorted()
  .flatMap((name) => labelledReplies(readFileSync(new URL(name, folder), 'utf8')))
