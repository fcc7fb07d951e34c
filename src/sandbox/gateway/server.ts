import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createActions } from './actions.ts'
import { refuse, send, strike, throttled } from './answer.ts'
import { createControl } from './control.ts'
import { createDelivery, type Outlet } from './delivery.ts'
import { openJournal } from './journal.ts'
import { createFaults, type Action } from './faults.ts'
import type { SandboxGateway, SandboxOptions } from './gateway.ts'
import { createLedger } from './ledger.ts'
import { createLimits, usualLimits } from './limits.ts'
import { createPending } from './pending.ts'
import { createPusher, usualPushes, type Pusher } from './push.ts'
import { createQueueHttp } from './queue-http.ts'
import { createQueueTokens } from './queue-token.ts'
import { createQueue, type MessageQueue } from './queue.ts'
import { createReviewer, usualReviews } from './reviewer.ts'
import { signatureVerifier } from './signature.ts'

/**
 * Starts the gateway that stands in for Alibaba Cloud: the same wire protocol, signature check, limits,
 * receipts and pushes, and faults that can be switched on.
 */
export async function startSandboxGateway(options: SandboxOptions): Promise<SandboxGateway> {
  const { clock } = options
  const nowMs = () => clock.nowMs()
  const random = options.random ?? Math.random
  const ledger = createLedger(
    options.journal === undefined ? undefined : openJournal(options.journal),
  )
  const limits = createLimits({ ...usualLimits, ...options.limits }, nowMs)
  const faults = createFaults(random)
  const pending = createPending()
  const pushSettings = { ...usualPushes, ...options.pushes }
  const reports = createPusher(pushSettings, pending)
  const ups = createPusher(pushSettings, pending)
  const verdicts = createPusher({ ...pushSettings, maxItems: 1 }, pending)
  const reviewer = createReviewer({
    clock,
    settings: { ...usualReviews, ...options.reviews },
    templates: options.templates ?? [],
    openTemplates: options.openTemplates ?? false,
    push: (report) => verdicts.push([report], false),
  })
  const queueOf = (name: string | undefined) =>
    name === undefined
      ? null
      : createQueue(clock, options.queueVisibilityMs ?? 30_000, pending, faults)
  const named = { SmsUp: options.queues?.smsUp, SmsReport: options.queues?.smsReport }
  const upQueue = queueOf(named.SmsUp)
  const reportQueue = queueOf(named.SmsReport)
  const queues = new Map<string, MessageQueue>()
  if (upQueue) queues.set(named.SmsUp!, upQueue)
  if (reportQueue) queues.set(named.SmsReport!, reportQueue)
  const tokens = createQueueTokens(
    clock,
    options.queueTokenLifeMs ?? 600_000,
    (type, queue) => named[type as keyof typeof named] === queue,
  )
  const outlets = (pusher: Pusher, queue: MessageQueue | null): Outlet[] => [
    (items, newestFirst) => pusher.push(items, newestFirst),
    (items) => queue?.put(items),
  ]
  const delivery = createDelivery({
    clock,
    ledger,
    faults,
    random,
    pending,
    reports: outlets(reports, reportQueue),
    ups: outlets(ups, upQueue),
    receiptDelayMs: options.receiptDelayMs ?? 500,
    behaviour: options.behaviour ?? (() => ({})),
  })
  const actions = createActions({
    clock,
    ledger,
    limits,
    templateOf: (code) => reviewer.sendable(code),
    signatures: options.signatures ?? null,
    onAccepted: (entries) => delivery.deliver(entries),
  })
  actions['QueryTokenForMnsQueue'] = (p) => ({ phones: [], run: () => tokens.give(p) })
  for (const [name, review] of Object.entries(reviewer.actions)) {
    actions[name] = (p) => ({ phones: [], run: () => review(p) })
  }
  const verify = signatureVerifier(options.credentials, nowMs)

  const call = (request: IncomingMessage, body: Buffer, response: ServerResponse) => {
    const query = new URL(request.url ?? '/', 'http://sandbox').searchParams
    const { method = '', headers } = request
    const forged = verify({ method, query, headers, body })
    if (forged) return send(response, refuse(forged.code, forged.message, forged.status))
    if (limits.tooFast()) return send(response, throttled)
    const name = String(headers['x-acs-action'])
    const action = actions[name]
    if (!action) return send(response, refuse('InvalidAction.NotFound', 'Unknown action.', 404))
    const parameters = new URLSearchParams(body.toString('utf8'))
    for (const [key, value] of query) parameters.set(key, value)
    const prepared = action(parameters)
    const fault = faults.strike(name as Action, prepared.phones)
    if (!fault) return send(response, prepared.run())
    return strike(fault, prepared.run, response)
  }

  const gateway: Omit<SandboxGateway, 'url' | 'endpoint' | 'port'> = {
    ledger: () => ledger.all(),
    setFaults: (settings) => faults.set(settings),
    setCallbacks({ smsUp, smsReport, templateReport }) {
      if (smsUp !== undefined) ups.setUrl(smsUp)
      if (smsReport !== undefined) reports.setUrl(smsReport)
      if (templateReport !== undefined) verdicts.setUrl(templateReport)
    },
    addTemplates: (added) => reviewer.add(added),
    reviewed: () => reviewer.all(),
    review: (verdict) => reviewer.decide(verdict),
    reply: (reply) => delivery.reply(reply),
    resume: () => delivery.deliver(ledger.all()),
    state: () => ({
      accepted: ledger.all().length,
      repeated: ledger.repeated(),
      pending: pending.count(),
      smsReport: reports.counts(),
      smsUp: ups.counts(),
    }),
    reset() {
      delivery.reset()
      reports.reset()
      ups.reset()
      verdicts.reset()
      for (const queue of queues.values()) queue.reset()
      pending.clear()
      ledger.reset()
      limits.reset()
      faults.set({})
    },
    idle: () => pending.idle(),
    async close() {
      delivery.reset()
      reports.close()
      ups.close()
      verdicts.close()
      reviewer.close()
      pending.clear()
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      server.closeAllConnections()
      await closed
    },
  }
  gateway.setCallbacks(options.callbacks ?? {})

  const control = createControl(gateway, options.controlToken)
  const pull = createQueueHttp(tokens, queues)
  // A thousand numbers in one SendSms make 16 KB of address, at which Node stops otherwise.
  const server = createServer({ maxHeaderSize: 64 * 1_024 }, (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks)
      if (request.url?.startsWith('/sandbox/')) control(request, body, response)
      else if (request.url?.startsWith('/queues/')) pull(request, body, response)
      else call(request, body, response)
    })
  })
  // A socket that closes while the next call is on its way would look like a lost answer.
  server.keepAliveTimeout = 60_000
  const host = options.host ?? '127.0.0.1'
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(options.port ?? 0, host, resolve)
  })
  const { port } = server.address() as AddressInfo
  return { ...gateway, url: `http://${host}:${port}`, endpoint: `${host}:${port}`, port }
}
