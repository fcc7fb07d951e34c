import { readdirSync, readFileSync } from 'node:fs'
import { labelledReplies, type LabelledReply } from '../../src/reply/score.ts'

const folder = new URL('labelled/', import.meta.url)

/** The labelled replies of the files of `labelled/` whose names pass. */
function repliesOf(passes: (name: string) => boolean): LabelledReply[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith('.ndjson') && passes(name))
    .toSorted()
    .flatMap((name) => labelledReplies(readFileSync(new URL(name, folder), 'utf8')))
}

const isUnseen = (name: string) => name.startsWith('unseen-')

/** Replies that nothing was learnt from: they tell how the reader does on what it never saw. */
export const unseen = repliesOf(isUnseen)

/** Replies that experience was learnt from. */
export const lessons = repliesOf((name) => !isUnseen(name))

/** All of the project's own labelled replies. */
export const labelled: LabelledReply[] = [...lessons, ...unseen]
