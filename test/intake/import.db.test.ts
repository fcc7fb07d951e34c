import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { importFile } from '../../src/intake/import.ts'
import { createSource } from '../../src/staff/keys.ts'
import { freshPhone, station, testApp, type TestApp } from '../support/app.ts'
import { huifang } from '../support/command.ts'

let t: TestApp
let folder: string
let source: string
let counter = 0
beforeAll(async () => {
  t = await testApp()
  folder = await mkdtemp(join(tmpdir(), 'huifang-import-'))
})
afterAll(async () => {
  await t.close()
  await rm(folder, { recursive: true })
})
beforeEach(async () => {
  source = `s${counter++}`
  await createSource(t.app, { name: source, silentAfterMinutes: null })
})

const header = 'externalId,business,unitCode,citizen.phone,citizen.name,completedAt,item,flags'
const line = (externalId: string, item = '补领身份证', flags = '') =>
  `${externalId},户政,${station},${freshPhone()},张三,2026-11-20T10:00:00+08:00,${item},${flags}`

async function load(content: string | Buffer, name = 'rows.csv') {
  const file = join(folder, name)
  await writeFile(file, content)
  return importFile(t.app, source, file, () => {})
}
const stored = () =>
  t.app.db
    .selectFrom('transaction')
    .select(['externalId', 'business', 'item', 'flags', 'nameSealed'])
    .where('source', '=', source)
    .orderBy('externalId')
    .execute()

/** GBK as a spreadsheet program of a Chinese Windows writes it, which Node can only read. */
function gbk(text: string): Buffer {
  const decoder = new TextDecoder('gbk')
  const codes = new Map<string, number[]>()
  for (let lead = 0x81; lead <= 0xfe; lead++) {
    for (let trail = 0x40; trail <= 0xfe; trail++) {
      if (trail !== 0x7f) codes.set(decoder.decode(Uint8Array.of(lead, trail)), [lead, trail])
    }
  }
  return Buffer.from(Array.from(text).flatMap((sign) => codes.get(sign) ?? [sign.charCodeAt(0)]))
}

describe('huifang import, CSV', () => {
  test('bad rows are named by line, field and reason, and never stop the good ones', async () => {
    const report = await load(
      [
        header,
        line('a'),
        line('b').replace('户政', '渔政'),
        '',
        line('c').replace('+08:00', ''),
        `${line('d')},one cell,more`,
        line('e', '"quoted" and on'),
        line('f'),
        'g,户政',
      ].join('\n'),
    )
    expect(report).toMatchObject({ accepted: 3, duplicate: 0, amended: 0, rejected: 4 })
    expect(report.rejections.map(({ line: at, field }) => [at, field])).toEqual([
      [3, 'business'],
      [5, 'completedAt'],
      [6, '(row)'],
      [9, 'unitCode'],
    ])
    expect(report.rejections.every(({ reason }) => /\p{Script=Han}/u.test(reason))).toBe(true)
    expect((await stored()).map(({ externalId }) => externalId)).toEqual(['a', 'e', 'f'])
  })

  test.each(['\n', '\r\n'])(
    'a byte-order mark and quoted line ends (%j) are read, and line numbers still hold',
    async (end) => {
      const rows = [header, line('a', `"一${end}二，""三"""`), line('b').replace('户政', ''), '']
      const report = await load(`\uFEFF${rows.join(end)}`)
      expect(report).toMatchObject({ accepted: 1, rejected: 1 })
      expect(report.rejections[0]).toMatchObject({ line: 4, field: 'business' })
      expect((await stored())[0]!.item).toBe('一\n二，"三"')
    },
  )

  test('officers and flags are divided by either semicolon', async () => {
    await load([header, line('a', 'x', 'minor；secret; ')].join('\n'))
    expect((await stored())[0]!.flags).toEqual(['minor', 'secret'])
  })

  test.each([
    [
      'lacks columns',
      'externalId,business,unitCode,citizen.name\n',
      '缺少 citizen.phone、completedAt',
    ],
    ['misspells one', `${header},flag\n`, '不认识 flag'],
    ['names one twice', `${header},flags\n`, '重复 flags'],
    ['is absent', '', '缺少 externalId、business、unitCode、citizen.phone、completedAt'],
  ])(
    'a header that %s is one error that names them, and nothing is stored',
    async (_, text, what) => {
      await expect(load(text + line('a'))).rejects.toMatchObject({
        code: 'file.columns',
        details: { what: expect.stringContaining(what) as string },
      })
      expect(await stored()).toEqual([])
    },
  )

  test('GBK is read as what it says, also far into the file', async () => {
    const many = Array.from({ length: 1_500 }, (_, index) => line(`n${index}`, '居住证窗口办理'))
    const report = await load(gbk([header, ...many, line('z', '联通一丂')].join('\r\n')))
    expect(report).toMatchObject({ accepted: 1_501, rejected: 0 })
    const rows = await stored()
    expect(new Set(rows.map(({ item }) => item))).toEqual(new Set(['居住证窗口办理', '联通一丂']))
    expect(t.app.vault.open(rows[0]!.nameSealed!, 'name')).toBe('张三')
  })

  test('UTF-8 with damaged bytes stays UTF-8: the rows that hold them are rejected, the others are read', async () => {
    const bytes = Buffer.from([header, line('a'), line('b', '补@领'), line('c')].join('\n'))
    bytes[bytes.indexOf('@')] = 0xe6
    const report = await load(bytes)
    expect(report).toMatchObject({ accepted: 2, rejected: 1 })
    expect(report.rejections[0]).toMatchObject({ line: 3, field: 'item' })
    expect((await stored()).map(({ item }) => item)).toEqual(['补领身份证', '补领身份证'])
  })

  test('a quotation mark that is never closed is named by its line; what stood before it is in', async () => {
    const report = await load([header, line('a'), line('b', '"open'), line('c')].join('\n'))
    expect(report).toMatchObject({ accepted: 1, rejected: 1 })
    expect(report.rejections[0]).toMatchObject({
      line: 3,
      reason: expect.stringContaining('引号没有配对') as string,
    })
  })

  test('the same file again is all duplicates; a changed row is an amendment, a cancelled one is withdrawn', async () => {
    const rows = [line('a'), line('b'), line('c')]
    expect(await load([header, ...rows].join('\n'))).toMatchObject({ accepted: 3 })
    expect(await load([header, ...rows].join('\n'))).toMatchObject({ accepted: 0, duplicate: 3 })
    const changed = [
      `${header},kind`,
      `${rows[0]},`,
      `${rows[1]!.replace('身份证', '户口簿')},amended`,
      `${rows[2]},cancelled`,
    ]
    expect(await load(changed.join('\n'))).toMatchObject({
      accepted: 0,
      duplicate: 1,
      amended: 1,
      withdrawn: 1,
      rejected: 0,
    })
  })
})

