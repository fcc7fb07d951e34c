import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { type ConfigError, readConfig } from '../../src/foundation/config.ts'
import { settingsTable } from '../../src/foundation/settings-table.ts'

const good = {
  DATABASE_URL: 'postgres://user@host/db',
  ALIBABA_CLOUD_ACCESS_KEY_ID: 'id',
  ALIBABA_CLOUD_ACCESS_KEY_SECRET: 'secret',
  HUIFANG_DATA_KEYS: `b:${Buffer.alloc(32, 2).toString('base64')},a:${Buffer.alloc(32).toString('base64')}`,
  HUIFANG_PHONE_HASH_KEY: Buffer.alloc(32).toString('base64'),
  HUIFANG_HOOK_TOKEN: 'x'.repeat(24),
}

function faultsOf(environment: Record<string, string>): string[] {
  try {
    readConfig(environment)
    return []
  } catch (error) {
    return (error as ConfigError).faults
  }
}

describe('configuration', () => {
  test('the README’s table of settings is the one that the schema makes', () => {
    const readme = readFileSync('README.md', 'utf8')
    const table = /<!-- settings:[^\n]*-->\n([\s\S]*?)<!-- \/settings -->/.exec(readme)?.[1]
    expect(table?.trim()).toBe(settingsTable())
  })

  test('a complete environment is read, with the first data key as the current one', () => {
    expect(readConfig(good).HUIFANG_DATA_KEYS.map(({ id }) => id)).toEqual(['b', 'a'])
  })

  test('all faults are told at once, each with its name', () => {
    const { HUIFANG_HOOK_TOKEN: _, ...rest } = good
    const faults = faultsOf({
      ...rest,
      DATABASE_URL: 'mysql://x',
      HUIFANG_PORT: '70000',
      HUIFANG_PHONE_HASH_KEY: 'short',
      HUIFANG_TYPO: '1',
    })
    for (const name of [
      'DATABASE_URL',
      'HUIFANG_PORT',
      'HUIFANG_PHONE_HASH_KEY',
      'HUIFANG_HOOK_TOKEN',
      'HUIFANG_TYPO',
    ]) {
      expect(faults.join('\n')).toContain(name)
    }
  })

  test('single sign-on needs all that belongs to it, and TLS outside the sandbox', () => {
    const faults = faultsOf({ ...good, HUIFANG_OIDC_ISSUER: 'http://sso.example' }).join('\n')
    for (const name of [
      'HUIFANG_OIDC_CLIENT_ID',
      'HUIFANG_OIDC_CLIENT_SECRET',
      'HUIFANG_PUBLIC_URL',
    ]) {
      expect(faults).toContain(`${name} is missing`)
    }
    expect(faults).toContain('HUIFANG_OIDC_ISSUER must begin with https')
    const complete = {
      ...good,
      HUIFANG_OIDC_ISSUER: 'https://sso.example',
      HUIFANG_OIDC_CLIENT_ID: 'id',
      HUIFANG_OIDC_CLIENT_SECRET: 'secret',
      HUIFANG_PUBLIC_URL: 'https://huifang.example',
    }
    expect(faultsOf(complete)).toEqual([])
  })

  test('an empty value counts as not set', () => {
    expect(readConfig({ ...good, REDIS_URL: '' }).REDIS_URL).toBeUndefined()
  })
})
