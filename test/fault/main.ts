import { parseArgs } from 'node:util'
import { randomInt } from 'node:crypto'
import { stopwatch } from '../../src/foundation/clock.ts'
import { openLane } from './lane.ts'
import { prove } from './prove.ts'
import { faultNames, runFault, type Report } from './run.ts'

const usage = `npm run test:fault -- [--runs N] [--seed S] [--fault NAME] [--lanes N] [--patience SECONDS]
npm run test:fault -- --prove [--fault NAME]
Each run is one fault in a loop of a few hundred surveys; run i has seed S + i, which decides everything.
--prove takes away, in a copy, what guards against each fault, and shows that the suite complains.
Faults: ${faultNames.join(', ')}
`

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: String(faultNames.length) },
    seed: { type: 'string', default: String(randomInt(1_000_000)) },
    fault: { type: 'string' },
    lanes: { type: 'string', default: '1' },
    // After so long without an end what is under way counts as stuck: only a busy machine needs it.
    patience: { type: 'string', default: '240' },
    prove: { type: 'boolean' },
    help: { type: 'boolean' },
  },
})
const say = (line: string) => void process.stderr.write(`${line}\n`)

if (values.help) process.stdout.write(usage)
else if (values.prove) process.exitCode = (await prove(values.fault, say)) ? 0 : 1
else {
  const [runs, seed, lanes] = [values.runs, values.seed, values.lanes].map(Number)
  await main(runs!, seed!, lanes!, values.fault)
}

async function main(runs: number, firstSeed: number, lanes: number, fault?: string): Promise<void> {
  const elapsedMs = stopwatch()
  const reports: Report[] = []
  let next = 0
  // The run under way comes to its end, and its servers are stopped.
  process.once('SIGINT', () => (next = runs))
  process.once('SIGTERM', () => (next = runs))
  const work = async () => {
    const lane = await openLane(() => {})
    try {
      if (!lane.redis) say('LEFT OUT: all that needs Redis. Install redis-server.')
      while (next < runs) {
        const seed = firstSeed + next++
        const report = await runFault(lane, seed, fault, Number(values.patience))
        reports.push(report)
        tell(report, `${reports.length}/${runs}`)
      }
    } finally {
      await lane.close()
    }
  }
  await Promise.all(Array.from({ length: Math.min(lanes, runs) }, work))
  const complaints = reports.flatMap((report) => report.complaints)
  const tally = (['lost', 'double', 'stuck', 'wrong'] as const).map(
    (kind) => `${complaints.filter((each) => each.kind === kind).length} ${kind}`,
  )
  say(`${(elapsedMs() / 60_000).toFixed(1)} minutes, seeds ${firstSeed} to ${firstSeed + runs - 1}`)
  process.stdout.write(`${reports.length} runs: ${tally.join(', ')}\n`)
  process.exitCode = complaints.length === 0 ? 0 : 1
}

function tell(report: Report, position: string): void {
  const { seed, fault, queue, texts, seconds, complaints, logFile } = report
  const verdict = complaints.length === 0 ? 'ok' : `${complaints.length} COMPLAINTS`
  say(
    `${position.padStart(7)}  seed ${seed}  ${fault.padEnd(40)} ${queue.padEnd(8)} ${texts} texts  ${seconds.toFixed(1).padStart(5)} s  ${verdict}`,
  )
  for (const { kind, what } of complaints.slice(0, 5)) say(`         ${kind}: ${what}`)
  if (logFile) say(`         everything is in ${logFile}`)
}
