import { readFile } from 'node:fs/promises'

/** A step of what an agent says to a citizen, and what to mind while saying it. */
export interface ScriptStep {
  title: string
  say: string[]
  mind: string[]
}

const folder = new URL('../../templates/call/', import.meta.url)

/** Reads a script: `# step`, `- what is said`, `> what is minded`; other lines are refused. */
export function parseCallScript(content: string): ScriptStep[] {
  const steps: ScriptStep[] = []
  for (const line of content.split(/\r?\n/)) {
    const [, mark, text = ''] = /^(#|-|>) (.+)$/.exec(line) ?? []
    const step = steps.at(-1)
    if (line.trim() === '') continue
    if (mark === '#') steps.push({ title: text, say: [], mind: [] })
    else if (mark === '-' && step) step.say.push(text)
    else if (mark === '>' && step) step.mind.push(text)
    else throw new Error(`call script: cannot read the line “${line}”`)
  }
  return steps
}

const scripts = new Map<string, Promise<ScriptStep[] | null>>()

function scriptOf(name: string): Promise<ScriptStep[] | null> {
  const known = scripts.get(name)
  if (known) return known
  const read = readFile(new URL(`${name}.md`, folder), 'utf8').then(parseCallScript, (error) => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null
    throw error
  })
  scripts.set(name, read)
  return read
}

/** The script of a business or of an occasion (`visit`: nobody complained), or the general one, with the facts filled in. */
export async function callScript(
  occasion: string,
  facts: Readonly<Record<string, string>>,
): Promise<ScriptStep[]> {
  const script = (await scriptOf(`script-${occasion}`)) ?? (await scriptOf('script')) ?? []
  const fill = (line: string) =>
    line.replace(/\$\{(\w+)\}/g, (_, name: string) => facts[name] ?? '')
  return script.map(({ title, say, mind }) => ({ title, say: say.map(fill), mind: mind.map(fill) }))
}
