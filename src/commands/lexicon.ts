import {
  activateLexicon,
  checkLexicon,
  rollbackLexicon,
  showLexicon,
} from '../evaluation/lexicon/activate.ts'
import { readJson } from './json-file.ts'
import { operator } from './operator.ts'
import { say, withCore } from './with-core.ts'

const sayWhole = (value: unknown) => say(JSON.stringify(value, null, 2))

export const lexiconShow = () => withCore(async (core) => sayWhole(await showLexicon(core)))

/** Exit code 1 when the words may not go live. */
export const lexiconCheck = (file: string) =>
  withCore(async (core) => {
    const check = await checkLexicon(core, await readJson(file))
    sayWhole(check)
    if (!check.passed) process.exitCode = 1
  })

export const lexiconActivate = (file: string, why: string) =>
  withCore(async (core) => {
    const groups = await readJson(file)
    const version = await activateLexicon(core, { groups, by: operator(), why })
    say(`lexicon version ${version} is in force`)
  })

export const lexiconRollback = (why: string) =>
  withCore(async (core) => {
    const version = await rollbackLexicon(core, { by: operator(), why })
    say(`lexicon version ${version} is in force`)
  })
