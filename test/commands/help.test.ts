import { CommanderError, type Command } from 'commander'
import { expect, test } from 'vitest'
import { program } from '../../src/main.ts'
import { huifang } from '../support/command.ts'

interface Found {
  path: string[]
  command: Command
}

const below = ({ path, command }: Found): Found[] =>
  command.commands.flatMap((child) => {
    const found = { path: [...path, child.name()], command: child }
    return [found, ...below(found)]
  })
const all = below({ path: [], command: program })

const oneLine = (text: string) => text.replace(/\s+/g, ' ')

/** What `huifang …` prints, and the code that it ends with. */
async function helpOf({ path, command }: Found): Promise<{ code: number; printed: string }> {
  let printed = ''
  command.configureOutput({ writeOut: (text) => (printed += text) })
  try {
    await program.parseAsync([...path, '--help'], { from: 'user' })
  } catch (error) {
    if (error instanceof CommanderError) return { code: error.exitCode, printed }
    throw error
  }
  throw new Error(`${path.join(' ')} --help ran the command`)
}

test('there are commands to speak of', () => {
  expect(all.length).toBeGreaterThan(40)
})

test.each(all.map((found) => [found.path.join(' '), found] as const))(
  'huifang %s --help ends with 0 and says what it does, with every argument and option',
  async (_, found) => {
    const { path, command } = found
    const { code, printed } = await helpOf(found)
    expect(code).toBe(0)
    expect(printed).toContain(`Usage: huifang ${path.join(' ')}`)
    expect(command.description()).not.toBe('')
    expect(oneLine(printed)).toContain(oneLine(command.description()))
    for (const option of command.options) {
      expect(option.description).not.toBe('')
      expect(printed).toContain(option.flags)
    }
  },
)

test('huifang --help as a process ends with 0 and names every command, with no settings at all', async () => {
  const { code, stdout, stderr } = await huifang(['--help'], {})
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' })
  for (const command of program.commands)
    expect(stdout).toMatch(RegExp(`^ +${command.name()}\\b`, 'm'))
}, 120_000)

test('a command that does not exist, and one without its argument, end with 1 and say which', async () => {
  const unknown = await huifang(['imprt'], {})
  expect(unknown.code).toBe(1)
  expect(unknown.stderr).toContain("unknown command 'imprt'")
  const bare = await huifang(['import', 'x.csv'], {})
  expect(bare.code).toBe(1)
  expect(bare.stderr).toContain('--source <name>')
}, 120_000)
