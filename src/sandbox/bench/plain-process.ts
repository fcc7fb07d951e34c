import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import Sdk, { SendSmsRequest } from '@alicloud/dysmsapi20170525'
import type { Job, Queue } from 'bullmq'
import { Pool } from 'pg'
import { commonScales } from '../../foundation/rating.ts'
import { understand } from '../../reply/understand.ts'
import { stopSignal } from '../../commands/stop.ts'
import { sandboxCredentials } from '../demo/environment.ts'
import { noOps, openPlainQueue, plainQueue, plainSetup } from './plain.ts'

/**
 * The worker of the plain design: one job and one SendSms a survey, one job a receipt and a reply, and a
 * statement for every row. Also runs bare jobs that do nothing, for the ceiling.
 */
const setup = plainSetup.parse(JSON.parse(process.argv[2] ?? ''))
const stop = stopSignal()
const backend = await openPlainQueue(setup)
const pool = new Pool({ connectionString: setup.databaseUrl, max: 20 })
const client = new Sdk.default({
  accessKeyId: sandboxCredentials.accessKeyId,
  accessKeySecret: sandboxCredentials.accessKeySecret,
  endpoint: setup.gatewayEndpoint,
  protocol: 'http',
  readTimeout: 5_000,
  connectTimeout: 5_000,
} as ConstructorParameters<typeof Sdk.default>[0])

const handlers: Record<string, (data: Record<string, string>) => Promise<unknown>> = {
  async ask({ id }) {
    const { rows } = await pool.query<{ phone: string; state: string }>(
      'SELECT phone, state FROM plain_survey WHERE id = $1',
      [id],
    )
    if (rows[0]?.state !== 'scheduled') return
    await pool.query(`UPDATE plain_survey SET state = 'submitting' WHERE id = $1`, [id])
    const response = await client.sendSms(
      new SendSmsRequest({
        phoneNumbers: rows[0].phone,
        signName: '测速',
        templateCode: 'SMS_800000001',
        templateParam: JSON.stringify({ unit: '测速派出所', business: '户政' }),
        outId: id,
      }),
    )
    await pool.query(
      `UPDATE plain_survey SET state = 'open', biz_id = $2, sent_at = now() WHERE id = $1`,
      [id, response.body?.bizId],
    )
  },
  async receipt({ out_id, err_code }) {
    await pool.query('UPDATE plain_survey SET delivery = $2 WHERE id = $1', [out_id, err_code])
  },
  async reply({ phone_number, content = '' }) {
    const { rows } = await pool.query<{ id: string }>(
      `SELECT id FROM plain_survey WHERE phone = $1 AND state = 'open' ORDER BY sent_at DESC LIMIT 1`,
      [phone_number],
    )
    const verdict = understand(content, { scale: commonScales['1-3'] })
    await pool.query('INSERT INTO plain_reply (survey_id, content, rating) VALUES ($1, $2, $3)', [
      rows[0]?.id,
      content,
      verdict.rating,
    ])
    await pool.query(`UPDATE plain_survey SET state = 'answered', rating = $2 WHERE id = $1`, [
      rows[0]?.id,
      verdict.rating,
    ])
  },
}

const jobs = backend.worker(plainQueue, setup.concurrency, async (job: Job) => {
  await handlers[job.name]?.(job.data as Record<string, string>)
})
const bare = backend.worker(noOps, setup.concurrency, async () => {})
const queue = backend.queue(plainQueue, { removeOnComplete: true })
const hooks = createServer((request, response) => {
  let body = ''
  request.setEncoding('utf8').on('data', (chunk: string) => (body += chunk))
  request.on('end', () => {
    const name = request.url?.endsWith('sms-up') ? 'reply' : 'receipt'
    void addEach(queue, name, JSON.parse(body) as object[]).then(() =>
      response.end('{"code":0,"msg":"成功"}'),
    )
  })
})
await new Promise<void>((resolve) => hooks.listen(0, '127.0.0.1', resolve))
await Promise.all([jobs.waitUntilReady(), bare.waitUntilReady()])
for (const worker of [jobs, bare]) void worker.run()
process.send?.({ hooks: `http://127.0.0.1:${(hooks.address() as AddressInfo).port}` })
await stop
process.exit(0)

async function addEach(to: Queue, name: string, items: readonly object[]): Promise<void> {
  await Promise.all(items.map((item) => to.add(name, item)))
}
