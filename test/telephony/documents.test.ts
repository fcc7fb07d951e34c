import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { modules } from '../../src/sandbox/asterisk/configuration.ts'

test('the exchange of the documentation loads what the one of the tests does', () => {
  const text = readFileSync('docs/asterisk/modules.conf', 'utf8')
  const loaded = [...text.matchAll(/^load = (\S+)$/gm)].map(([, name]) => name)
  expect(loaded).toEqual([...modules])
})
