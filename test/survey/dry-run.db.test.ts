import { sql } from 'kysely'
import { Client } from 'pg'
import { afterEach, describe, expect, test } from 'vitest'
import { contactBlock } from '../../src/sms/contact-block.ts'
import { query } from '../support/sql.ts'
import { freshPhone, row, station, testApp, until, type TestApp } from '../support/app.ts'
import { administrator, good } from '../template/life.ts'

let t: TestApp
let call: Awaited<ReturnType<typeof administrator>>['call']
let admin: Awaited<ReturnType<typeof administrator>>
afterEach(async () => t.close())

async function open(): Promise<void> {
  // Texts wait, so that a more important matter takes the place of one that was not sent yet.
  t = await testApp({
    policy({ survey }) {
      for (const business of ['110', '户政', '车管', '驾证', '出入境'] as const) {
        survey.delaySeconds[business] = 3_600
      }
      survey.sharedNumberAt = 4
      survey.samplingShare['驾证'] = 0.5
    },
  })
  admin = await administrator(t)
  call = admin.call
}

async function dryRun(wanted: object) {
  const { id } = await call('POST', '/dry-runs', wanted, 202)
  return until('the dry run', async () => {
    const run = await call('GET', `/dry-runs/${id}`)
    return run.state !== 'running' && run
  })
}

/** All sorts of transactions, one after the other as they come. */
async function happen(): Promise<void> {
  const [often, opted, shared] = [freshPhone(), freshPhone(), freshPhone()]
  await contactBlock(t.app.db, {
    phoneHash: t.app.vault.hashPhone(opted),
    kind: 'opt_out',
    origin: 'test',
  })
  const changes: Record<string, unknown>[] = [
    ...Array.from({ length: 6 }, () => ({})),
    ...Array.from({ length: 20 }, () => ({ business: '驾证' })),
    { citizen: { phone: '' } },
    { citizen: { phone: '12' } },
    { citizen: { phone: '051680110110' } },
    { flags: ['minor'] },
    { flags: ['what'] },
    { unitCode: 'NOWHERE' },
    { business: '110' },
    { citizen: { phone: opted } },
    { citizen: { phone: often } },
    { citizen: { phone: often } },
    { citizen: { phone: often }, business: '110', category: '盗窃' },
    ...Array.from({ length: 5 }, () => ({ citizen: { phone: shared } })),
    { completedAt: '2026-01-01T10:00:00+08:00' },
    { business: '出入境' },
  ]
  for (const [index, change] of changes.entries()) {
    const { status } = await t.call(
      'POST',
      '/api/v1/transactions',
      t.sourceKey,
      row(`t${index}`, change),
    )
    expect(status).toBe(202)
  }
}

