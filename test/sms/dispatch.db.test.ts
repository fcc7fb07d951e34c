import { sql } from 'kysely'
import { afterEach, describe, expect, test } from 'vitest'
import { standingAlarms } from '../../src/alarm/alarm.ts'
import { nowPlus } from '../../src/foundation/database.ts'
import { dispatch } from '../../src/sms/dispatch.ts'
import { forgetEndedPauses, pauseSending, resumeSending } from '../../src/sms/pause.ts'
import { reconcile } from '../../src/sms/reconcile.ts'
import { markSubmitting } from '../../src/sms/store.ts'
import { freshPhone, station, testApp, type TestApp } from '../support/app.ts'
import { query } from '../support/sql.ts'
import { makeDue, queueTexts, rowsOf, sendDue, statesOf, textsOf } from './sending.ts'

let t: TestApp
afterEach(async () => t.close())

const alarms = async () =>
  (await standingAlarms(t.app)).map(({ kind, subject }) => `${kind} ${subject}`)
const phonesOf = (count: number) => Array.from({ length: count }, freshPhone)
const rowsTo = (phones: string[]) =>
  phones.map((phone, index) => ({
    ...(rowsOf(station, 1)[0] as object),
    externalId: `to-${index}`,
    citizen: { phone },
  }))

describe('a refusal of the account', () => {
  test.each([
    ['isv.AMOUNT_NOT_ENOUGH', 'account:account'],
    ['SignatureDoesNotMatch', 'account:account'],
    ['isv.SMS_SIGNATURE_ILLEGAL', 'signature:徐州公安民意'],
  ])(
    '%s stops sending, calls somebody, costs no text a try, and all go out after resume',
    async (code, subject) => {
      t = await testApp()
      await queueTexts(t, rowsOf(station, 3))
      t.gateway.setFaults({ calls: [{ what: 'refuse', code, times: 1 }] })
      await sendDue(t)
      expect(await textsOf(t)).toMatchObject([1, 2, 3].map(() => ({ state: 'queued', tries: 0 })))
      expect(await alarms()).toEqual([`sms.paused ${subject}`])
      await sendDue(t)
      // Jobs that were in the queue already send nothing either.
      await dispatch(
        t.app,
        (await textsOf(t)).map(({ id }) => id),
      )
      expect(t.gateway.ledger()).toHaveLength(0)
      expect(await resumeSending(t.app, 'test')).toBe(1)
      expect(await alarms()).toEqual([])
      await makeDue(t)
      await sendDue(t)
      expect(await statesOf(t)).toEqual(['accepted', 'accepted', 'accepted'])
      expect(t.gateway.ledger()).toHaveLength(3)
    },
  )

  test('throttling rests for seconds without an alarm, and slows this process down', async () => {
    t = await testApp()
    await queueTexts(t, rowsOf(station, 3))
    t.gateway.setFaults({
      calls: [{ what: 'throttle', code: 'Throttling.User', message: 'too fast', times: 1 }],
    })
    const before = t.app.pace.limit()
    await sendDue(t)
    expect(t.app.pace.limit()).toBe(before / 2)
    expect(await alarms()).toEqual([])
    const { seconds } = await t.app.db
      .selectFrom('sendingPause')
      .select(sql<number>`extract(epoch FROM until - now())::float8`.as('seconds'))
      .executeTakeFirstOrThrow()
    expect(seconds).toBeLessThanOrEqual(5)
    expect(await textsOf(t)).toMatchObject([1, 2, 3].map(() => ({ state: 'queued', tries: 0 })))
  })

  test('a cap for the day ends by itself: its alarm goes when it has stayed away', async () => {
    t = await testApp()
    await queueTexts(t, rowsOf(station, 2))
    t.gateway.setFaults({ calls: [{ what: 'refuse', code: 'isv.DAY_LIMIT_CONTROL', times: 1 }] })
    await sendDue(t)
    expect(await alarms()).toEqual(['sms.paused account:account'])
    await t.app.db
      .updateTable('sendingPause')
      .set({ until: nowPlus(-1) })
      .execute()
    await makeDue(t)
    await sendDue(t)
    expect(t.gateway.ledger()).toHaveLength(2)
    await forgetEndedPauses(t.app)
    expect(await alarms()).toHaveLength(1)
    await t.app.db
      .updateTable('sendingPause')
      .set({ until: nowPlus(-200) })
      .execute()
    await forgetEndedPauses(t.app)
    expect(await alarms()).toEqual([])
  })

  test('a pause that somebody must lift is not shortened by one that ends by itself', async () => {
    t = await testApp()
    const refusal = { class: 'configuration', scope: 'account', meaning: '' } as const
    const about = { templateVersionId: '', signature: '' }
    await t.app.db.transaction().execute(async (tx) => {
      await pauseSending(t.app, tx, {
        refusal: { ...refusal, code: 'isv.AMOUNT_NOT_ENOUGH' },
        ...about,
      })
      await pauseSending(t.app, tx, {
        refusal: { ...refusal, class: 'flow', code: 'Throttling', window: 'second' },
        ...about,
        forSeconds: 5,
      })
    })
    expect(await t.app.db.selectFrom('sendingPause').select(['code', 'until']).execute()).toEqual([
      { code: 'isv.AMOUNT_NOT_ENOUGH', until: null },
    ])
  })
})