describe('huifang import, NDJSON', () => {
  const row = (externalId: string, change: object = {}) =>
    JSON.stringify({
      externalId,
      business: '户政',
      unitCode: station,
      citizen: { phone: freshPhone() },
      completedAt: '2026-11-20T10:00:00+08:00',
      ...change,
    })

  test('bad rows are named by line, field and reason, and never stop the good ones', async () => {
    const lines = [
      row('a'),
      '{"externalId":',
      '',
      row('b', { citizen: null }),
      row('c', { item: '一\u2028二' }),
      '[]',
      row('d', { unitCode: 7 }),
      row('e'),
    ]
    const report = await load(`\uFEFF${lines.join('\r\n')}`, 'rows.ndjson')
    expect(report).toMatchObject({ accepted: 3, rejected: 4 })
    expect(report.rejections).toEqual([
      { line: 2, field: '(row)', reason: '不是有效的 JSON' },
      { line: 4, field: 'citizen', reason: '必须是对象' },
      { line: 6, field: '(row)', reason: '必须是对象' },
      { line: 7, field: 'unitCode', reason: '必须是文字' },
    ])
  })

  test('GBK is read as what it says', async () => {
    expect(await load(gbk(row('a', { item: '补领身份证' })), 'rows.jsonl')).toMatchObject({
      accepted: 1,
    })
    expect((await stored())[0]!.item).toBe('补领身份证')
  })
})

test('an unknown source, an absent file and a workbook are refused in words, and nothing is stored', async () => {
  const there = join(folder, 'there.CSV')
  await writeFile(there, [header, line('a')].join('\n'))
  const take = (file: string, from = source) => importFile(t.app, from, file, () => {})
  await expect(take(there, 'misspelt')).rejects.toMatchObject({ code: 'source.unknown' })
  await expect(take(join(folder, 'absent.csv'))).rejects.toMatchObject({
    code: 'file.unreadable',
    details: { code: 'ENOENT' },
  })
  await expect(take(join(folder, 'rows.xlsx'))).rejects.toMatchObject({ code: 'file.kind' })
  expect(await stored()).toEqual([])
  expect(await take(there)).toMatchObject({ accepted: 1 })
})

test('the command prints a line a rejected row, and the counts last', async () => {
  const file = join(folder, 'command.csv')
  await writeFile(file, [header, line('a'), line('b').replace('户政', '渔政')].join('\n'))
  const { code, stdout } = await huifang(['import', file, '--source', source], t.environment)
  expect(code).toBe(0)
  const lines = stdout.trim().split('\n')
  expect(JSON.parse(lines[0]!)).toMatchObject({ line: 3, field: 'business' })
  expect(JSON.parse(lines[1]!)).toEqual({
    accepted: 1,
    duplicate: 0,
    amended: 0,
    withdrawn: 0,
    rejected: 1,
  })
}, 120_000)
