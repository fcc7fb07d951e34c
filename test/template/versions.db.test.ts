import { sql } from 'kysely'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { reviewRound } from '../../src/template/review.ts'
import { query } from '../support/sql.ts'
import { testApp, type TestApp } from '../support/app.ts'
import { administrator, good } from './life.ts'

let t: TestApp
let admin: Awaited<ReturnType<typeof administrator>>
beforeEach(async () => {
  t = await testApp({ policy: (policy) => (policy.template.applyApartSeconds = 0) })
  admin = await administrator(t)
})
afterEach(async () => t.close())

describe('the life of a text', () => {
  test('written, refused by the reviewers, mended under the same code, approved, in use, and back again', async () => {
    const { id, version } = await admin.draft({ body: `${good.body}感谢参与好评。` })
    expect(version).toBe(2)
    // Our own checker only warns of the word, so it goes to the reviewers.
    await admin.submit(id)
    const refused = await admin.reach(id, 'refused')
    expect(refused.refusal).toContain('邀请好评')
    expect(refused.providerCode).toMatch(/^SMS_/)

    await admin.call('PUT', `/templates/${id}`, { revision: refused.revision, ...good })
    await admin.submit(id)
    const approved = await admin.reach(id, 'approved')
    expect(approved).toMatchObject({ providerCode: refused.providerCode, refusal: null })

    await admin.plan([{ id, weight: 100 }])
    expect(await admin.active()).toEqual([{ version: 2, weight: 100 }])
    await admin.call('POST', '/template-plans/rollback', {
      purpose: 'ask',
      business: null,
      why: '有误',
    })
    expect(await admin.active()).toEqual([{ version: 1, weight: 100 }])
    const { plans } = await admin.call('GET', '/template-plans?purpose=ask')
    expect(plans.map(({ number, why }: Record<string, unknown>) => [number, why])).toEqual([
      [3, '有误'],
      [2, '测试'],
      [1, '初始版本'],
    ])
    const actions = await t.app.db
      .selectFrom('audit')
      .select('action')
      .where('subjectKind', 'in', ['template', 'template_plan'])
      .orderBy('id')
      .execute()
    expect(actions.map(({ action }) => action)).toEqual([
      'template.draft',
      'template.submit',
      'template.handed_in',
      'template.refused',
      'template.edit',
      'template.submit',
      'template.handed_in',
      'template.approved',
      'template.plan',
      'template.plan',
    ])
  })

  test('a text that would be refused is not handed in, and the findings say why', async () => {
    const { id } = await admin.draft({ body: `${good.body}【广告】` })
    const check = await admin.call('POST', `/templates/${id}/check`, { revision: 1 })
    expect(check.passed).toBe(false)
    const refusal = await admin.call('POST', `/templates/${id}/submit`, { revision: 1 }, 422)
    expect(refusal).toMatchObject({ code: 'template.faulty' })
    expect((await admin.version(id)).state).toBe('draft')
  })

  test('two people who change one draft do not overwrite each other', async () => {
    const { id } = await admin.draft()
    await admin.call('PUT', `/templates/${id}`, { revision: 1, ...good, remark: '甲' })
    await admin.call('PUT', `/templates/${id}`, { revision: 1, ...good, remark: '乙' }, 409)
    expect(await admin.version(id)).toMatchObject({ remark: '甲', revision: 2 })
  })

  test('an approved text cannot be changed, not even past the program', async () => {
    const id = await admin.approve()
    await admin.call('PUT', `/templates/${id}`, { revision: 1, ...good }, 409)
    const edit = sql`UPDATE template_version SET body = 'x' WHERE id = ${id}`.execute(t.app.db)
    await expect(edit).rejects.toThrow('never changes')
    const away = query(t.ownerUrl, `DELETE FROM template_version WHERE id = '${id}'`)
    await expect(away).rejects.toThrow('is kept')
  })

  test('a draft is discarded; what the provider saw is not', async () => {
    const { id } = await admin.draft()
    await admin.call('DELETE', `/templates/${id}?revision=1`)
    await admin.call('GET', `/templates/${id}`, undefined, 404)
    const approved = await admin.approve()
    await admin.call('DELETE', `/templates/${approved}?revision=1`, undefined, 409)
    expect((await admin.version(approved)).state).toBe('approved')
  })

  test('only what the provider approved goes into use, and only where it belongs', async () => {
    const { id } = await admin.draft()
    const body = { purpose: 'ask', business: null, expected: 1, why: '测试' }
    await admin.call('POST', '/template-plans', { ...body, shares: [{ id, weight: 1 }] }, 409)
    const thanks = (await admin.call('GET', '/templates')).versions.find(
      ({ purpose }: { purpose: string }) => purpose === 'thanks',
    )
    await admin.call(
      'POST',
      '/template-plans',
      { ...body, shares: [{ id: thanks.id, weight: 1 }] },
      404,
    )
    expect(await admin.active()).toEqual([{ version: 1, weight: 100 }])
  })

  test('two people who plan at once do not undo each other', async () => {
    const id = await admin.approve()
    const body = { purpose: 'ask', business: null, expected: 1, why: '测试' }
    await admin.call('POST', '/template-plans', { ...body, shares: [{ id, weight: 1 }] })
    await admin.call('POST', '/template-plans', { ...body, shares: [{ id, weight: 2 }] }, 409)
    expect(await admin.active()).toEqual([{ version: 2, weight: 1 }])
  })

  test('a name stands for one use: another purpose or business wants another name', async () => {
    const taken = { key: 'ask', purpose: 'ask', business: '户政', ...good }
    expect(await admin.call('POST', '/templates', taken, 409)).toMatchObject({
      code: 'template.other_use',
    })
  })

  test('nobody but administrators sees or changes texts', async () => {
    for (const role of ['agent', 'supervisor', 'handler', 'auditor'] as const) {
      const key = await t.staffKey(role)
      expect((await t.call('GET', '/api/v1/templates', key)).status).toBe(403)
    }
  })
})

