import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { contactBlock } from '../../src/sms/contact-block.ts'
import { query } from '../support/sql.ts'
import { freshPhone, row, testApp, type TestApp } from '../support/app.ts'
import { administrator } from '../template/life.ts'

let t: TestApp
let admin: Awaited<ReturnType<typeof administrator>>
beforeEach(async () => {
  t = await testApp()
  admin = await administrator(t)
})
afterEach(async () => t.close())

const activeId = async () =>
  (await admin.call('GET', '/templates')).versions.find(
    ({ key, state }: { key: string; state: string }) => key === 'ask' && state === 'active',
  ).id as string

describe('a text before anybody gets it', () => {
  test('is shown with what real transactions say, and no number is whole', async () => {
    const sent = row('a')
    await t.call('POST', '/api/v1/transactions', t.sourceKey, [
      sent,
      row('b', { business: '车管' }),
    ])
    const { samples, longestUnit } = await admin.call('GET', '/text-samples?business=户政')
    expect(samples).toMatchObject([
      {
        business: '户政',
        unitName: '黄楼派出所',
        params: { unit: '黄楼派出所', business: '户政' },
      },
    ])
    expect(samples[0].phone).toMatch(/^139\*{4}\d{4}$/)
    expect(longestUnit).toBe('徐州市公安局')
    expect((await admin.call('GET', '/text-samples')).samples).toHaveLength(2)
  })

  test('is texted to one’s own number, which is kept nowhere', async () => {
    const phone = freshPhone()
    const answer = await admin.call('POST', `/templates/${await activeId()}/test`, { phone })
    expect(answer.outcome).toBe('accepted')
    expect(t.gateway.ledger()).toMatchObject([{ phone, templateCode: 'SMS_800000001' }])
    const [{ dump }] = (await query(
      t.ownerUrl,
      `SELECT string_agg(a::text, ' ') || coalesce((SELECT string_agg(m::text, ' ') FROM message m), '') AS dump FROM audit a`,
    )) as [{ dump: string }]
    expect(dump).toContain('template.test')
    expect(dump).not.toContain(phone)
    expect(t.logged.join('\n')).not.toContain(phone)
  })

  test('is not texted while the provider has not approved it, to no number, or to one that is blocked', async () => {
    const { id } = await admin.draft()
    const draft = await admin.call('POST', `/templates/${id}/test`, { phone: freshPhone() }, 409)
    expect(draft.code).toBe('template.wrong_state')
    const active = await activeId()
    for (const phone of ['12345', '0516-80110110']) {
      const refusal = await admin.call('POST', `/templates/${active}/test`, { phone }, 400)
      expect(refusal.field).toBe('phone')
    }
    const phone = freshPhone()
    const phoneHash = t.app.vault.hashPhone(phone)
    await contactBlock(t.app.db, { phoneHash, kind: 'opt_out', origin: 'test' })
    await admin.call('POST', `/templates/${active}/test`, { phone }, 400)
    expect(t.gateway.ledger()).toEqual([])
  })

  test('is texted ten times an hour at most, and a refusal is told in words', async () => {
    const active = await activeId()
    t.gateway.setFaults({ calls: [{ what: 'refuse', code: 'isv.AMOUNT_NOT_ENOUGH', times: 1 }] })
    const refused = await admin.call('POST', `/templates/${active}/test`, { phone: freshPhone() })
    expect(refused).toMatchObject({ outcome: 'rejected', says: expect.stringContaining('余额') })
    for (let sent = 1; sent < 10; sent++) {
      await admin.call('POST', `/templates/${active}/test`, { phone: freshPhone() })
    }
    const late = await admin.call('POST', `/templates/${active}/test`, { phone: freshPhone() }, 429)
    expect(late.code).toBe('template.test_too_often')
    expect(t.gateway.ledger()).toHaveLength(9)
  })
})
