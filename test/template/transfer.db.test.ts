import { afterAll, beforeAll, expect, test } from 'vitest'
import { exportVersions, importVersion } from '../../src/template/transfer.ts'
import { testApp, type TestApp } from '../support/app.ts'
import { administrator, good } from './life.ts'

let here: TestApp
let there: TestApp
beforeAll(async () => {
  const quick = {
    policy: (policy: { template: { applyApartSeconds: number } }) =>
      (policy.template.applyApartSeconds = 0),
  }
  ;[here, there] = await Promise.all([testApp(quick), testApp(quick)])
})
afterAll(async () => {
  await here.close()
  await there.close()
})

test('texts move to another installation: once, in no use, and approved only by its own provider', async () => {
  const [admin, other] = [await administrator(here), await administrator(there)]
  const approved = await admin.approve()
  const { providerCode } = await admin.version(approved)
  await admin.draft({ body: `${good.body}谢谢。` })

  const lines = (await exportVersions(here.app)).map((line) => JSON.parse(JSON.stringify(line)))
  const take = async () => {
    const results: string[] = []
    for (const line of lines) results.push(await importVersion(there.app, line, 'operator'))
    return results.filter((result) => result !== 'unchanged').sort()
  }
  // The other's provider has approved the one under this code.
  there.gateway.addTemplates([{ code: providerCode }])
  expect(await take()).toEqual(['asked', 'drafted'])
  expect(await take()).toEqual([])

  const { versions } = await other.call('GET', '/templates')
  const [third, second] = versions.filter(({ key }: { key: string }) => key === 'ask')
  expect(third).toMatchObject({ version: 3, state: 'draft', providerCode: null })
  expect(second).toMatchObject({ version: 2, state: 'submitted', providerCode })
  await other.reach(second.id, 'approved')
  expect(await other.active()).toEqual([{ version: 1, weight: 100 }])
})

test('what is no version is refused with the field', async () => {
  const line = { key: 'x', purpose: 'ask', business: null, ...good, scale: null }
  await expect(importVersion(there.app, line, 'operator')).rejects.toMatchObject({
    code: 'request.invalid',
    details: { field: 'scale' },
  })
})
