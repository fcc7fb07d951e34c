import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../src/foundation/clock.ts'
import { runSandbox } from '../../../src/sandbox/gateway/command.ts'
import type { LedgerEntry } from '../../../src/sandbox/gateway/ledger.ts'
import { adapter, batch, credentials, sandbox, text } from '../../sms/pair.ts'
import { receiver } from './receiver.ts'

const post = (url: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(url, { method: 'POST', headers, body: JSON.stringify(body) })

describe('the control interface', () => {
  it('runs the gateway by HTTP alone', async () => {
    const { callbacks, items } = await receiver()
    const gateway = await sandbox({ openTemplates: false })
    const control = `${gateway.url}/sandbox`
    const sms = adapter(gateway)
    expect((await sms.send(batch([text(1)]))).outcome).toBe('rejected')

    const templates = [{ code: 'SMS_100001', content: '${unit}${business}' }]
    expect((await post(`${control}/templates`, templates)).status).toBe(200)
    expect((await post(`${control}/callbacks`, callbacks)).status).toBe(200)
    expect((await sms.send(batch([text(1), text(2)]))).outcome).toBe('accepted')

    const faults = { calls: [{ what: 'server_error', accept: true }] }
    expect((await post(`${control}/faults`, faults)).status).toBe(200)
    expect((await sms.send(batch([text(3)]))).outcome).toBe('unknown')

    await post(`${control}/reply`, { phone: text(1).phone, text: '满意' })
    await gateway.idle()
    expect(items('/up')).toMatchObject([{ phone_number: text(1).phone, content: '满意' }])
    expect(items('/report').length).toBe(3)

    const all = (await (await fetch(`${control}/ledger`)).json()) as LedgerEntry[]
    expect(all.map((entry) => entry.phone)).toEqual([1, 2, 3].map((n) => text(n).phone))
    expect(all[0]).toMatchObject({ content: '朝阳派出所户政', receipt: { code: 'DELIVERED' } })

    const asked = await fetch(`${control}/ledger?phone=${text(2).phone}`, {
      headers: { accept: 'application/x-ndjson' },
    })
    const lines = (await asked.text()).trim().split('\n')
    expect(lines.map((line) => (JSON.parse(line) as LedgerEntry).phone)).toEqual([text(2).phone])

    expect(await (await fetch(`${control}/state`)).json()).toMatchObject({
      accepted: 3,
      pending: 0,
      smsReport: { delivered: 3 },
      smsUp: { delivered: 1 },
    })
    await post(`${control}/reset`, {})
    expect(gateway.ledger()).toEqual([])
    expect((await sms.send(batch([text(1)]))).outcome).toBe('accepted')
  })

  it('refuses what makes no sense, and says why', async () => {
    const gateway = await sandbox()
    const control = `${gateway.url}/sandbox`
    const wrong = await post(`${control}/faults`, { calls: [{ what: 'explode' }] })
    expect(wrong.status).toBe(400)
    expect(await wrong.text()).toContain('calls[0].what')
    expect((await post(`${control}/faults`, { call: [] })).status).toBe(400)
    expect((await post(`${control}/callbacks`, { smsUp: 'nowhere' })).status).toBe(400)
    expect((await fetch(`${control}/reply`, { method: 'POST', body: '{' })).status).toBe(400)
    expect((await fetch(`${control}/nothing`)).status).toBe(404)
    expect((await fetch(`${control}/reset`)).status).toBe(404)
  })

  it('opens only to its token where one is set', async () => {
    const gateway = await sandbox({ controlToken: 'secret' })
    const url = `${gateway.url}/sandbox/state`
    expect((await fetch(url)).status).toBe(401)
    expect((await fetch(url, { headers: { authorization: 'Bearer secret' } })).status).toBe(200)
  })
})

describe('the command', () => {
  it('runs until it is told to stop, and says where it is to be found', async () => {
    const lines: string[] = []
    const stop = new AbortController()
    let started: (url: string) => void
    const url = new Promise<string>((resolve) => (started = resolve))
    const running = runSandbox({
      clock: systemClock,
      credentials,
      signal: stop.signal,
      write: (line) => {
        lines.push(line)
        const found = /http:\/\/127\.0\.0\.1:\d+/.exec(line)
        if (found) started(found[0])
      },
    })
    expect((await fetch(`${await url}/sandbox/state`)).status).toBe(200)
    stop.abort()
    await running
    await expect(fetch(`${await url}/sandbox/state`)).rejects.toThrow('fetch failed')
    expect(lines.join('\n')).not.toContain(credentials.accessKeySecret)
  })

  it('fails where the port is taken', async () => {
    const { port } = await sandbox()
    const options = { clock: systemClock, credentials, port, write: () => {} }
    const running = runSandbox({ ...options, signal: new AbortController().signal })
    await expect(running).rejects.toThrow('EADDRINUSE')
  })
})
