import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { unknownUnits } from '../../src/survey/unknown-units.ts'
import { officersAt, unitAt } from '../../src/unit/at-date.ts'
import { importOfficers, importUnits } from '../../src/unit/import.ts'
import { readUnits } from '../../src/unit/store.ts'
import { row, testApp, type TestApp } from '../support/app.ts'
import { huifang } from '../support/command.ts'

let t: TestApp
let folder: string
beforeAll(async () => {
  t = await testApp()
  folder = await mkdtemp(join(tmpdir(), 'huifang-units-'))
})
afterAll(async () => {
  await t.close()
  await rm(folder, { recursive: true })
})

const unitHeader = 'code,valid_from,name,parent_code,head_name,head_code,closed'
const officerHeader = 'code,valid_from,name,unit_code,closed'

async function file(...lines: string[]): Promise<string> {
  const path = join(folder, 'rows.csv')
  await writeFile(path, `\uFEFF${lines.join('\r\n')}\r\n`)
  return path
}

test('a unit is called and headed as on the day that is asked about', async () => {
  const report = await importUnits(
    t.app,
    await file(
      unitHeader,
      'U1,2026-06-01,新城派出所,FJ1,李四,P2,',
      'U1,2025-01-01,老城派出所,FJ1,张三,P1,',
      'U1,2099-01-01,未来派出所,FJ1,,,',
    ),
  )
  expect(report).toEqual({ imported: 3, rejected: [] })
  expect(await unitAt(t.app, 'U1', '2024-12-31')).toBeNull()
  expect(await unitAt(t.app, 'U1', '2025-01-01')).toEqual({ name: '老城派出所', headName: '张三' })
  expect(await unitAt(t.app, 'U1', '2026-05-31')).toEqual({ name: '老城派出所', headName: '张三' })
  expect(await unitAt(t.app, 'U1', '2026-06-01')).toEqual({ name: '新城派出所', headName: '李四' })
  expect((await readUnits(t.app)).get('U1')).toMatchObject({
    code: 'U1',
    name: '新城派出所',
    parentCode: 'FJ1',
    headName: '李四',
    headCode: 'P2',
  })
})

test('a version imported again is corrected, not doubled; a closed unit stays where it stood', async () => {
  await importUnits(t.app, await file(unitHeader, 'U2,2025-01-01,错名派出所,FJ1,,,'))
  await importUnits(t.app, await file(unitHeader, 'U2,2025-01-01,正名派出所,FJ1,,,'))
  expect(await unitAt(t.app, 'U2', '2026-01-01')).toEqual({ name: '正名派出所', headName: null })
  await importUnits(t.app, await file(unitHeader, 'U2,2026-01-01,正名派出所,FJ1,,,true'))
  expect((await readUnits(t.app)).get('U2')).toMatchObject({ closed: true, parentCode: 'FJ1' })
  // Whoever closes a unit need not say again under whom it stood.
  await importUnits(t.app, await file(unitHeader, 'U2,2026-02-01,正名派出所,,,,true'))
  expect((await readUnits(t.app)).get('U2')).toMatchObject({ closed: true, parentCode: 'FJ1' })
})

test('officers are named as on the day, in the order asked; unknown codes are kept without a name', async () => {
  const report = await importOfficers(
    t.app,
    await file(
      officerHeader,
      'P7,2025-01-01,王五,PCS1,',
      'P7,2026-01-01,王伍,PCS2,',
      'P8,2025-01-01,赵六,PCS1,',
    ),
  )
  expect(report).toEqual({ imported: 3, rejected: [] })
  expect(await officersAt(t.app, ['P8', 'X', 'P7'], '2025-12-31')).toEqual([
    { code: 'P8', name: '赵六' },
    { code: 'X', name: null },
    { code: 'P7', name: '王五' },
  ])
  expect(await officersAt(t.app, ['P7'], '2026-01-01')).toEqual([{ code: 'P7', name: '王伍' }])
})

test('bad rows are named by line, field and reason in Chinese, and never stop the good ones', async () => {
  const path = await file(
    unitHeader,
    'U3,2025-01-01,甲,,,,',
    'U 4,2025-01-01,乙,,,,',
    'U5,2025/1/1,丙,,,,',
    'U6,2025-01-01,,,,,',
    'U7,2025-01-01,丁,,,,是',
    'U8,2025-01-01,戊,,,,false',
  )
  const { imported, rejected } = await importUnits(t.app, path)
  expect(imported).toBe(2)
  expect(rejected.map(({ line, field }) => [line, field])).toEqual([
    [3, 'code'],
    [4, 'valid_from'],
    [5, 'name'],
    [6, 'closed'],
  ])
  expect(rejected.every(({ reason }) => /\p{Script=Han}/u.test(reason))).toBe(true)
})

test('a file of the wrong kind is refused by its columns: one cannot take officers for units', async () => {
  const path = await file(officerHeader, 'P9,2025-01-01,孙七,PCS1,')
  await expect(importUnits(t.app, path)).rejects.toMatchObject({
    code: 'file.columns',
    details: { what: '不认识 unit_code' },
  })
  await expect(importOfficers(t.app, await file('code,name', 'P9,孙七'))).rejects.toMatchObject({
    details: { what: '缺少 valid_from、unit_code' },
  })
})

test('codes that transactions named and nobody imported are reported until somebody imports them', async () => {
  const rows = ['N1', 'N2', 'N2'].map((unitCode, index) => row(`unknown${index}`, { unitCode }))
  const { body } = await t.call('POST', '/api/v1/transactions', t.sourceKey, rows)
  expect(body.verdicts[0]).toMatchObject({ surveyed: false, reason: 'unit_unknown' })
  expect(await unknownUnits(t.app)).toEqual([
    { unitCode: 'N2', transactions: 2 },
    { unitCode: 'N1', transactions: 1 },
  ])
  const path = await file(unitHeader, 'N2,2025-01-01,新派出所,FJ1,,,', 'bad,,,,,,')
  const imported = await huifang(['unit', 'import', path], t.environment)
  expect(imported).toMatchObject({ code: 0, stderr: '' })
  expect(imported.stdout.trim().split('\n').at(-1)).toBe('{"imported":1,"rejected":1}')
  const { stdout } = await huifang(['unit', 'unknown'], t.environment)
  expect(stdout).toBe('{"unitCode":"N1","transactions":1}\n')
}, 120_000)