describe('a dry run', () => {
  test('of the policy in force finds what really happened, reason by reason', async () => {
    await open()
    await happen()
    const run = await dryRun({ days: 1 })
    expect(run.state).toBe('done')
    expect(run.result.suppressed).toEqual(run.real.suppressed)
    expect(run.result.surveyed).toBe(run.real.surveyed)
    expect(Object.keys(run.real.suppressed).length).toBeGreaterThanOrEqual(11)
    expect(run).toMatchObject({ lookedAt: run.toLookAt, result: { transactions: run.lookedAt } })
    const sum = Object.values(run.result.suppressed as Record<string, number>).reduce(
      (a, b) => a + b,
      0,
    )
    expect(run.result.surveyed + sum).toBe(run.result.transactions)
    const { segments } = await t.app.db
      .selectFrom('message')
      .select(sql<number>`sum(segments)`.as('segments'))
      .where('state', '=', 'queued')
      .executeTakeFirstOrThrow()
    expect(run.result.segments).toBe(segments)
    expect(run.result.yuan).toBeCloseTo((segments * 4.5) / 100)
    // Nothing but the run itself was written.
    expect(t.gateway.ledger()).toEqual([])

    const { inForce } = await call('GET', '/policies')
    const settings = structuredClone(inForce.policy)
    settings.survey.samplingShare['驾证'] = 1
    const all = await dryRun({ days: 1, settings })
    const { sampled_out: drawn, ...others } = run.real.suppressed
    expect(all.result.suppressed).toEqual(others)
    expect(all.result.surveyed).toBe(run.real.surveyed + drawn)
  })

  test('of other settings and texts says what they would change', async () => {
    await open()
    for (let index = 0; index < 8; index++) {
      await t.call(
        'POST',
        '/api/v1/transactions',
        t.sourceKey,
        row(`t${index}`, { unitCode: index < 3 ? station : 'PCS2' }),
      )
    }
    const { id } = await admin.draft({ body: good.body.repeat(2) })
    const { inForce } = await call('GET', '/policies')
    const settings = structuredClone(inForce.policy)
    settings.survey.samplingShareOfUnits = { [station]: 0 }
    settings.sms.fenPerSegment = 10
    const { result, real } = await dryRun({
      days: 1,
      settings,
      plans: [{ business: null, shares: [{ id, weight: 1 }] }],
    })
    expect(real).toEqual({ surveyed: 8, suppressed: {} })
    expect(result).toMatchObject({
      transactions: 8,
      surveyed: 5,
      suppressed: { sampled_out: 3 },
      byText: [{ id, key: 'ask', version: 2, surveyed: 5 }],
    })
    expect(result.byUnit).toContainEqual({
      unitCode: station,
      transactions: 3,
      surveyed: 0,
      segments: 0,
    })
    expect(result.longest.text).toContain('琵琶派出所')
    expect(result.longest.segments).toBe(Math.ceil(result.longest.length / 67))
    expect(result.segments).toBe(5 * result.longest.segments)
    expect(result.yuan).toBeCloseTo(result.segments / 10)
  })

  test('is compared with what came of the very transactions it looked at, not of later ones', async () => {
    await open()
    const come = (id: string) =>
      t.call('POST', '/api/v1/transactions', t.sourceKey, row(id, { flags: ['minor'] }))
    await come('before')
    const run = await dryRun({ days: 1 })
    expect(run.real).toEqual({ surveyed: 0, suppressed: { flag_excluded: 1 } })
    await come('after')
    expect((await call('GET', `/dry-runs/${run.id}`)).real).toEqual(run.real)
  })

  test('of a policy with faults is refused, and one at a time is enough', async () => {
    await open()
    const refusal = await call('POST', '/dry-runs', { settings: { survey: {} } }, 400)
    expect(refusal.code).toBe('request.invalid')
    await t.app.db
      .insertInto('dryRun')
      .values({ id: t.app.newId(), state: 'running', wanted: '{}', startedBy: 'test' })
      .execute()
    expect((await call('POST', '/dry-runs', {}, 409)).code).toBe('dry_run.busy')
    // Whoever ran it has died since.
    await t.app.db
      .updateTable('dryRun')
      .set({ toldAt: sql`now() - interval '1 minute'` })
      .execute()
    expect((await dryRun({})).state).toBe('done')
    const { runs } = await call('GET', '/dry-runs')
    expect(runs.map(({ state, failure }: Record<string, unknown>) => [state, failure])).toEqual([
      ['done', null],
      ['failed', 'silent'],
    ])
  })

  test('that is cancelled stops, and another may begin', async () => {
    await open()
    await held(async () => {
      const { id } = await call('POST', '/dry-runs', {}, 202)
      await call('POST', `/dry-runs/${id}/cancel`)
      expect((await call('GET', `/dry-runs/${id}`)).state).toBe('cancelled')
      await call('POST', `/dry-runs/${id}/cancel`, undefined, 404)
    })
    expect((await dryRun({})).state).toBe('done')
  })

  test('ends with the process that runs it, and does not keep that from ending', async () => {
    await open()
    await held(async () => {
      await call('POST', '/dry-runs', {}, 202)
      await t.server.close()
    })
    const runs = await query(t.ownerUrl, 'SELECT state FROM dry_run')
    expect(runs).toEqual([{ state: 'cancelled' }])
  })
})

/** Keeps runs from getting anywhere meanwhile. */
async function held(act: () => Promise<void>): Promise<void> {
  const holder = new Client({ connectionString: t.ownerUrl })
  await holder.connect()
  await holder.query('BEGIN')
  await holder.query('LOCK TABLE contact_block')
  await act()
  await holder.end()
}
