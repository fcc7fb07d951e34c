import type { When } from './steps.ts'

/** What keeps a fault from doing harm, and how it looks when somebody takes it away. */
export interface Guard {
  fault: string
  /** In words: what holds. */
  holds: string
  /** Kills: when the process must die for the guard to matter. */
  when?: When
  edits: readonly Edit[]
}

interface Edit {
  file: string
  from: string
  to: string
}

const edit = (file: string, from: string, to: string): Edit => ({ file, from, to })

const forgottenSeconds = 'look_at = now() + make_interval(secs => ${claimSeconds})'
const forEver = "look_at = 'infinity'"
const lookedAtOnce = (file: string, where: string) =>
  edit(file, `${forgottenSeconds}\n${where}`, `${forEver}\n${where}`)
const textsLookedAtOnce = lookedAtOnce(
  'src/sms/take.ts',
  '      WHERE m.id = ANY(ARRAY(SELECT id FROM locked))',
)
const unsettledLookedAtOnce = lookedAtOnce(
  'src/sms/take.ts',
  '      WHERE m.id = ANY(ARRAY(SELECT id FROM due))',
)
// The queue has a net of its own below ours: it gives the jobs of the dead to others.
const noSecondChanceByQueue = edit(
  'src/foundation/queue-backend.ts',
  'maxStalledCount: 3',
  'maxStalledCount: 0',
)
const rawProvesNothing = edit(
  'src/sms/inbound.ts',
  'lookAt: nowPlus(repairAfterSeconds)',
  'lookAt: null',
)
const repeatsAreNew = edit(
  'src/sms/inbound.ts',
  'if (items.length === 0) return []',
  'return [...items]',
)
const unknownForgotten = edit(
  'src/sms/store.ts',
  "state: 'unknown', reason: cause, lookAt: nowPlus(lookAfterSeconds)",
  "state: 'unknown', reason: cause, lookAt: null",
)
const notSent = "return outcomeOf('local.NOT_CONNECTED', '')"
const cutIsNo = edit(
  'src/sms/aliyun.ts',
  "return { outcome: 'unknown', cause: 'connection', code: thrown.code }",
  notSent,
)
const halfIsNo = edit(
  'src/sms/aliyun.ts',
  '  }\n  return unreadable\n}\n\n// Where the name',
  `  }\n  ${notSent}\n}\n\n// Where the name`,
)
const errorIsNo = edit(
  'src/sms/aliyun.ts',
  "return { outcome: 'unknown', cause: 'server_error', ...(code && { code }) }",
  notSent,
)
const nobodyListens = edit(
  'src/foundation/database.ts',
  "  pool.on('connect', (client) => client.on('error', () => {}))\n",
  '',
)
const machineNow = 'new Date()'

