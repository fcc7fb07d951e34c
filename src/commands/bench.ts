import { AppError } from '../foundation/errors.ts'

/** What a benchmark gets to say how far it is; the figures alone go to stdout. */
export type Progress = (line: string) => void

/** One JSON-able object of figures; ratios compare what ran in the same run. */
export interface Figures {
  readonly name: string
}

/** Sizes that a person at the terminal may choose; each benchmark has its own defaults. */
export interface BenchOptions {
  surveys?: number
  rows?: number
  backend?: 'postgres' | 'redis'
}

/** The benchmarks: one line a name. Each is loaded only when it runs. */
const benches: Record<
  string,
  (progress: Progress, options: BenchOptions) => Promise<Figures> | Figures
> = {
  call: async (...given) => (await import('../sandbox/bench/call.ts')).benchCall(...given),
  claim: async (...given) => (await import('../sandbox/bench/claim.ts')).benchClaim(...given),
  desk: async (progress) => (await import('../sandbox/bench/desk.ts')).benchDesk(progress),
  dispatch: async (...given) =>
    (await import('../sandbox/bench/dispatch.ts')).benchDispatch(...given),
  'dry-run': async (...given) =>
    (await import('../sandbox/bench/dry-run.ts')).benchDryRun(...given),
  growth: async (...given) => (await import('../sandbox/bench/growth.ts')).benchGrowth(...given),
  loop: async (...given) => (await import('../sandbox/bench/loop.ts')).benchLoop(...given),
  replies: async (...given) => (await import('../sandbox/bench/replies.ts')).benchReplies(...given),
  reply: async (progress) => (await import('../reply/bench.ts')).benchReply(progress),
}

/** `huifang bench NAME`: one benchmark's figures, as one JSON line or as a table for people. */
export async function bench(name: string, options: BenchOptions & { json?: true }): Promise<void> {
  const run = Object.hasOwn(benches, name) ? benches[name] : undefined
  if (run === undefined) {
    const names = Object.keys(benches).join('、')
    throw new AppError('record.not_found', { what: `测速项目 ${name}，可用的有：${names}` })
  }
  const figures = await run((line) => void process.stderr.write(`${line}\n`), options)
  process.stdout.write(options.json ? `${JSON.stringify(figures)}\n` : tableOf(figures))
}

function tableOf(figures: Figures): string {
  const width = Math.max(...Object.keys(figures).map((key) => key.length))
  return Object.entries(figures)
    .map(([key, value]) => `${key.padEnd(width)}  ${readable(value)}\n`)
    .join('')
}

function readable(value: unknown): string {
  if (typeof value === 'number')
    return value.toLocaleString('en', { maximumFractionDigits: Math.abs(value) < 10 ? 4 : 1 })
  return typeof value === 'string' ? value : JSON.stringify(value)
}
