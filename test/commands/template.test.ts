import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { huifang } from '../support/command.ts'

let folder: string
beforeAll(async () => void (folder = await mkdtemp(join(tmpdir(), 'huifang-template-'))))
afterAll(() => rm(folder, { recursive: true }))

async function written(body: string, head = ''): Promise<string> {
  const file = join(folder, 'mine.md')
  await writeFile(
    file,
    `---\npurpose: announce\nsignature: 徐州公安民意\nprovider_code: SMS_1\n${head}---\n${body}\n`,
  )
  return file
}

test('the texts that come with the program would be taken by reviewers and read as they are meant', async () => {
  const { code, stdout } = await huifang(['template', 'check', '--json'], {})
  const checks = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  expect(checks.length).toBeGreaterThan(8)
  expect(checks.map(({ findings }) => findings).flat()).toEqual([])
  expect(code).toBe(0)
})

test('a text that would be refused ends the command with 1 and says where, why and what to do', async () => {
  const file = await written('您对${unit}${business}工作的意见已收到，中心电话0516-80110110。')
  const { code, stdout } = await huifang(['template', 'check', file], {})
  expect(code).toBe(1)
  expect(stdout).toContain('[不通过] 两个变量紧挨在一起 〔${business}〕')
  expect(stdout).toContain('在两个变量之间加上文字')
})

test('promotion must offer an opt-out', async () => {
  const file = await written('公安民意中心感谢您的支持，0516-80110110。')
  const { stdout } = await huifang(['template', 'check', file, '--type', 'promo'], {})
  expect(stdout).toContain('拒收请回复R')
})

test('a file that cannot be read is named, with what is wrong in it', async () => {
  const missing = await huifang(['template', 'check', join(folder, 'none.md')], {})
  expect(missing).toMatchObject({ code: 1, stderr: expect.stringContaining('none.md') })
  const odd = await huifang(['template', 'check', await written('谢谢', 'scale: 1=good\n')], {})
  expect(odd).toMatchObject({ code: 1, stderr: expect.stringContaining('good is not a rating') })
})
