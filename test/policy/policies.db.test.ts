import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/foundation/clock.ts'
import { quickPolicy } from '../../src/sandbox/demo/quick-policy.ts'
import { query } from '../support/sql.ts'
import { testApp, until, type TestApp } from '../support/app.ts'
import { administrator } from '../template/life.ts'

let t: TestApp
let call: Awaited<ReturnType<typeof administrator>>['call']
beforeEach(async () => {
  t = await testApp()
  call = (await administrator(t)).call
})
afterEach(async () => t.close())

const settings = (delaySeconds: number) => {
  const policy = structuredClone(quickPolicy)
  policy.survey.delaySeconds['户政'] = delaySeconds
  return policy
}
const soon = (inMs: number) => new Date(systemClock.nowMs() + inMs).toISOString()
const inForce = async () => {
  const { inForce: now } = await call('GET', '/policies')
  return [now.version, now.policy.survey.delaySeconds['户政']]
}

describe('policies', () => {
  test('a change is shown before it is made, is in force at once, and is rolled back by one call', async () => {
    const check = await call('POST', '/policies/check', { settings: settings(77) })
    expect(check).toMatchObject({
      faults: [],
      changes: [{ field: 'survey.delaySeconds.户政', after: 77 }],
    })
    const before = await inForce()
    await call('POST', '/policies', { settings: settings(77), expected: 1, why: '延后' })
    expect(await inForce()).toEqual([2, 77])
    await call('POST', '/policies/rollback', { why: '不合适' })
    expect(await inForce()).toEqual([3, before[1]])
    const third = await call('GET', '/policies/3')
    expect(third).toMatchObject({ why: '不合适', changes: [{ before: 77, after: before[1] }] })
    const audit = await t.app.db
      .selectFrom('audit')
      .select(['action', 'details'])
      .where('subjectKind', '=', 'policy')
      .where('actor', '!=', 'test')
      .orderBy('id')
      .execute()
    expect(audit.map(({ action }) => action)).toEqual(['policy.activate', 'policy.activate'])
    expect(audit[0]!.details).toMatchObject({ why: '延后', changed: 'survey.delaySeconds.户政' })
  })

  test('all faults are told at once, and nothing that holds one comes into force', async () => {
    const faulty = {
      ...settings(1),
      callback: { ...quickPolicy.callback, attemptLimit: 0, dueHours: -1 },
    }
    const { faults } = await call('POST', '/policies/check', { settings: faulty })
    expect(faults.map(({ field }: { field: string }) => field)).toEqual([
      'callback.dueHours',
      'callback.attemptLimit',
    ])
    const refusal = await call(
      'POST',
      '/policies',
      { settings: faulty, expected: 1, why: '试' },
      400,
    )
    expect(refusal).toMatchObject({ code: 'request.invalid', field: 'callback.dueHours' })
    expect((await inForce())[0]).toBe(1)
  })

  test('of two people who change the same policy the second is told', async () => {
    await call('POST', '/policies', { settings: settings(5), expected: 1, why: '甲' })
    await call('POST', '/policies', { settings: settings(6), expected: 1, why: '乙' }, 409)
    expect(await inForce()).toEqual([2, 5])
  })

  test('a policy of a later time comes into force then, and nothing may undo it unseen', async () => {
    await call(
      'POST',
      '/policies',
      { settings: settings(9), expected: 1, inForceAt: soon(-1000), why: '早' },
      400,
    )
    await call('POST', '/policies', {
      settings: settings(9),
      expected: 1,
      inForceAt: soon(4_000),
      why: '新规',
    })
    const shown = await call('GET', '/policies')
    expect(shown).toMatchObject({ inForce: { version: 1 }, planned: { version: 2, why: '新规' } })
    const refusal = await call(
      'POST',
      '/policies',
      { settings: settings(8), expected: 1, why: '急' },
      409,
    )
    expect(refusal.code).toBe('policy.planned')
    await call('POST', '/policies/rollback', { why: '急' }, 409)
    await until('the planned version', async () => (await inForce())[0] === 2)
    expect(await inForce()).toEqual([2, 9])
    await until(
      'the workers follow',
      async () => (await t.app.policy()).survey.delaySeconds['户政'] === 9,
    )
    await call('POST', '/policies/2/withdraw', { why: '晚了' }, 409)
  })

  test('a policy that was taken back never comes into force, and is the draft again', async () => {
    await call('POST', '/policies', {
      settings: settings(9),
      expected: 1,
      inForceAt: soon(1_500),
      why: '新规',
    })
    await call('POST', '/policies/2/withdraw', { why: '再议' })
    const shown = await call('GET', '/policies')
    expect(shown).toMatchObject({ planned: null, draft: { revision: 1, basedOn: 1 } })
    expect(shown.draft.settings.survey.delaySeconds['户政']).toBe(9)
    await until(
      'its time is over',
      async () => systemClock.nowMs() > Date.parse(shown.versions[0].inForceAt) + 100,
    )
    expect((await inForce())[0]).toBe(1)
    await call('POST', '/policies', { settings: settings(8), expected: 1, why: '另定' })
    expect(await inForce()).toEqual([3, 8])
  })

  test('a draft may hold faults, is nobody’s alone and is gone once it is in force', async () => {
    const unfinished = { survey: { enabled: { 户政: '也许' } } }
    await call('PUT', '/policies/draft', { settings: unfinished, revision: null })
    await call('PUT', '/policies/draft', { settings: {}, revision: null }, 409)
    await call('PUT', '/policies/draft', { settings: settings(4), revision: 1 })
    const { draft } = await call('GET', '/policies')
    expect(draft).toMatchObject({ revision: 2, basedOn: 1 })
    await call('DELETE', '/policies/draft?revision=1', undefined, 409)
    await call('POST', '/policies', { settings: draft.settings, expected: 1, why: '定稿' })
    expect((await call('GET', '/policies')).draft).toBeNull()
    expect(await inForce()).toEqual([2, 4])
  })

  test('what came into force can be neither altered nor removed, not even in the database', async () => {
    const change = (statement: string) => query(t.ownerUrl, statement)
    await expect(change(`UPDATE policy_version SET settings = '{}'`)).rejects.toThrow(
      /never changes/,
    )
    await expect(change('DELETE FROM policy_version')).rejects.toThrow(/are kept/)
    await expect(change('UPDATE policy_version SET withdrawn_at = now()')).rejects.toThrow(
      /stays as it is/,
    )
  })
})
