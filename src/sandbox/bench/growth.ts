import { stopwatch } from '../../foundation/clock.ts'
import { rounded, surroundings } from './backends.ts'
import { growHistory } from './history.ts'
import { goRound, startLoop } from './loop.ts'
import { startServers, type Backend, type Progress } from './servers.ts'
import { openStage } from './stage.ts'

export interface GrowthOptions {
  /** The most rows of history. */
  rows?: number | undefined
  /** Surveys that go round at each size. */
  surveys?: number | undefined
  backend?: Backend | undefined
}

const roundsPerSize = 3

/** The same work, the whole loop, on ever more history: its cost must not grow with it. */
export async function benchGrowth(progress: Progress, options: GrowthOptions) {
  const most = options.rows ?? 10_000_000
  const surveys = options.surveys ?? 4_000
  const sizes = [100_000, 1_000_000, 10_000_000].filter((rows) => rows < most).concat(most)
  const servers = await startServers(progress)
  const backend = options.backend ?? (servers.redisUrl ? 'redis' : 'postgres')
  const stage = await openStage(servers, backend)
  try {
    const citizens = (sizes.length * roundsPerSize + 1) * surveys
    const { address } = await startLoop(stage)
    let first = 0
    const round = async () => {
      const elapsedMs = stopwatch()
      await goRound(stage, address, first, surveys)
      first += surveys
      return elapsedMs() / surveys
    }
    const steps = []
    for (const [index, rows] of sizes.entries()) {
      progress(`making ${rows} rows of history`)
      const pastSurveys = await growHistory(stage, rows, citizens)
      if (index === 0) await round()
      progress(`${roundsPerSize} × ${surveys} surveys go round`)
      const costs: number[] = []
      for (let each = 0; each < roundsPerSize; each++) costs.push(await round())
      // The least disturbed one: other work of the machine only ever adds.
      const msPerSurvey = Math.min(...costs)
      steps.push({ rows, pastSurveys, msPerSurvey, perSecond: rounded(1000 / msPerSurvey) })
      progress(`${rows} rows: ${msPerSurvey.toFixed(3)} ms a survey`)
    }
    const last = steps.at(-1)!
    return {
      name: 'growth' as const,
      backend,
      perSecond: last.perSecond,
      costRatio: last.msPerSurvey / steps[0]!.msPerSurvey,
      steps,
      settings: {
        work: 'the whole loop, as in bench loop',
        surveysPerRound: surveys,
        roundsPerSize,
        historyMonths: 24,
        ...surroundings(servers),
      },
    }
  } finally {
    await stage.close()
    await servers.stop()
  }
}
