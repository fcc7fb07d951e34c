import { describe, expect, test } from 'vitest'
import { findBinaries } from '../../../src/sandbox/postgres/binaries.ts'
import { explainFailure } from '../../../src/sandbox/postgres/errors.ts'

describe('a failure is explained with what to do', () => {
  test.each([
    ['FATAL:  could not write lock file "postmaster.pid": No space left on device', 'disk is full'],
    ['Error: ENOSPC: no space left on device, mkdir', 'disk is full'],
    ['Error: EROFS: read-only file system, mkdir', 'read-only'],
    ['Error: EACCES: permission denied, mkdir', 'may not write'],
    ['error while loading shared libraries: libfoo.so.1', 'do not run on this system'],
    ['could not bind IPv4 address "127.0.0.1": Address already in use', 'No free port'],
    ['FATAL:  could not map anonymous shared memory: Cannot allocate memory', 'not enough memory'],
    ['PANIC:  could not locate a valid checkpoint record', 'damaged'],
    ['something new', 'server.log'],
  ])('%s', (output, advice) => {
    const { message } = explainFailure('Starting PostgreSQL', '/data', output)
    expect(message).toContain(advice)
    expect(message).toContain(output)
  })
})

test('a platform without binaries is named, with a way out', () => {
  expect(() => findBinaries('plan9-mips')).toThrow(/plan9-mips.*--omit=optional.*DATABASE_URL/s)
})