describe('a number that had too many texts', () => {
  test.each([
    ['触发分钟级流控Permits:1', 64],
    ['触发小时级流控Permits:5', 3_604],
  ])(
    '%s: it alone waits for the next window, the others go out',
    async (message, atMostSeconds) => {
      t = await testApp()
      const phones = phonesOf(5)
      await queueTexts(t, rowsTo(phones))
      t.gateway.setFaults({
        calls: [
          { what: 'refuse', code: 'isv.BUSINESS_LIMIT_CONTROL', message, phones: [phones[3]!] },
        ],
      })
      await sendDue(t)
      expect(await statesOf(t)).toEqual(['accepted', 'accepted', 'accepted', 'queued', 'accepted'])
      const { seconds } = await t.app.db
        .selectFrom('message')
        .select(sql<number>`extract(epoch FROM due_at - now())::float8`.as('seconds'))
        .where('state', '=', 'queued')
        .executeTakeFirstOrThrow()
      expect(seconds).toBeGreaterThan(0)
      expect(seconds).toBeLessThanOrEqual(atMostSeconds)
      t.gateway.setFaults({})
      await makeDue(t)
      await sendDue(t)
      expect(t.gateway.ledger()).toHaveLength(5)
      expect(t.gateway.state().repeated).toBe(0)
    },
  )
})

describe('a batch that is known in part only', () => {
  test('is settled number by number: some by receipt, some by asking, some given up', async () => {
    t = await testApp({ gateway: { receiptDelayMs: 3_600_000 } })
    const phones = phonesOf(4)
    await queueTexts(t, rowsTo(phones))
    t.gateway.setFaults({ calls: [{ what: 'cut', accept: true, times: 1 }] })
    await sendDue(t)
    expect(new Set(await statesOf(t))).toEqual(new Set(['unknown']))
    // As after a call of which the provider took only a part, and lost the rest.
    const ledger = t.gateway.ledger() as unknown as { phone: string; outId: string }[]
    for (const entry of ledger) if (entry.phone === phones[3]) entry.outId = t.app.newId()
    const path = `/hooks/aliyun/${t.environment['HUIFANG_HOOK_TOKEN']}/sms-report`
    const { outId } = (await textsOf(t))[0]!
    await t.call('POST', path, undefined, [
      {
        phone_number: phones[0],
        send_time: '2026-11-20 10:00:00',
        report_time: '2026-11-20 10:00:05',
        success: true,
        err_code: 'DELIVERED',
        err_msg: '',
        sms_size: '1',
        biz_id: '1^0',
        out_id: outId,
      },
    ])
    await t.work()
    await expect.poll(() => statesOf(t)).toEqual(['accepted', 'unknown', 'unknown', 'unknown'])
    const ids = (await textsOf(t)).map(({ id }) => id)
    await reconcile(t.app, ids)
    expect(await statesOf(t)).toEqual(['accepted', 'accepted', 'accepted', 'unknown'])
    await t.app.db
      .updateTable('message')
      .set({ firstEmptyAt: sql`now() - interval '31 minutes'` })
      .where('state', '=', 'unknown')
      .execute()
    await reconcile(t.app, ids)
    expect(await statesOf(t)).toEqual(['accepted', 'accepted', 'accepted', 'rejected'])
    const surveys = await t.app.db.selectFrom('survey').select('state').orderBy('id').execute()
    expect(surveys.map(({ state }) => state)).toEqual(['open', 'open', 'open', 'failed'])
    expect(t.gateway.state().repeated).toBe(0)
  })
})