describe('handing in', () => {
  test('a lost answer is found by the name: the text is handed in once', async () => {
    t.gateway.setFaults({
      calls: [{ actions: ['CreateSmsTemplate'], what: 'server_error', accept: true, times: 1 }],
    })
    const { id } = await admin.draft()
    await admin.submit(id)
    await reviewRound(t.app)
    expect(await admin.version(id)).toMatchObject({ state: 'submitted', providerCode: null })
    await lookNow(id)
    await admin.reach(id, 'approved')
    expect(t.gateway.reviewed()).toHaveLength(1)
  })

  test('one that never arrived is handed in again', async () => {
    t.gateway.setFaults({
      calls: [{ actions: ['CreateSmsTemplate'], what: 'server_error', times: 1 }],
    })
    const { id } = await admin.draft()
    await admin.submit(id)
    await reviewRound(t.app)
    await lookNow(id)
    await admin.reach(id, 'approved')
    expect(t.gateway.reviewed()).toHaveLength(1)
  })

  test('two processes hand one text in once', async () => {
    const { id } = await admin.draft()
    await admin.submit(id)
    await Promise.all([reviewRound(t.app), reviewRound(t.app), reviewRound(t.app)])
    await admin.reach(id, 'approved')
    expect(t.gateway.reviewed()).toHaveLength(1)
  })

  test('new texts wait their turn: 30 s apart, and 100 a day', async () => {
    const settings = async () => ({
      ...(await t.app.reviewSettings()),
      apartSeconds: 30,
    })
    const first = await admin.draft({ key: 'first', business: '户政' })
    const second = await admin.draft({ key: 'second', business: '户政' })
    await admin.submit(first.id)
    await admin.submit(second.id)
    await reviewRound({ ...t.app, reviewSettings: settings })
    await reviewRound({ ...t.app, reviewSettings: settings })
    expect(t.gateway.reviewed()).toHaveLength(1)
    const { rows } = await sql<{ seconds: number }>`
      SELECT extract(epoch FROM look_at - now())::float8 AS seconds FROM template_version
      WHERE id IN (${first.id}, ${second.id}) AND asked_at IS NULL`.execute(t.app.db)
    expect(rows).toHaveLength(1)
    expect(rows[0]!.seconds).toBeGreaterThan(20)
    expect(rows[0]!.seconds).toBeLessThanOrEqual(30)
  })

  test('the account’s trouble raises an alarm, and what waited is handed in once it is mended', async () => {
    t.gateway.setFaults({
      calls: [
        {
          actions: ['CreateSmsTemplate'],
          what: 'refuse',
          code: 'isv.PRODUCT_UN_SUBSCRIPT',
          times: 1,
        },
      ],
    })
    const { id } = await admin.draft()
    await admin.submit(id)
    await reviewRound(t.app)
    expect(await alarms('template.review')).toHaveLength(1)
    await lookNow(id)
    await admin.reach(id, 'approved')
    expect(await alarms('template.review')).toEqual([])
  })

  test('a verdict that is pushed is asked for at once', async () => {
    const { id } = await admin.draft()
    await admin.submit(id)
    await reviewRound(t.app)
    const { providerCode } = await admin.version(id)
    await t.gateway.idle()
    await t.app.db
      .updateTable('templateVersion')
      .set({ lookAt: sql`now() + interval '1 hour'` })
      .where('id', '=', id)
      .execute()
    t.gateway.review({ code: providerCode, verdict: 'approved' })
    await t.gateway.idle()
    const { rows } = await sql<{ due: boolean }>`
      SELECT look_at <= now() AS due FROM template_version WHERE provider_code = ${providerCode}`.execute(
      t.app.db,
    )
    expect(rows).toEqual([{ due: true }])
  })

  async function lookNow(id: string) {
    await sql`UPDATE template_version SET look_at = now() WHERE id = ${id}`.execute(t.app.db)
  }
})

const alarms = (kind: string) =>
  t.app.db
    .selectFrom('alarm')
    .select('message')
    .where('kind', '=', kind)
    .where('clearedAt', 'is', null)
    .execute()
