import { createHmac } from 'node:crypto'
import { expect, test } from 'vitest'
import { dateAt, systemClock } from '../../src/foundation/clock.ts'
import type { SandboxGateway, SandboxOptions } from '../../src/sandbox/gateway/gateway.ts'
import { mnsQueue } from '../../src/sms/mns.ts'
import { fetchQueueToken, type TokenSettings } from '../../src/sms/mns-token.ts'
import { credentials, sandbox } from './pair.ts'

const name = 'Alicom-Queue-1-SmsUp'
const other = 'Alicom-Queue-1-SmsReport'

const withQueue = (options: Partial<SandboxOptions> = {}) =>
  sandbox({ queues: { smsUp: name, smsReport: other }, ...options })

function account(gateway: SandboxGateway, change: Partial<TokenSettings> = {}): TokenSettings {
  const { endpoint } = gateway
  return { ...credentials, endpoint, protocol: 'http', callTimeoutMs: 5_000, ...change }
}

function queue(gateway: SandboxGateway, change: Partial<TokenSettings> = {}, clock = systemClock) {
  const token = account(gateway, change)
  return mnsQueue({ token, channel: 'sms_up', queue: name, endpoint: gateway.url }, clock)
}

function replies(gateway: SandboxGateway, count: number): void {
  for (let n = 0; n < count; n++) {
    gateway.reply({ phone: `138${String(n).padStart(8, '0')}`, text: `回复${n}` })
  }
}

/** Pulls until so many have come: the sandbox's replies are under way by timers. */
async function pull(pulled: ReturnType<typeof queue>, count: number) {
  const messages = []
  while (messages.length < count) messages.push(...(await pulled.receive(5)))
  return messages
}

test('what citizens reply is pulled, at most 16 at once, and gone once it is removed', async () => {
  const gateway = await withQueue()
  const pulled = queue(gateway)
  replies(gateway, 20)
  const first = await pulled.receive(5)
  expect(first.length).toBeLessThanOrEqual(16)
  const all = [...first, ...(await pull(pulled, 20 - first.length))]
  const contents = all.map(({ body }) => (JSON.parse(body) as { content: string }).content)
  expect(contents.toSorted()).toEqual(Array.from({ length: 20 }, (_, n) => `回复${n}`).toSorted())
  await pulled.remove(all.slice(0, 16).map(({ handle }) => handle))
  await pulled.remove(all.slice(16).map(({ handle }) => handle))
  await gateway.idle()
  expect(await pulled.receive(0)).toEqual([])
})

test('what is not removed comes again; an old handle removes nothing', async () => {
  const gateway = await withQueue({ queueVisibilityMs: 50 })
  const pulled = queue(gateway)
  replies(gateway, 1)
  const [first] = await pull(pulled, 1)
  const [again] = await pull(pulled, 1)
  expect(again!.body).toBe(first!.body)
  expect(again!.handle).not.toBe(first!.handle)
  await pulled.remove([first!.handle])
  const [third] = await pull(pulled, 1)
  await pulled.remove([third!.handle])
  await gateway.idle()
})

test('an empty queue is an empty answer, not an error', async () => {
  expect(await queue(await withQueue()).receive(0)).toEqual([])
})

test('a key is fetched anew before it ends', async () => {
  // Good for less than the two minutes that are kept clear of: each call needs a new one.
  const gateway = await withQueue({ queueTokenLifeMs: 60_000, queueVisibilityMs: 1 })
  const pulled = queue(gateway)
  replies(gateway, 1)
  const shown = [...(await pull(pulled, 1)), ...(await pull(pulled, 1))]
  expect(shown).toHaveLength(2)
})

test('a key that ended before its time costs one try', async () => {
  const gateway = await withQueue({ queueTokenLifeMs: 0 })
  const hourAgo = () => systemClock.nowMs() - 3_600_000
  const slow = { nowMs: hourAgo, now: () => dateAt(hourAgo()) }
  const pulled = queue(gateway, {}, slow)
  await expect(pulled.receive(0)).rejects.toMatchObject({
    code: 'sms.pull_failed',
    details: { code: 'SecurityTokenExpired' },
  })
})

test.each([
  ['a wrong secret', { accessKeySecret: 'wrong' }, 'SignatureDoesNotMatch'],
  ['an unknown key', { accessKeyId: 'nobody' }, 'InvalidAccessKeyId.NotFound'],
  ['a place where nobody listens', { endpoint: '127.0.0.1:9' }, 'ECONNREFUSED'],
])('%s: an error with a code and no more', async (_what, change, code) => {
  const failed = queue(await withQueue(), change).receive(0)
  await expect(failed).rejects.toMatchObject({ code: 'sms.pull_failed', details: { code } })
  await expect(failed).rejects.not.toThrow(/http|nobody|wrong/)
})

test('a queue of another name gets no key', async () => {
  const gateway = await withQueue()
  const token = fetchQueueToken(account(gateway), 'sms_up', 'Alicom-Queue-2-SmsUp', systemClock)
  await expect(token).rejects.toMatchObject({ details: { code: 'isv.QUEUE_NAME_ILLEGAL' } })
})

test('the sandbox really checks what it is shown: signature, security token, queue, date', async () => {
  const gateway = await withQueue()
  const token = await fetchQueueToken(account(gateway), 'sms_up', name, systemClock)
  const ask = async (
    change: { secret?: string; securityToken?: string; path?: string; date?: string } = {},
  ) => {
    const resource = `/queues/${change.path ?? name}/messages?numOfMessages=1`
    const date = change.date ?? systemClock.now().toUTCString()
    const text = `GET\n\n\n${date}\nx-mns-version:2015-06-06\n${resource}`
    const signature = createHmac('sha1', change.secret ?? token.accessKeySecret)
      .update(text)
      .digest('base64')
    const response = await fetch(gateway.url + resource, {
      headers: {
        date,
        'x-mns-version': '2015-06-06',
        authorization: `MNS ${token.accessKeyId}:${signature}`,
        'security-token': change.securityToken ?? token.securityToken,
      },
    })
    return /<Code>(\w+)/.exec(await response.text())?.[1]
  }
  expect(await ask()).toBe('MessageNotExist')
  expect(await ask({ secret: 'guess' })).toBe('SignatureDoesNotMatch')
  expect(await ask({ securityToken: 'guess' })).toBe('InvalidSecurityToken')
  expect(await ask({ path: other })).toBe('AccessDenied')
  expect(await ask({ date: dateAt(0).toUTCString() })).toBe('TimeExpired')
})
