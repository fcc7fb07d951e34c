import { constants, setPriority } from 'node:os'
import { parentPort, workerData } from 'node:worker_threads'
import type { DryRunTask } from './simulate.ts'

// On Linux a priority belongs to the thread: texts and people go before this, also before its loading.
setPriority(constants.priority.PRIORITY_LOW)
const { simulate } = await import('./simulate.ts')
await simulate(workerData as DryRunTask, (news) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread's port has no origin
  parentPort!.postMessage(news)
})
