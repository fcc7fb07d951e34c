import { once } from 'node:events'
import { startEmbeddedPostgres } from '../../../src/sandbox/postgres/launcher.ts'

// A process that attaches (data folder in argv[2], "no-namespaces" in argv[3]), prints one JSON line
// for each thing that happens, and detaches when its stdin ends.

const say = (happened: Record<string, string>): void => {
  process.stdout.write(`${JSON.stringify(happened)}\n`)
}

// Like the application: Ctrl-C is for it to handle, not its end.
process.on('SIGINT', () => say({ signal: 'SIGINT' }))

try {
  const { url, detach } = await startEmbeddedPostgres({
    dataDir: process.argv[2]!,
    log: (line) => say({ log: line }),
    userNamespaces: process.argv[3] !== 'no-namespaces',
  })
  say({ url })
  process.stdin.resume()
  await once(process.stdin, 'end')
  await detach()
} catch (error) {
  say({ error: String(error) })
  process.exitCode = 1
}
