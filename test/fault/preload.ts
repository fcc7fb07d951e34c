import { subscribe } from 'node:diagnostics_channel'
import { openSync } from 'node:fs'
import { flushCompileCache, syncBuiltinESMExports } from 'node:module'
import os from 'node:os'
import { Client, type QueryResult } from 'pg'
import type { Armed } from './steps.ts'

// Loaded before huifang (`node --import`): kills the process at one step of its work, or sets its
// clock wrong. The product knows nothing of it. Neither the pool nor the SDK is replaced; statements
// and calls are only watched on their way.

// It only ever ends by a kill, which would leave nothing of what was compiled to the next one.
setTimeout(flushCompileCache, 5_000).unref()
// Beside other tests, a worker behind everybody waits longer than the suite's short settings take a crash to last.
os.setPriority = () => {}
syncBuiltinESMExports()
const armed = JSON.parse(process.env['FAULT_STEP'] ?? 'null') as Armed | null
if (armed) watch(armed)
const shiftMs = Number(process.env['FAULT_CLOCK_SHIFT_MS'] ?? 0)
if (shiftMs !== 0) shiftClock(shiftMs)

function watch({ step, when, nth, token }: Armed): void {
  let seen = 0
  const isTurn = () => ++seen === nth
  // Whoever makes the file first dies; a restarted process, or another one at the same step, lives on.
  const die = () => {
    try {
      openSync(token, 'wx')
    } catch {
      return
    }
    process.kill(process.pid, 'SIGKILL')
  }
  if ('call' in step) watchCalls(step.call, when, isTurn, die)
  else watchStatements(step, when, isTurn, die)
}

function watchStatements(
  step: { statement: string } | { commit: string },
  when: Armed['when'],
  isTurn: () => boolean,
  die: () => void,
): void {
  const pattern = new RegExp('statement' in step ? step.statement : step.commit, 'i')
  // The statements that changed something since each connection began its transaction: looked at one
  // by one, for a pattern must not begin in one and end in another.
  const transactions = new WeakMap<Client, string[]>()
  const concerns = (client: Client, said: string): boolean => {
    const changed = transactions.get(client)
    if (/^begin/i.test(said)) transactions.set(client, [])
    else if (/^(commit|rollback)/i.test(said)) transactions.delete(client)
    if ('statement' in step) return changed === undefined && pattern.test(said)
    return /^commit/i.test(said) && (changed ?? []).some((statement) => pattern.test(statement))
  }
  // A look that found nothing is no step: an idle relay looks four times a second.
  const foundSomething = ({ command, rowCount }: QueryResult) =>
    command === 'COMMIT' || rowCount !== 0
  type Query = (...args: unknown[]) => unknown
  const prototype = Client.prototype as unknown as { query: Query }
  const query = prototype.query
  prototype.query = function (this: Client, ...args) {
    const said = textOf(args)
    const concerned = concerns(this, said)
    const strikes = concerned && when !== 'after' && isTurn()
    if (strikes && when === 'before') die()
    const done = query.apply(this, args) as Promise<QueryResult>
    if (strikes) setImmediate(die)
    // `Pool.query`, by which the queue asks, hands over a callback and gets no promise.
    if (!(done instanceof Promise)) return done
    const lookAt = (result: QueryResult) => {
      if (!foundSomething(result)) return
      transactions.get(this)?.push(said)
      if (concerned && when === 'after' && isTurn()) die()
    }
    void done.then(lookAt, () => {})
    return done
  }
}

interface Statement {
  text?: string
  values?: unknown
}

/** A statement with its values, but without what is binary. */
function textOf([first, values]: unknown[]): string {
  const { text, values: own } =
    typeof first === 'string' ? { text: first, values } : ((first ?? {}) as Statement)
  const plain = JSON.stringify(own ?? values ?? [], (_, value: unknown) =>
    typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer'
      ? null
      : value,
  )
  return `${text ?? ''} ${plain}`
}

function watchCalls(
  action: string,
  when: Armed['when'],
  isTurn: () => boolean,
  die: () => void,
): void {
  const channel = {
    before: 'http.client.request.created',
    during: 'http.client.request.start',
    after: 'http.client.response.finish',
  }[when]
  subscribe(channel, (message) => {
    const { request } = message as { request: { getHeader(name: string): unknown } }
    if (request.getHeader('x-acs-action') !== action || !isTurn()) return
    if (when === 'during') setTimeout(die, 2)
    else die()
  })
}

function shiftClock(byMs: number): void {
  const Real = Date
  globalThis.Date = class extends Real {
    constructor(...args: unknown[]) {
      super(...((args.length === 0 ? [Real.now() + byMs] : args) as [number]))
    }
    static override now(): number {
      return Real.now() + byMs
    }
  } as DateConstructor
}
