import { startHttp } from '../app-http.ts'
import { startWork } from '../app-work.ts'
import { buildApp } from '../app.ts'
import { systemClock } from '../foundation/clock.ts'
import { readConfig } from '../foundation/config.ts'
import { stepBack } from '../foundation/priority.ts'
import { runSandbox } from '../sandbox/gateway/command.ts'
import { seedTemplates } from '../template/files.ts'
import { queueDefinitions, type QueueName } from '../../workers/index.ts'
import { ensureConsole } from './console-build.ts'
import { stopSignal } from './stop.ts'
import { withConfig } from './with-core.ts'

/** `huifang serve`: HTTP until it is told to stop. */
export async function serve(): Promise<void> {
  const stop = stopSignal()
  await withConfig(readConfig, async (config) => {
    const app = await buildApp(config)
    await seedTemplates(app)
    await ensureConsole((line) => void process.stderr.write(`${line}\n`))
    const server = await startHttp(app)
    process.send?.('ready')
    await stop
    await server.close()
    await app.close()
  })
}

/** `huifang work`: the handlers of the queues, relay and sweep, until it is told to stop. */
export async function work(only: string | undefined): Promise<void> {
  const names = only?.split(',').map((name) => name.trim() as QueueName)
  const unknown = names?.filter((name) => !queueDefinitions.some((known) => known.name === name))
  if (unknown?.length) throw new Error(`no such queue: ${unknown.join(', ')}`)
  const stop = stopSignal()
  await withConfig(readConfig, async (config) => {
    // On a machine of both, people at the desk go before machines.
    stepBack()
    const app = await buildApp(config)
    const running = await startWork(app, names)
    process.send?.('ready')
    await stop
    await running.stop()
    await app.close()
  })
}

/** `huifang sandbox`: the gateway alone. */
export async function sandbox(port: number): Promise<void> {
  const stopping = new AbortController()
  void stopSignal().then(() => stopping.abort())
  await runSandbox({
    clock: systemClock,
    credentials: { accessKeyId: 'sandbox', accessKeySecret: 'sandbox' },
    port,
    openTemplates: true,
    write: (line) => void process.stderr.write(`${line}\n`),
    signal: stopping.signal,
  })
}
