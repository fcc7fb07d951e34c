import { giveWay } from '../../foundation/priority.ts'
import type { DryRunNews, DryRunTask } from './simulate.ts'

const tell = (news: DryRunNews) => void process.send!(news)

async function run(task: DryRunTask): Promise<void> {
  // Texts and people go before this, also before its loading.
  giveWay()
  try {
    const { simulate } = await import('./simulate.ts')
    await simulate(task, tell)
  } catch (error) {
    tell({ kind: 'failed', error: error as Error })
  }
}

// One task; whoever gave it ends this process.
process.once('message', (task: DryRunTask) => void run(task))
// Nobody is left to tell.
process.once('disconnect', () => process.exit())
