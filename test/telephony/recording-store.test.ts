import { randomBytes } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import S3rver from 's3rver'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { systemClock } from '../../src/foundation/clock.ts'
import { idMaker } from '../../src/foundation/ids.ts'
import { openVault } from '../../src/foundation/vault.ts'
import {
  recordingBucket,
  recordingFolder,
  type RecordingStore,
} from '../../src/telephony/recording-store.ts'

const vault = openVault([{ id: 't', key: randomBytes(32) }], randomBytes(32))
const newId = idMaker(systemClock)
const wav = Buffer.concat([Buffer.from('RIFF'), randomBytes(50_000)])

let scratch: string
let server: S3rver
let bucketUrl: string
beforeAll(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'huifang-store-'))
  server = new S3rver({
    address: '127.0.0.1',
    port: 0,
    silent: true,
    directory: join(scratch, 's3'),
    configureBuckets: [{ name: 'recordings', configs: [] }],
  })
  const { port } = await server.run()
  bucketUrl = `http://127.0.0.1:${port}/recordings`
})
afterAll(async () => {
  await server.close()
  await rm(scratch, { recursive: true })
})

const bucket = (url: string) =>
  recordingBucket(vault, { url, keyId: 'S3RVER', secret: 'S3RVER', region: 'us-east-1' })
const stores: [string, () => RecordingStore][] = [
  ['folder', () => recordingFolder(vault, join(scratch, 'folder'))],
  ['bucket', () => bucket(bucketUrl)],
]

describe.each(stores)('recordings in a %s', (_, open) => {
  test('come back as they were put, over again too, and are gone when they are deleted', async () => {
    const store = open()
    const id = newId()
    expect(await store.get(id)).toBeNull()
    await store.put(id, wav)
    await store.put(id, wav)
    expect((await store.get(id))?.equals(wav)).toBe(true)
    await store.delete(id)
    await store.delete(id)
    expect(await store.get(id)).toBeNull()
  })
})

test('nothing of a recording lies open, in either', async () => {
  for (const [, open] of stores) await open().put(newId(), wav)
  const files = (await readdir(scratch, { recursive: true, withFileTypes: true })).filter((each) =>
    each.isFile(),
  )
  const contents = await Promise.all(
    files.map((file) => readFile(join(file.parentPath, file.name))),
  )
  expect(contents.filter((each) => each.length > wav.length).length).toBe(2)
  expect(contents.filter((each) => each.includes('RIFF'))).toEqual([])
})

test('a bucket that is not there, or does not answer, is told of and loses nothing', async () => {
  const away = { code: 'recording.store_away' }
  await expect(bucket(`${bucketUrl}-none`).put(newId(), wav)).rejects.toMatchObject(away)
  await expect(bucket('http://127.0.0.1:9/recordings').get(newId())).rejects.toMatchObject(away)
})
