import { existsSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { huifang } from '../support/command.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'huifang-embedded-'))
})
afterAll(async () => rm(folder, { recursive: true, force: true }))

const environment = () => ({
  PATH: process.env.PATH ?? '',
  HUIFANG_DATA_DIR: folder,
  HUIFANG_DATA_KEYS: `k:${Buffer.alloc(32, 1).toString('base64')}`,
  HUIFANG_PHONE_HASH_KEY: Buffer.alloc(32, 2).toString('base64'),
})

test('commands that are told of no database share the one in the data folder, and the last stops it', async () => {
  expect(await huifang(['migrate'], environment())).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('applied'),
  })
  const both = await Promise.all([
    huifang(['unit', 'import', 'src/sandbox/sample/units.csv'], environment()),
    huifang(['migrate'], environment()),
  ])
  expect(both.map(({ code }) => code)).toEqual([0, 0])
  expect(both[1].stdout).toBe('up to date\n')
  const unknown = await huifang(['unit', 'unknown'], environment())
  expect(unknown).toMatchObject({ code: 0, stdout: '' })
  expect(existsSync(join(folder, 'postgres/cluster/postmaster.pid'))).toBe(false)
})

test('faulty settings are told before a server is started', async () => {
  const { HUIFANG_DATA_KEYS: _, ...rest } = environment()
  const { code, stderr } = await huifang(['unit', 'unknown'], rest)
  expect(code).toBe(1)
  expect(stderr).toContain('HUIFANG_DATA_KEYS is missing')
  expect(stderr).not.toContain('PostgreSQL')
})
