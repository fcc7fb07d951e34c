import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts'))
    .map((entry) => join(entry.parentPath, entry.name))
}

const tree = ['src', 'workers', 'migrations'].flatMap(sources)

function filesWith(pattern: RegExp): string[] {
  return tree.filter((file) =>
    readFileSync(file, 'utf8')
      .split('\n')
      .some((line) => pattern.test(line) && !/^\s*(?:\/\/|\*)/.test(line)),
  )
}

test('law 11: the machine’s clock is read in one file', () => {
  expect(filesWith(/\bDate\.now\(|new Date\(\)/)).toEqual(['src/foundation/clock.ts'])
})

test('law 11: the environment is read in one file', () => {
  expect(filesWith(/process\.env\b/)).toEqual(['src/foundation/config.ts'])
})

// A package may use those after it, never those before it.
const order = [
  'commands',
  'http',
  'live',
  'doctor',
  'growth',
  'citizen',
  'intake',
  'evaluation',
  'callback',
  'telephony',
  'survey',
  'sms',
  'reply',
  'scoring',
  'template',
  'staff',
  'unit',
  'policy',
  'audit',
  'alarm',
  'foundation',
]

test('arrows between packages only point down', () => {
  const wrong = tree.flatMap((file) => {
    const from = /^src\/(\w+)\//.exec(file)?.[1] ?? ''
    // The routes of a feature name the people who may use them.
    if (!order.includes(from) || file.endsWith('routes.ts')) return []
    return [...readFileSync(file, 'utf8').matchAll(/from '\.\.\/(\w+)\//g)]
      .map(([, to]) => to!)
      .filter((to) => order.includes(to) && order.indexOf(to) < order.indexOf(from))
      .map((to) => `${file} uses ${to}`)
  })
  expect(wrong).toEqual([])
})

test('rules do no I/O', () => {
  const rules = tree.filter((file) => file.endsWith('rules.ts'))
  expect(rules.length).toBeGreaterThan(3)
  const impure = rules.filter((file) =>
    /^import (?!type).* from '(?:kysely|pg|bullmq|ioredis|fastify|node:(?:fs|net|http)[^']*|.*store\.ts)'/m.test(
      readFileSync(file, 'utf8'),
    ),
  )
  expect(impure).toEqual([])
})

const codeOf = (file: string) => readFileSync(file, 'utf8').replace(/\/\*\*[\s\S]*?\*\//g, '')
const featureOf = (file: string) => /^src\/(\w+)\//.exec(file)?.[1] ?? ''
// What wires and operates the features reaches into them; what they are is none of its business.
const outside = ['', 'commands', 'sandbox', 'foundation', 'http']

test('features meet through verbs, never through each other’s stores', () => {
  const wrong = tree.flatMap((file) =>
    outside.includes(featureOf(file))
      ? []
      : [...codeOf(file).matchAll(/from '\.\.\/(\w+)\/store\.ts'/g)].map(
          ([, other]) => `${file} uses the store of ${other}`,
        ),
  )
  expect(wrong).toEqual([])
})

const tablesOf: Record<string, readonly string[]> = {
  alarm: ['alarm', 'alarmRung'],
  audit: ['auditSeal'],
  callback: [
    'callback',
    'attempt',
    'ratingReview',
    'callbackDraft',
    'callbackDraw',
    'callbackNote',
    'shiftNote',
  ],
  citizen: ['erasure', 'erasureDeferred'],
  evaluation: ['reply', 'triage', 'duty', 'lexiconVersion'],
  foundation: ['audit'],
  growth: ['erasureMark'],
  intake: ['transaction', 'transactionKey', 'amendment', 'source'],
  policy: ['policyVersion', 'policyDraft'],
  scoring: ['outcome', 'outcomeKey', 'outbox', 'feed'],
  sms: [
    'message',
    'messageKey',
    'contactBlock',
    'sendingPause',
    'sendingRate',
    'inbound',
    'inboundKey',
  ],
  // A source's key is made where all keys are made.
  telephony: ['call', 'exchangeLease'],
  staff: ['staff', 'accessKey', 'source', 'staffPassword', 'session', 'signInFailure'],
  survey: ['survey', 'openSurvey', 'suppression', 'dryRun'],
  template: ['templateVersion', 'templatePlan'],
  unit: ['unitVersion', 'officerVersion'],
}
const camel = (name: string) => name.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase())

