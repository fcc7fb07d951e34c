import { createInterface } from 'node:readline/promises'
import { text } from 'node:stream/consumers'
import { eraseCitizen, exportCitizen, findCitizen, optIn, type Request } from '../citizen/rights.ts'
import type { Core } from '../foundation/core.ts'
import { operator } from './operator.ts'
import { say, withCore } from './with-core.ts'

const verbs = { find: findCitizen, export: exportCitizen, erase: eraseCitizen, 'opt-in': optIn }

/** `huifang citizen find|export|erase|opt-in [NUMBER]`: people's rights, one JSON object on stdout. */
export const citizen = (verb: keyof typeof verbs, number: string | undefined, why: string) =>
  withCore(async (core) => {
    const act: (deps: Core, number: string, request: Request) => Promise<object> = verbs[verb]
    const result = await act(core, await readNumber(number), { by: operator(), why })
    say(JSON.stringify(result, null, 2))
  })

// What stands on a command line is kept in the shell's history and shown to whoever lists processes.
async function readNumber(given: string | undefined): Promise<string> {
  if (given !== undefined && given !== '-') {
    process.stderr.write('提示：写在命令行上的号码会留在命令历史中，可省略它，按提示输入\n')
    return given
  }
  if (!process.stdin.isTTY) return (await text(process.stdin)).trim()
  const terminal = createInterface({ input: process.stdin, output: process.stderr })
  try {
    return (await terminal.question('号码：')).trim()
  } finally {
    terminal.close()
  }
}
