import { parentPort, workerData } from 'node:worker_threads'
import type { Group } from '../../reply/lexicon/words.ts'
import type { LabelledReply } from '../../reply/score.ts'
import { compileReader } from '../../reply/understand.ts'
import { compareReaders } from './check.ts'

// Building a reader takes the better part of a second: here it holds up nobody.
const { present, wanted, sample } = workerData as {
  present: Group[]
  wanted: Group[]
  sample: LabelledReply[]
}

function answer() {
  const before = compileReader(present)
  try {
    return compareReaders(before, compileReader(wanted), sample)
  } catch (error) {
    return { malformed: error instanceof Error ? error.message : String(error) }
  }
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
parentPort!.postMessage(answer())
