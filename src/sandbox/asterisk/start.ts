import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { createHash } from 'node:crypto'
import { once } from 'node:events'
import { mkdir, readFile, rm } from 'node:fs/promises'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { setTimeout as pause } from 'node:timers/promises'
import { promisify } from 'node:util'
import { celFileOf, modules, writeConfiguration, type ExchangeSetup } from './configuration.ts'

export interface SandboxExchange {
  url: string
  celFile: string
  /** Ends it at once, as a failing machine would. */
  kill: () => Promise<void>
  start: () => Promise<void>
  /** Ends it and removes what it wrote. */
  close: () => Promise<void>
}

const unpackScript = fileURLToPath(new URL('unpack.sh', import.meta.url))
const unpackTimeoutMs = 300_000
const startTimeoutMs = 20_000

/** Where an unpacked Asterisk is kept from one run to the next: fetching it takes longer than most of what is done with it. */
export async function keptAsterisk(): Promise<string> {
  const made = createHash('sha256')
    .update(await readFile(unpackScript))
    .update(modules.join(' '))
  return join(homedir(), '.cache', 'huifang', `asterisk-${made.digest('hex').slice(0, 12)}`)
}

/** The Asterisk kept in `program`, unpacked first when it is not there. Returns its version; null when none is to be had. */
export async function unpackAsterisk(program: string): Promise<string | null> {
  await mkdir(program, { recursive: true })
  try {
    await promisify(execFile)('bash', [unpackScript, program], {
      env: {
        PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
        MODULES: modules.join(' '),
      },
      timeout: unpackTimeoutMs,
    })
    return (await readFile(join(program, '.ready'), 'utf8')).trim()
  } catch {
    return null
  }
}

/** Runs an Asterisk of its own in `folder`; it ends with this process. */
export async function startAsterisk(
  program: string,
  folder: string,
  setup: ExchangeSetup,
): Promise<SandboxExchange> {
  await writeConfiguration(program, folder, setup)
  const url = `http://127.0.0.1:${setup.httpPort}`
  const authorization = `Basic ${Buffer.from(`${setup.user}:${setup.password}`).toString('base64')}`
  let child: ChildProcess | null = null

  const answers = async (): Promise<boolean> => {
    const answer = await fetch(`${url}/ari/asterisk/info`, { headers: { authorization } }).catch(
      () => null,
    )
    await answer?.arrayBuffer()
    return answer?.ok ?? false
  }
  const exchange: SandboxExchange = {
    url,
    celFile: celFileOf(folder),
    async start() {
      const loader = join(program, 'lib', 'ld.so')
      const { ready, process: started } = launch(loader, program, folder)
      child = started
      for (const endAt = performance.now() + startTimeoutMs; ; await pause(50)) {
        if (await answers()) return
        if (started.exitCode !== null || performance.now() > endAt) {
          throw new Error(
            `Asterisk did not start; its log is in ${join(folder, 'log')}: ${ready()}`,
          )
        }
      }
    },
    async kill() {
      if (!child || child.exitCode !== null || child.signalCode !== null) return
      const gone = once(child, 'exit')
      child.kill('SIGKILL')
      await gone
      await rm(join(folder, 'run'), { recursive: true, force: true })
      await mkdir(join(folder, 'run'))
    },
    async close() {
      await exchange.kill()
      await rm(folder, { recursive: true, force: true })
    },
  }
  process.once('exit', () => child?.kill('SIGKILL'))
  await exchange.start()
  return exchange
}

function launch(loader: string, program: string, folder: string) {
  const child = spawn(
    loader,
    [
      '--library-path',
      join(program, 'lib'),
      join(program, 'bin', 'asterisk'),
      '-C',
      join(folder, 'etc', 'asterisk.conf'),
      '-f',
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  )
  const said: string[] = []
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data: Buffer) => said.push(data.toString()))
  }
  return { process: child, ready: () => said.join('').slice(-2_000) }
}
