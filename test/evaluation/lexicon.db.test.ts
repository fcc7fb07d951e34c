import { writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, test } from 'vitest'
import { activateLexicon, rollbackLexicon } from '../../src/evaluation/lexicon/activate.ts'
import { commonScales } from '../../src/foundation/rating.ts'
import { testApp, until, type TestApp } from '../support/app.ts'
import { huifang } from '../support/command.ts'
import { ask, pushBody, reply, triageOf } from './support.ts'

let t: TestApp
afterEach(async () => t.close())

const dialect = {
  idea: 'complaint',
  note: '徐州口语：糊弄人',
  patterns: '穷哩吧唧',
  reason: 'attitude',
}
const path = '/api/v1/lexicon'

const read = async (text: string) =>
  (await t.app.reader()).understand(text, { scale: commonScales['1-3'] })

const administrator = () => t.staffKey('administrator')

describe('an administrator’s words', () => {
  test('go live as a version, reach running processes without a restart, and are rolled back', async () => {
    t = await testApp()
    const key = await administrator()
    expect((await read('穷哩吧唧')).rating).toBeNull()
    const done = await t.call('POST', path, key, { groups: [dialect], why: '新词' })
    expect(done).toMatchObject({ status: 200, body: { version: 1 } })
    await until('in force', async () => (await read('穷哩吧唧')).rating === 'dissatisfied')
    expect((await t.call('GET', path, key)).body).toMatchObject({
      version: 1,
      groups: [dialect],
      versions: [{ version: 1, state: 'active', why: '新词' }],
    })
    const back = await t.call('POST', `${path}/rollback`, key, { why: '误判' })
    expect(back).toMatchObject({ status: 200, body: { version: 2 } })
    await until('rolled back', async () => (await read('穷哩吧唧')).rating === null)
    const records = await t.app.db
      .selectFrom('audit')
      .select('subject')
      .where('action', '=', 'lexicon.activate')
      .execute()
    expect(records).toHaveLength(2)
  })

  test('that would have a dissatisfied reply read as satisfied are refused, and nothing changes', async () => {
    t = await testApp()
    const key = await administrator()
    const harmful = {
      idea: 'level',
      note: '错误',
      patterns: '不满意',
      rating: 'satisfied',
      weight: 3,
    }
    const check = await t.call('POST', `${path}/check`, key, { groups: [harmful] })
    expect(check.body).toMatchObject({ passed: false })
    expect(check.body.newlyLost.length).toBeGreaterThan(0)
    const refused = await t.call('POST', path, key, { groups: [harmful], why: '试' })
    expect(refused).toMatchObject({ status: 409, body: { code: 'lexicon.reads_worse' } })
    expect(refused.body.message).toContain('不满意被读成满意')
    expect((await t.call('GET', path, key)).body).toMatchObject({ version: null, versions: [] })
  })

  test('are tried on the replies that people judged, too', async () => {
    t = await testApp()
    const { phone } = await ask(t)
    await reply(t, { phone, text: '嗯嗯啊' })
    const [waiting] = await triageOf(t)
    const agent = await t.staffKey('agent')
    await t.call('POST', `/api/v1/triage/${waiting!.replyId}`, agent, {
      kind: 'rating',
      rating: 'dissatisfied',
    })
    const praise = { idea: 'praise', note: '错误', patterns: '嗯嗯啊', weight: 3 }
    await expect(
      activateLexicon(t.app, { groups: [praise], by: 'test', why: '试' }),
    ).rejects.toMatchObject({ code: 'lexicon.reads_worse' })
  })

  test.each([
    [[{ ...dialect, patterns: '（半个(括号' }], 'groups'],
    [[{ ...dialect, note: ' ' }], 'groups.0.note'],
    [[{ ...dialect, idea: '随便' }], 'groups.0.idea'],
    [[{ ...dialect, patterns: '长'.repeat(201) }], 'groups.0.patterns'],
  ])('that are not well-formed are refused with the field: %#', async (groups, field) => {
    t = await testApp()
    await expect(activateLexicon(t.app, { groups, by: 'test', why: '试' })).rejects.toMatchObject({
      code: 'request.invalid',
      details: { field },
    })
  })

  test('are put in force by administrators alone', async () => {
    t = await testApp()
    for (const role of ['agent', 'supervisor'] as const) {
      const key = await t.staffKey(role)
      expect((await t.call('POST', path, key, { groups: [], why: '试' })).status).toBe(403)
      expect((await t.call('GET', path, key)).status).toBe(403)
    }
  })

  test('of danger ring in the receiving process', async () => {
    t = await testApp()
    const urgent = { idea: 'urgent', note: '本地求救暗语', patterns: '红雨伞红雨伞' }
    await activateLexicon(t.app, { groups: [urgent], by: 'test', why: '试' })
    await until('in force', async () => (await t.app.reader()).isUrgent('红雨伞红雨伞'))
    const { phone } = await ask(t)
    const hook = `/hooks/aliyun/${t.environment['HUIFANG_HOOK_TOKEN']}/sms-up`
    await t.call('POST', hook, undefined, pushBody([{ phone, text: '红雨伞红雨伞' }]))
    const duty = () => t.app.db.selectFrom('duty').select('state').executeTakeFirst()
    expect(await until('duty', duty)).toEqual({ state: 'ringing' })
  })

  test('that no longer fit the program are left out, loudly, and reading goes on', async () => {
    t = await testApp()
    await t.app.db
      .insertInto('lexiconVersion')
      .values({
        version: 1,
        groups: JSON.stringify([{ ...dialect, patterns: '半个(括号' }]),
        state: 'active',
        figures: '{}',
        activatedBy: 'test',
        why: 'test',
      })
      .execute()
    expect((await read('不满意')).rating).toBe('dissatisfied')
    expect(t.logged.join('\n')).toContain('left out')
  })

  test('of two who put words in force at once one is told that the other was faster', async () => {
    t = await testApp()
    const wanted = { groups: [dialect], by: 'test', why: '试' }
    const done = await Promise.allSettled([
      activateLexicon(t.app, wanted),
      activateLexicon(t.app, wanted),
    ])
    expect(done.map(({ status }) => status).sort((a, b) => a.localeCompare(b))).toEqual([
      'fulfilled',
      'rejected',
    ])
    await rollbackLexicon(t.app, { by: 'test', why: '试' })
    const active = await t.app.db.selectFrom('lexiconVersion').select('state').execute()
    expect(active.filter(({ state }) => state === 'active')).toHaveLength(1)
  })

  test('are handled by commands: show, check, activate, rollback', async () => {
    t = await testApp()
    const file = join(tmpdir(), `lexicon-${process.pid}.json`)
    await writeFile(file, JSON.stringify([dialect]))
    expect(await huifang(['lexicon', 'check', file], t.environment)).toMatchObject({ code: 0 })
    const activate = ['lexicon', 'activate', file, '--why', '新词']
    expect(await huifang(activate, t.environment)).toMatchObject({
      code: 0,
      stdout: 'lexicon version 1 is in force\n',
    })
    const shown = await huifang(['lexicon', 'show'], t.environment)
    expect(JSON.parse(shown.stdout)).toMatchObject({ version: 1, groups: [dialect] })
    await huifang(['lexicon', 'rollback', '--why', '误判'], t.environment)
    expect(JSON.parse((await huifang(['lexicon', 'show'], t.environment)).stdout)).toMatchObject({
      version: 2,
      groups: [],
    })
    // Five processes, one after the other.
  }, 180_000)
})