test('a table is written by the feature that owns it, and by no other', () => {
  const writes =
    /(?:insertInto|updateTable|deleteFrom|insertRows\(\s*\w+,)\(?\s*'(\w+)|\b(?:INSERT INTO|DELETE FROM|UPDATE) ([a-z_]+)\b/g
  const seen = new Set<string>()
  const wrong = tree.flatMap((file) => {
    const feature = featureOf(file)
    // Benchmarks fill databases of their own, with a plain design's tables beside ours.
    if (feature === '' || file.startsWith('src/sandbox/bench/')) return []
    return [...codeOf(file).matchAll(writes)].flatMap(([, built, raw]) => {
      const table = camel(built ?? raw!)
      seen.add(table)
      return tablesOf[feature]?.includes(table) ? [] : [`${file} writes ${table}`]
    })
  })
  expect(wrong).toEqual([])
  expect([...seen].sort()).toEqual([...new Set(Object.values(tablesOf).flat())].sort())
})

/** Every statement that changes rows: the table, what it sets, and under what condition. */
function updates(code: string): { table: string; sets: string; where: string }[] {
  const built = [...code.matchAll(/\.updateTable\(\s*'(\w+)'\s*\)([\s\S]*?)\.execute\w*\(/g)].map(
    ([, table, rest]) => {
      const at = rest!.indexOf('.where(')
      return { table: table!, sets: rest!.slice(0, at), where: at < 0 ? '' : rest!.slice(at) }
    },
  )
  const raw = [
    ...code.matchAll(/\bUPDATE ([a-z_]+)(?: [a-z])? SET ([\s\S]*?)(?:\bWHERE\b([^`]*))?`/g),
  ].map(([, table, sets, where]) => ({ table: camel(table!), sets: sets!, where: where ?? '' }))
  return [...built, ...raw]
}

const stateful = [
  ...readFileSync('src/foundation/db-types.ts', 'utf8').matchAll(
    /export interface (\w+) \{([^}]*)\}/g,
  ),
].flatMap(([, name, columns]) =>
  /^ {2}state: /m.test(columns!) ? [name!.charAt(0).toLowerCase() + name!.slice(1)] : [],
)

test('law 3: a state is changed only by a statement that says from which state', () => {
  expect(stateful).toEqual(expect.arrayContaining(['survey', 'message', 'callback', 'inbound']))
  const setsState = /\bstate\s*[:,}]|\bstate = |\.set\(\s*[\w.]+(?:\(|\s*\))(?!\s*=>)/
  const asksState = /(?:where|eb)\(\s*'(?:\w+\.)?state'|\bstate (?:=|<>|IN|NOT IN) /
  let changes = 0
  const wrong = tree.flatMap((file) =>
    file.startsWith('src/sandbox/bench/')
      ? []
      : updates(codeOf(file)).flatMap(({ table, sets, where }) => {
          if (!stateful.includes(table) || !setsState.test(sets)) return []
          changes++
          return asksState.test(where) ? [] : [`${file} changes the state of ${table}: ${sets}`]
        }),
  )
  expect(wrong).toEqual([])
  expect(changes).toBeGreaterThan(20)
})

test('law 3: no state is changed by an insert that finds its row standing', () => {
  const upsert = /\.doUpdateSet\((?:(?!\.execute)[\s\S])*?\bstate:|DO UPDATE SET[^`]*\bstate =/
  expect(tree.filter((file) => upsert.test(codeOf(file)))).toEqual([])
})