describe('a batch of which a text is not queued any more', () => {
  test('sends none of it, and leaves all as they were', async () => {
    t = await testApp()
    await queueTexts(t, rowsOf(station, 2))
    const [first, second] = (await textsOf(t)).map(({ id }) => id)
    await t.app.db
      .updateTable('message')
      .set({ state: 'accepted' })
      .where('id', '=', first!)
      .execute()
    const attempt = { ids: [first!, second!], outId: t.app.newId() }
    const intent = t.app.db.transaction().execute(async (tx) => markSubmitting(tx, attempt, 60))
    await expect(intent).rejects.toThrow('not queued any more')
    expect(await statesOf(t)).toEqual(['accepted', 'queued'])
  })
})

describe('a batch that takes too long', () => {
  test('touches nothing of its texts that was tried again before its own answer came', async () => {
    t = await testApp()
    await queueTexts(t, rowsOf(station, 1))
    await makeDue(t)
    const again = { state: 'submitting', outId: t.app.newId() }
    const late: typeof t.app.gateway = {
      ...t.app.gateway,
      send: async () => {
        await t.app.db.updateTable('message').set(again).execute()
        const meaning = ''
        const refusal = { class: 'retry', code: 'isp.BUSY', scope: 'account', meaning } as const
        return { outcome: 'rejected', refusal }
      },
    }
    await dispatch(
      { ...t.app, gateway: late },
      (await textsOf(t)).map(({ id }) => id),
    )
    expect(await textsOf(t)).toMatchObject([again])
  })

  test('goes back to the queue before anybody can think it was left behind', async () => {
    t = await testApp({ policy: (policy) => void (policy.sms.submittingStuckSeconds = 0) })
    await queueTexts(t, rowsOf(station, 3))
    await sendDue(t)
    expect(await textsOf(t)).toMatchObject([1, 2, 3].map(() => ({ state: 'queued', tries: 0 })))
    expect(t.gateway.ledger()).toHaveLength(0)
  })

  test('is meant to go out only when everything that its call needs is loaded', async () => {
    t = await testApp()
    await queueTexts(t, rowsOf(station, 1))
    const { gateway } = t.app
    const steps: string[][] = []
    const slow = {
      ...gateway,
      ready: async () => {
        await gateway.ready()
        steps.push(await statesOf(t))
      },
    }
    await makeDue(t)
    await dispatch(
      { ...t.app, gateway: slow },
      (await textsOf(t)).map(({ id }) => id),
    )
    expect([...steps, await statesOf(t)]).toEqual([['queued'], ['accepted']])
  })

  test('goes back also when its intent took that long to be committed', async () => {
    t = await testApp({ policy: (policy) => void (policy.sms.submittingStuckSeconds = 4) })
    await queueTexts(t, rowsOf(station, 1))
    await query(
      t.ownerUrl,
      `CREATE FUNCTION commit_late() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(2.1); RETURN NULL; END';
      CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON message DEFERRABLE INITIALLY DEFERRED
        FOR EACH ROW WHEN (NEW.state = 'submitting') EXECUTE FUNCTION commit_late()`,
    )
    await sendDue(t)
    expect(await textsOf(t)).toMatchObject([{ state: 'queued', tries: 0, reason: 'not_reached' }])
    expect(t.gateway.ledger()).toHaveLength(0)
    await query(t.ownerUrl, 'DROP TRIGGER late ON message')
    await sendDue(t)
    expect(await statesOf(t)).toEqual(['accepted'])
    expect(t.gateway.ledger()).toHaveLength(1)
  })
})