export const guards: readonly Guard[] = [
  {
    fault: 'kill.relay.take',
    holds: 'what is taken is looked at again after a minute',
    when: 'after',
    edits: [textsLookedAtOnce],
  },
  {
    fault: 'kill.dispatch.intend',
    holds: 'a text left in submitting becomes unknown',
    when: 'after',
    edits: [edit('src/sms/reconcile.ts', 'of stuck) {', 'of stuck.slice(0, 0)) {')],
  },
  {
    fault: 'kill.dispatch.call',
    holds: 'the intent is committed before the call',
    when: 'after',
    edits: [
      edit(
        'src/sms/dispatch.ts',
        '  const submissions = await deps.db.transaction().execute((tx) => intend(deps, tx, policy, ids))',
        `  return deps.db.transaction().execute(async (tx) => {
    for (const each of await intend(deps, tx, policy, ids))
      await settle(deps, tx, policy, each, await deps.gateway.send(each.batch))
  })
  const submissions: Submission[] = []`,
      ),
    ],
  },
  {
    fault: 'kill.dispatch.settle',
    holds: 'a receipt settles a text that is still submitting',
    when: 'before',
    edits: [
      edit('src/sms/receipts.ts', "['submitting', 'unknown', 'queued']", "['unknown', 'queued']"),
    ],
  },
  {
    fault: 'kill.reconcile.ask',
    holds: 'what is asked about is asked about again',
    when: 'before',
    edits: [unsettledLookedAtOnce, noSecondChanceByQueue],
  },
  {
    fault: 'kill.reconcile.settle',
    holds: 'what is asked about is asked about again',
    when: 'before',
    edits: [unsettledLookedAtOnce, noSecondChanceByQueue],
  },
  {
    fault: 'kill.receipt.raw',
    holds: 'a raw push shows itself that it is due',
    when: 'after',
    edits: [rawProvesNothing],
  },
  {
    fault: 'kill.receipt.settle',
    holds: 'a raw push shows itself that it is due',
    when: 'before',
    edits: [rawProvesNothing, noSecondChanceByQueue],
  },
  {
    fault: 'kill.reply.raw',
    holds: 'a push is stored before it is acknowledged',
    when: 'before',
    edits: [
      edit(
        'src/sms/routes.ts',
        `          const id = await store({ channel, body })
          deps.pushed(channel, id, body)`,
        `          setTimeout(() => void store({ channel, body }).then((id) => deps.pushed(channel, id, body)), 50)`,
      ),
    ],
  },
  {
    fault: 'kill.reply.store',
    holds: 'that a reply was taken in is noted in the transaction that takes it in',
    when: 'before',
    edits: [
      edit(
        'src/evaluation/take-in.ts',
        'claimItems(tx, incoming)',
        'claimItems(deps.db, incoming)',
      ),
    ],
  },
  {
    fault: 'kill.reply.done',
    holds: 'a reply that comes again is known',
    when: 'before',
    edits: [repeatsAreNew],
  },
  {
    fault: 'kill.callback.open',
    holds: 'a callback is opened in the transaction that stores the reply',
    when: 'before',
    edits: [
      edit(
        'src/callback/open.ts',
        `  return insertCallbacks(
    tx,
    wanted`,
        `  return insertLater(deps,
    wanted`,
      ),
      edit(
        'src/callback/open.ts',
        '/**\n * The cases among these whose citizen was reached',
        `function insertLater(deps: Core, rows: Parameters<typeof insertCallbacks>[1]): Id[] {
  setTimeout(() => void deps.db.transaction().execute((tx) => insertCallbacks(tx, rows)), 100)
  return rows.map(({ caseId }) => caseId)
}

/**\n * The cases among these whose citizen was reached`,
      ),
    ],
  },
  {
    fault: 'kill.callback.claim',
    holds: 'a lease that ran out is returned',
    when: 'after',
    edits: [
      edit(
        'src/callback/lease-store.ts',
        "export async function returnExpiredLeases(deps: Pick<Core, 'db'>): Promise<number> {\n",
        "export async function returnExpiredLeases(deps: Pick<Core, 'db'>): Promise<number> {\n  return 0\n",
      ),
    ],
  },
  {
    fault: 'kill.callback.attempt',
    holds: 'the recorded try shows itself that it must be settled',
    when: 'after',
    edits: [
      edit(
        'src/callback/attempt-store.ts',
        'settleAt: nowPlus(undoSeconds)',
        "settleAt: new Date('2100-01-01')",
      ),
      edit(
        'src/callback/attempt.ts',
        '  if (policy.undoSeconds > 0) await holdUnsettled(tx, id)',
        `  const settleNow = deps.db.updateTable('attempt').set({ settleAt: new Date() })
  setTimeout(() => void settleNow.where('id', '=', attempt.id).execute(), 500)
  if (policy.undoSeconds > 0) await holdUnsettled(tx, id)`,
      ),
    ],
  },
  {
    fault: 'kill.callback.settle',
    holds: 'a try counts as settled in the transaction that draws its consequences',
    when: 'after',
    edits: [
      edit(
        'src/callback/attempt.ts',
        'if (attempt) await settle(deps, tx, attempt, await lockCallback(tx, attempt.callbackId))',
        `if (!attempt) return
        await markSettled(tx, attempt.id)
        setTimeout(() => void deps.db.transaction().execute(async (later) =>
          settle(deps, later, attempt, await lockCallback(later, attempt.callbackId))), 100)`,
      ),
    ],
  },
  {
    fault: 'kill.feed.number',
    holds: 'the outbox is emptied in the transaction that numbers',
    when: 'before',
    edits: [
      edit(
        'src/scoring/feed.ts',
        '    const result = await sql`\n      WITH taken AS (',
        '    const { rows: taken } = await sql<{ id: Id; subject: Id }>`',
      ),
      edit(
        'src/scoring/feed.ts',
        `        RETURNING id, subject)
      INSERT INTO feed`,
        `        RETURNING id, subject\`.execute(deps.db)
    const result = await sql\`
      INSERT INTO feed`,
      ),
      edit(
        'src/scoring/feed.ts',
        'FROM taken`',
        'FROM unnest(${taken.map((each) => each.id)}::uuid[], ${taken.map((each) => each.subject)}::uuid[]) AS t (id, subject)`',
      ),
    ],
  },
  {
    fault: 'kill.survey.conclude',
    holds: 'a survey whose window ended is looked at until it is concluded',
    when: 'before',
    edits: [
      lookedAtOnce('src/survey/store.ts', '    WHERE s.id = ANY(ARRAY(SELECT id FROM due))'),
      noSecondChanceByQueue,
    ],
  },
  {
    fault: 'redis.flushed',
    holds: 'what is taken is looked at again after a minute',
    edits: [textsLookedAtOnce],
  },
  {
    fault: 'redis.stopped',
    holds: 'what is taken is looked at again after a minute',
    edits: [textsLookedAtOnce],
  },
  {
    fault: 'redis.restarted_empty',
    holds: 'what is taken is looked at again after a minute',
    edits: [textsLookedAtOnce],
  },
  {
    fault: 'redis.hangs',
    holds: 'a wake-up that fails harms nobody',
    edits: [
      edit(
        'src/foundation/queue-backend.ts',
        'enableOfflineQueue: false,',
        'enableOfflineQueue: false,\n    commandTimeout: 500,',
      ),
      edit(
        'src/foundation/queue.ts',
        "      log.warn({ err: error, queue: name }, 'wake-up lost; the sweep repeats it')",
        '      setImmediate(() => { throw error })',
      ),
    ],
  },
  {
    fault: 'postgres.crashed',
    holds: 'a connection that is cut in a transaction does not end the process',
    edits: [nobodyListens],
  },
  {
    fault: 'postgres.connections_cut',
    holds: 'a connection that is cut in a transaction does not end the process',
    edits: [nobodyListens],
  },
  {
    fault: 'gateway.hangs_after_accepting',
    holds: 'a call without an answer is unknown, not refused',
    edits: [
      edit(
        'src/sms/aliyun.ts',
        "if (error === deadlinePassed) return { outcome: 'unknown', cause: 'timeout' }",
        `if (error === deadlinePassed) ${notSent}`,
      ),
    ],
  },
  {
    fault: 'gateway.hangs_before_accepting',
    holds: 'what is unknown is looked into',
    edits: [unknownForgotten],
  },
  {
    fault: 'gateway.server_error_after_accepting',
    holds: 'a server error is unknown, not a refusal',
    edits: [errorIsNo],
  },
  {
    fault: 'gateway.server_error_before_accepting',
    holds: 'what is unknown is looked into',
    edits: [unknownForgotten],
  },
  {
    fault: 'gateway.throttles',
    holds: 'what is throttled is tried again',
    edits: [
      edit(
        'src/sms/rules.ts',
        "    case 'flow': {\n",
        "    case 'flow': {\n      if (now) return { do: 'give_up', afterSeconds: 0, countsAsTry: true }\n",
      ),
    ],
  },
  {
    fault: 'gateway.cuts_mid_body',
    holds: 'half an answer is unknown, not a refusal',
    edits: [cutIsNo, halfIsNo],
  },
  {
    fault: 'gateway.cuts_connection',
    holds: 'a cut connection is unknown, not a refusal',
    edits: [cutIsNo, halfIsNo],
  },
  {
    fault: 'gateway.answers_html',
    holds: 'a proxy’s page is unknown, not a refusal',
    edits: [halfIsNo],
  },
  {
    fault: 'gateway.loses_receipts',
    holds: 'a receipt that does not come is asked for',
    edits: [edit('src/sms/store.ts', '.then(nowPlus(facts.receiptMissingSeconds))', '.then(null)')],
  },
  {
    fault: 'gateway.pushes_twice_and_out_of_order',
    holds: 'a reply that comes again is known',
    edits: [repeatsAreNew],
  },
  {
    fault: 'clock.worker_ahead',
    holds: 'leases end by the database’s clock',
    edits: [
      edit(
        'src/callback/lease-store.ts',
        ".where('leaseUntil', '<=', sql<Date>`now()`)",
        `.where('leaseUntil', '<=', ${machineNow})`,
      ),
    ],
  },
  {
    fault: 'clock.worker_behind',
    holds: 'ids of slow machines are found all the same',
    edits: [
      edit(
        'src/foundation/ids.ts',
        'const clocksApartMs = 24 * 3600 * 1000',
        'const clocksApartMs = 0',
      ),
    ],
  },
  {
    fault: 'clock.server_ahead',
    holds: 'whether a lease holds is asked of the database’s clock',
    edits: [
      edit(
        'src/callback/lease-store.ts',
        ".where('leaseUntil', '>', sql<Date>`now()`)",
        `.where('leaseUntil', '>', ${machineNow})`,
      ),
    ],
  },
  {
    fault: 'clock.server_behind',
    holds: 'a lease is given by the database’s clock',
    edits: [
      edit(
        'src/callback/lease-store.ts',
        'lease_until = ${nowPlus(leaseSeconds)}\n      WHERE id = (${wanted})',
        'lease_until = ${new Date(Date.now() + leaseSeconds * 1000)}\n      WHERE id = (${wanted})',
      ),
      edit(
        'src/callback/store.ts',
        ".set({ state: 'talking', leaseUntil: nowPlus(leaseSeconds) })",
        ".set({ state: 'talking' })",
      ),
    ],
  },
]
