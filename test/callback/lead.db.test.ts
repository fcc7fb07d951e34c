import { strFromU8, unzipSync } from 'fflate'
import { afterEach, describe, expect, test } from 'vitest'
import { dateAt, inBusinessZone, systemClock } from '../../src/foundation/clock.ts'
import { createStaffKey } from '../../src/staff/keys.ts'
import { createStaff } from '../../src/staff/staff.ts'
import { testApp, type TestApp } from '../support/app.ts'
import { seedCallback, seedCallbacks } from '../support/cases.ts'

let t: TestApp
afterEach(async () => t.close())

const today = () => inBusinessZone(systemClock.now()).toISODate()

async function exported(key: string, wholeNumbers: boolean) {
  const response = await fetch(`${t.url}/api/v1/desk/export`, {
    method: 'POST',
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    body: JSON.stringify({ from: today(), to: today(), wholeNumbers }),
  })
  if (response.status !== 200) return { status: response.status, sheet: '' }
  const files = unzipSync(new Uint8Array(await response.arrayBuffer()))
  return { status: 200, sheet: strFromU8(files['xl/worksheets/sheet1.xml']!) }
}

describe('leading the desk', () => {
  test('the overview counts what stands open and what was done, each with its denominator', async () => {
    t = await testApp()
    const [id] = await seedCallbacks(t.app, [{ dueInMinutes: -5 }, { dueInMinutes: 30 }, {}])
    const supervisor = await t.staffKey('supervisor')
    const agent = await t.staffKey('agent', undefined, '李红')
    await t.call('POST', `/api/v1/callbacks/${id}/claim`, agent, {})
    await t.call('POST', `/api/v1/callbacks/${id}/attempts`, agent, {
      result: 'reached',
      finding: 'upheld',
    })
    const { body } = await t.call('GET', `/api/v1/desk/overview?day=${today()}`, supervisor)
    expect(body.ages[0]).toMatchObject({ count: 2, overdue: 0, soon: 1 })
    expect(body.people).toContainEqual(
      expect.objectContaining({ name: '李红', attempts: 1, reached: 1 }),
    )
    expect(body.closed).toMatchObject({ total: 1, inTime: 0, resolved: 1, upheld: 1 })
    // They were sent two hours before: shortly after midnight that is another day.
    const sentOn = inBusinessZone(dateAt(systemClock.nowMs() - 2 * 3_600_000)).toISODate()
    const sent = await t.call('GET', `/api/v1/desk/overview?day=${sentOn}`, supervisor)
    expect(sent.body.surveys).toMatchObject({ sent: 3, rated: 3, dissatisfied: 3 })
  })

  test('a search by whole number finds the case, shows it masked, and is on record without it', async () => {
    t = await testApp()
    const id = await seedCallback(t.app, { phone: '13951601234' })
    const agent = await t.staffKey('agent')
    const found = await t.call('POST', '/api/v1/desk/search', agent, { phone: '+86 139-5160-1234' })
    expect(found.body.found).toMatchObject([{ id, phone: '139****1234' }])
    const none = await t.call('POST', '/api/v1/desk/search', agent, {})
    expect(none.status).toBe(400)
    const audit = await t.app.db
      .selectFrom('audit')
      .selectAll()
      .where('action', '=', 'callback.search')
      .execute()
    expect(audit).toHaveLength(1)
    expect(JSON.stringify(audit)).not.toContain('13951601234')
  })

  test('an export is masked, and whole only where the policy allows it', async () => {
    t = await testApp()
    await seedCallback(t.app, { phone: '13951601234', item: '=HYPERLINK("x")<&' })
    const supervisor = await t.staffKey('supervisor')
    const masked = await exported(supervisor, false)
    expect(masked.sheet).toContain('139****1234')
    expect(masked.sheet).not.toContain('13951601234')
    // A text is never a formula.
    expect(masked.sheet).toContain('<t xml:space="preserve">=HYPERLINK(&quot;x&quot;)&lt;&amp;</t>')
    expect(masked.sheet).not.toContain('<f>')
    expect((await exported(supervisor, true)).status).toBe(400)
  })

  test('a word to the next shift is not for those who may not see all that it may be about', async () => {
    t = await testApp()
    const writer = await t.staffKey('agent', 'MY', '李红')
    const text = '黄楼派出所那件已约好明早再打'
    await t.call('POST', '/api/v1/desk/shift-notes', writer, { text })
    const notesFor = async (unitCode: string, scopeCode: string) => {
      const name = `${unitCode} ${scopeCode}`
      const person = { name, role: 'supervisor' as const, unitCode, scopeCode }
      const { id } = await createStaff(t.app, 'test', person)
      const key = await createStaffKey(t.app, id)
      return (await t.call('GET', `/api/v1/desk/overview?day=${today()}`, key)).body.notes
    }
    expect(await notesFor('MY', 'ROOT')).toMatchObject([{ by: '李红', text }])
    // Of the unit that it may be about, and for a part of the tree only.
    expect(await notesFor('PCS1', 'ROOT')).toEqual([])
    expect(await notesFor('MY', 'FJ2')).toEqual([])
  })
})
