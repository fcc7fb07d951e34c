import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { AppError } from '../../src/foundation/errors.ts'
import { sealer } from '../../src/foundation/secrets.ts'

const first = { id: '2025', key: Buffer.alloc(32, 1) }
const second = { id: '2026', key: Buffer.alloc(32, 2) }
const secrets = sealer({ keys: [first] })

function codeOf(work: () => unknown): string {
  try {
    work()
  } catch (error) {
    if (error instanceof AppError) return error.code
    throw error
  }
  return 'none'
}

describe('law 10: what names a citizen is sealed', () => {
  test('any text comes back under its own context, and under no other', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'grapheme' }),
        fc.string(),
        fc.string(),
        (text, context, other) => {
          fc.pre(context !== other)
          const sealed = secrets.seal(text, context)
          expect(secrets.open(sealed, context)).toBe(text)
          expect(codeOf(() => secrets.open(sealed, other))).toBe('secret.damaged')
        },
      ),
    )
  })

  test('the cipher text neither shows the text nor that two texts are the same', () => {
    const sealed = secrets.seal('13812345678', 'phone')
    expect(sealed.includes('13812345678')).toBe(false)
    expect(secrets.seal('13812345678', 'phone')).not.toEqual(sealed)
  })

  test('a change of any bit is noticed', () => {
    const sealed = secrets.seal('张三', 'name')
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const changed = Buffer.from(sealed)
      changed[bit >> 3]! ^= 1 << (bit & 7)
      expect(codeOf(() => secrets.open(changed, 'name'))).toMatch(/^secret\./)
    }
  })

  test('a cut or empty cipher text is damaged', () => {
    const sealed = secrets.seal('张三', 'name')
    for (let length = 0; length < sealed.length; length++) {
      const cut = sealed.subarray(0, length)
      expect(codeOf(() => secrets.open(cut, 'name'))).toBe('secret.damaged')
    }
  })

  test('noise is refused with an error of the catalogue', () => {
    fc.assert(
      fc.property(fc.uint8Array(), (bytes) => {
        expect(codeOf(() => secrets.open(Buffer.from(bytes), ''))).toMatch(/^secret\./)
      }),
    )
  })
})

describe('rotation', () => {
  test('the first key seals, the old ones still open', () => {
    const old = secrets.seal('旧', 'reply')
    const rotated = sealer({ keys: [second, first] })
    expect(rotated.open(old, 'reply')).toBe('旧')

    const fresh = rotated.seal('新', 'reply')
    expect(sealer({ keys: [second] }).open(fresh, 'reply')).toBe('新')
    expect(codeOf(() => secrets.open(fresh, 'reply'))).toBe('secret.unknown_key')
  })

  test('the message of an unknown key names the key', () => {
    const sealed = sealer({ keys: [second] }).seal('x', 'y')
    expect(() => secrets.open(sealed, 'y')).toThrow('2026')
  })

  test('another key under the same id does not open', () => {
    const sealed = secrets.seal('x', 'y')
    const impostor = sealer({ keys: [{ id: first.id, key: second.key }] })
    expect(codeOf(() => impostor.open(sealed, 'y'))).toBe('secret.damaged')
  })

  test.each([
    ['no key', []],
    ['a short key', [{ id: 'a', key: Buffer.alloc(31) }]],
    ['an empty id', [{ id: '', key: Buffer.alloc(32) }]],
    ['an id beyond ASCII', [{ id: '密钥', key: Buffer.alloc(32) }]],
    ['the same id twice', [first, first]],
  ])('%s is refused at the start', (_, keys) => {
    expect(() => sealer({ keys })).toThrow(TypeError)
  })
})
