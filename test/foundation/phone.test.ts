import { createHmac } from 'node:crypto'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { maskPhone, normalisePhone, phoneHash } from '../../src/foundation/phone.ts'

describe('normalisePhone', () => {
  test.each([
    ['13812345678', '13812345678'],
    ['+8613812345678', '13812345678'],
    ['+86 138-1234-5678', '13812345678'],
    ['008613812345678', '13812345678'],
    ['8613812345678', '13812345678'],
    ['(+86)138 1234 5678', '13812345678'],
    ['１３８１２３４５６７８', '13812345678'],
    ['＋８６　１３８　１２３４　５６７８', '13812345678'],
    ['（86）138–1234–5678', '13812345678'],
    ['\u202a13812345678\u202c', '13812345678'],
    ['013812345678', '13812345678'],
    ['17012345678', '17012345678'],
    ['16512345678', '16512345678'],
    ['19912345678', '19912345678'],
    ['\t14712345678\n', '14712345678'],
  ])('%s is the mobile %s', (raw, phone) => {
    expect(normalisePhone(raw)).toEqual({ ok: true, phone, kind: 'mobile' })
  })

  test.each([
    ['010-12345678', null],
    ['010-62345678', '01062345678'],
    ['(0571) 8765 4321', '057187654321'],
    ['+86 571 87654321', '057187654321'],
    ['0086-10-62345678', '01062345678'],
    ['86 21 62345678', '02162345678'],
    ['0312-7654321', '03127654321'],
    ['400-820-8820', '4008208820'],
    ['800 810 1234', '8008101234'],
    ['87654321', '87654321'],
    ['7654321', '7654321'],
    ['12345', '12345'],
    ['12389', '12389'],
    ['110', '110'],
    ['10086', '10086'],
    ['95588', '95588'],
    ['955888', '955888'],
  ])('%s is the landline %s', (raw, phone) => {
    const expected =
      phone === null ? { ok: false, reason: 'format' } : { ok: true, phone, kind: 'landline' }
    expect(normalisePhone(raw)).toEqual(expected)
  })

  test.each([
    ['', 'empty'],
    [' \u3000\u200b', 'empty'],
    ['无', 'characters'],
    ['13812345678 张三', 'characters'],
    ['138****5678', 'characters'],
    ['13812345678/13912345678', 'characters'],
    ['+1 212 555 0100', 'characters'],
    ['1381234567', 'format'],
    ['138123456789', 'format'],
    ['12812345678', 'format'],
    ['868613812345678', 'format'],
    ['00000000000', 'format'],
    ['0', 'format'],
  ])('%j is refused: %s', (raw, reason) => {
    expect(normalisePhone(raw)).toEqual({ ok: false, reason })
  })

  test('what it gave, it gives again', () => {
    const digits = fc.stringMatching(/^(?:\+86|0086|86)?[\d -]{3,14}$/)
    const stable = fc.property(digits, (raw) => {
      const once = normalisePhone(raw)
      const twice = once.ok ? normalisePhone(once.phone) : once
      expect(twice).toEqual(once)
    })
    expect(() => fc.assert(stable)).not.toThrow()
  })

  test('whatever comes in, digits come out', () => {
    const digits = fc.property(fc.string({ unit: 'binary' }), (raw) => {
      const result = normalisePhone(raw)
      return !result.ok || /^\d{3,12}$/.test(result.phone)
    })
    expect(() => fc.assert(digits)).not.toThrow()
  })
})

describe('maskPhone', () => {
  test.each([
    ['13812345678', '138****5678'],
    ['01062345678', '010******78'],
    ['057187654321', '0571******21'],
    ['4008208820', '4*******20'],
    ['87654321', '8*****21'],
    ['12345', '1****'],
    ['110', '1**'],
  ])('%s becomes %s', (phone, masked) => {
    expect(maskPhone(phone)).toBe(masked)
  })

  test('whatever it is given, at most seven digits of it stay', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^\d{1,14}$/), (phone) => {
        const shown = maskPhone(phone).replaceAll('*', '')
        expect(shown.length).toBeLessThanOrEqual(7)
        expect(maskPhone(phone)).not.toBe(phone)
      }),
    )
  })
})

test('law 10: a number is found by HMAC-SHA-256 under its key', () => {
  const key = Buffer.alloc(32, 7)
  const hash = phoneHash(key, '13812345678')
  expect(hash).toEqual(createHmac('sha256', key).update('13812345678').digest())
  expect(hash).toHaveLength(32)
  expect(phoneHash(Buffer.alloc(32, 8), '13812345678')).not.toEqual(hash)
  expect(phoneHash(key, '13812345679')).not.toEqual(hash)
})
