import { assert, constantFrom, nat, property } from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  hashPassword,
  isOutdated,
  oneTimePassword,
  verifyPassword,
} from '../../src/staff/password.ts'
import { countedAddress, lockRules, lockSeconds, passwordFault } from '../../src/staff/rules.ts'

describe('a new password', () => {
  test.each([
    ['short', '密码至少需要 10 个字符'],
    ['😀😀😀😀😀', '密码至少需要 10 个字符'],
    ['x'.repeat(129), '密码不能超过 128 个字符'],
    ['我是王小明今年三十岁了', '密码不能包含姓名'],
    ['ababababababab', '密码不能由少数几个字符重复而成'],
    ['1234567890'.slice(0, 9) + ':', '密码不能是连续的字符'],
    ['zyxwvutsrqpo', '密码不能是连续的字符'],
    ['Password123!', '密码过于常见，请换一个'],
    ['1qaz2wsx3edc', '密码过于常见，请换一个'],
    ['ＰＡＳＳＷＯＲＤ２０２６', '密码过于常见，请换一个'],
  ])('%s is refused: %s', (password, reason) => {
    expect(passwordFault(password, '王小明')).toBe(reason)
  })

  test.each(['correct horse battery', '今天天气真不错我们去爬山', oneTimePassword()])(
    '%s is taken',
    (password) => expect(passwordFault(password, '王小明')).toBeNull(),
  )
})

describe('a stored password', () => {
  test('verifies the same characters however they were composed, and no others', async () => {
    const stored = await hashPassword('e\u0301tat ﬁn 密码')
    expect(await verifyPassword('\u00e9tat fin 密码', stored)).toBe(true)
    expect(await verifyPassword('etat fin 密码', stored)).toBe(false)
    expect(stored).not.toBe(await hashPassword('e\u0301tat ﬁn 密码'))
  })

  test('made with other parameters still verifies, and is to be made anew', async () => {
    // The vector of RFC 7914, §12: scrypt("password", "NaCl", N=1024, r=8, p=16).
    const hash = Buffer.from(
      'fdbabe1c9d3472007856e7190d01e9fe7c6ad7cbc8237830e77376634b3731622eaf30d92e22a3886ff109279d9830dac727afb94a83ee6d8360cbdfa2cc0640',
      'hex',
    )
    const encode = (bytes: Buffer) => bytes.toString('base64').replace(/=+$/, '')
    const old = `$scrypt$ln=10,r=8,p=16$${encode(Buffer.from('NaCl'))}$${encode(hash)}`
    expect(await verifyPassword('password', old)).toBe(true)
    expect(isOutdated(old)).toBe(true)
    expect(isOutdated(await hashPassword('password'))).toBe(false)
  })

  test('that is no hash verifies nothing', async () => {
    expect(await verifyPassword('', '')).toBe(false)
  })
})

describe('back-off', () => {
  test('it doubles from the first lock up to the longest', () => {
    const locks = Array.from({ length: 12 }, (_, failures) => lockSeconds('name', failures))
    expect(locks).toEqual([0, 0, 0, 0, 0, 60, 120, 240, 480, 960, 1_800, 1_800])
  })

  test('it never shrinks with more failures, for whatever number', () => {
    assert(
      property(nat(1e6), constantFrom('name' as const, 'address' as const), (n, kind) => {
        expect(lockSeconds(kind, n + 1)).toBeGreaterThanOrEqual(lockSeconds(kind, n))
        expect(lockSeconds(kind, n)).toBeLessThanOrEqual(lockRules[kind].longestSeconds)
      }),
    )
  })

  test.each([
    ['10.1.2.3', '10.1.2.3'],
    ['::ffff:10.1.2.3', '10.1.2.3'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:db8:1:2::1', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002:ffff::', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
  ])('the address %s is counted as %s', (address, counted) => {
    expect(countedAddress(address)).toBe(counted)
  })
})
