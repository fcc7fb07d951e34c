import { expect } from 'vitest'
import { reviewRound } from '../../src/template/review.ts'
import { until, type TestApp } from '../support/app.ts'

export const good = {
  type: 'notice',
  signature: '徐州公安民意',
  body: '您好，您近日在${unit}办理的${business}业务已办结。满意请回复1，基本满意请回复2，不满意请回复3。本短信由公安民意跟踪监测中心发送，可致电0516-80110110核实。',
  scale: { 1: 'satisfied', 2: 'basically_satisfied', 3: 'dissatisfied' },
}

/** An administrator at work on texts. */
export async function administrator(t: TestApp) {
  const key = await t.staffKey('administrator', 'ROOT')
  const call = async (
    method: 'GET' | 'POST' | 'PUT' | 'DELETE',
    path: string,
    body?: unknown,
    status = 200,
  ) => {
    const answer = await t.call(method, `/api/v1${path}`, key, body)
    expect({ status: answer.status, body: answer.body }).toMatchObject({ status })
    return answer.body
  }
  const version = (id: string) => call('GET', `/templates/${id}`)
  return {
    call,
    version,
    draft: (change: Record<string, unknown> = {}) =>
      call(
        'POST',
        '/templates',
        { key: 'ask', purpose: 'ask', business: null, ...good, ...change },
        201,
      ) as Promise<{ id: string; version: number }>,
    async submit(id: string) {
      const { revision } = await version(id)
      await call('POST', `/templates/${id}/submit`, { revision })
    },
    /** Runs the review until the version stands so. */
    reach: (id: string, state: string) =>
      until(`${id} ${state}`, async () => {
        await reviewRound(t.app)
        const found = await version(id)
        return found.state === state && found
      }),
    async approve(change: Record<string, unknown> = {}) {
      const { id } = await this.draft(change)
      await this.submit(id)
      await this.reach(id, 'approved')
      return id
    },
    async plan(shares: readonly { id: string; weight: number }[], business: string | null = null) {
      const of = business === null ? '' : `&business=${business}`
      const { plans } = await call('GET', `/template-plans?purpose=ask${of}`)
      return call('POST', '/template-plans', {
        purpose: 'ask',
        business,
        expected: plans[0]?.number ?? null,
        shares,
        why: '测试',
      })
    },
    active: async (name = 'ask') =>
      (await call('GET', '/templates')).versions
        .filter(
          (each: { key: string; state: string }) => each.key === name && each.state === 'active',
        )
        .map(({ version: number, weight }: { version: number; weight: number }) => ({
          version: number,
          weight,
        })),
  }
}
