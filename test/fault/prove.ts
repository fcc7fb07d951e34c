import { execFile } from 'node:child_process'
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { faults } from './faults.ts'
import { guards, type Guard } from './guards.ts'
import { randomOf } from './random.ts'

const copied = ['src', 'workers', 'migrations', 'templates', 'test', 'package.json']
// What a guard prevents may need some luck to happen.
const triesPerGuard = 8
const patienceSeconds = 60

/**
 * Takes each guard away in a copy of the tree and shows that the suite complains under the fault it
 * guards against. Returns whether it always did.
 */
export async function prove(
  only: string | undefined,
  say: (line: string) => void,
): Promise<boolean> {
  let silent = 0
  for (const guard of guards.filter(({ fault }) => only === undefined || fault === only)) {
    const copy = join('.data', 'fault', 'without-guard')
    await rm(copy, { recursive: true, force: true })
    await mkdir(copy, { recursive: true })
    for (const name of copied) await cp(name, join(copy, name), { recursive: true })
    // Its console is not looked at, and need not be built.
    await mkdir(join(copy, 'dist/console'), { recursive: true })
    await writeFile(join(copy, 'dist/console/index.html'), '')
    await takeAway(guard, (file) => join(copy, file))
    const bitten = await firstComplaint(guard, copy)
    if (bitten === null) silent++
    say(`${guard.fault.padEnd(40)} without "${guard.holds}": ${bitten ?? 'THE SUITE IS SILENT'}`)
  }
  return silent === 0
}

/** Throws where the text to be replaced does not stand exactly once: the table must follow the code. */
export async function takeAway(guard: Guard, place: (file: string) => string): Promise<void> {
  for (const { file, from, to } of guard.edits) {
    const code = await readFile(place(file), 'utf8')
    if (code.split(from).length !== 2) {
      throw new Error(`${guard.fault}: in ${file} this does not stand exactly once: ${from}`)
    }
    await writeFile(
      place(file),
      code.replace(from, () => to),
    )
  }
}

async function firstComplaint(guard: Guard, copy: string): Promise<string | null> {
  for (const seed of seedsOf(guard)) {
    const complaint = await run(copy, guard.fault, seed)
    if (complaint !== null) return `seed ${seed}: ${complaint}`
  }
  return null
}

/** Seeds under which the process dies at the moment that matters. */
function seedsOf({ fault, when }: Guard): number[] {
  const seeds: number[] = []
  for (let seed = 0; seeds.length < triesPerGuard; seed++) {
    if (when === undefined || faults[fault]!(randomOf(seed)).kill?.when === when) seeds.push(seed)
  }
  return seeds
}

function run(copy: string, fault: string, seed: number): Promise<string | null> {
  const program = join(copy, 'test/fault/main.ts')
  const options = `--runs 1 --fault ${fault} --seed ${seed} --patience ${patienceSeconds}`
  const args = [program, ...options.split(' ')]
  return new Promise((resolve) => {
    execFile(process.execPath, args, { maxBuffer: 1e8 }, (_error, _stdout, stderr) => {
      // That nobody came by the step, or that the program is broken, proves nothing.
      const told = [...stderr.matchAll(/^ +((?:lost|double|stuck|wrong): .*)$/gm)].map(
        ([, what]) => what!,
      )
      resolve(told.find((what) => !what.includes('never struck')) ?? null)
    })
  })
}
