import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { openNumbers, openOccurrences } from '../../src/survey/dry-run/numbers.ts'
import { openSlots } from '../../src/survey/dry-run/slots.ts'

/** Numbers of a million, so that tables grow, and of a few, so that they come again. */
const phones = fc.array(
  fc.oneof(
    fc.nat(20),
    fc.nat(2 ** 48 - 1),
    fc.nat(2 ** 16 - 1).map((high) => high * 2 ** 32),
  ),
  { maxLength: 200 },
)

describe('numbers', () => {
  test('have an index each, from 0 on, and keep it', () => {
    fc.assert(
      fc.property(phones, (all) => {
        const numbers = openNumbers()
        const known = new Map<number, number>()
        for (const phone of all) {
          if (!known.has(phone)) known.set(phone, known.size)
          expect(numbers.indexOf(phone)).toBe(known.get(phone))
        }
      }),
    )
  })

  test('keep theirs while the tables grow, also where keys end alike', () => {
    const numbers = openNumbers()
    const phoneOf = (index: number) => (index % 2 ? index : index * 2 ** 20)
    for (let index = 0; index < 30_000; index++) {
      expect(numbers.indexOf(phoneOf(index))).toBe(index)
    }
    for (let index = 0; index < 30_000; index++) {
      expect(numbers.indexOf(phoneOf(index))).toBe(index)
    }
  })
})

test('occurrences are counted within their time, up to the most that is asked for', () => {
  const events = fc.array(fc.record({ number: fc.nat(3), passes: fc.nat(5) }), { maxLength: 200 })
  fc.assert(
    fc.property(
      events,
      fc.integer({ min: 1, max: 10 }),
      fc.integer({ min: 1, max: 5 }),
      (all, withinMs, most) => {
        const occurrences = openOccurrences(withinMs, most)
        const past: { number: number; atMs: number }[] = []
        let atMs = 1_700_000_000_000
        for (const { number, passes } of all) {
          atMs += passes
          past.push({ number, atMs })
          const within = past.filter(
            (each) => each.number === number && each.atMs > atMs - withinMs,
          )
          expect(occurrences.count(number, atMs)).toBe(Math.min(most, within.length))
        }
      },
    ),
  )
})

test('slots hold the latest survey of each number', () => {
  const rendered = [{ text: 'a' }, { text: 'b' }, { text: 'c' }]
  const sets = fc.array(
    fc.record({
      number: fc.oneof(fc.nat(3), fc.nat(40_000)),
      sendAtSeconds: fc.integer({ min: 1, max: 2 ** 40 }),
      rendered: fc.constantFrom(...rendered),
      counts: fc.boolean(),
    }),
  )
  fc.assert(
    fc.property(sets, (all) => {
      const slots = openSlots<{ text: string }>()
      const held = new Map<number, (typeof all)[number]>()
      for (const { number, ...slot } of all) {
        slots.set(number, slot)
        held.set(number, { number, ...slot })
      }
      for (const [number, { number: _, ...slot }] of held) {
        expect(slots.get(number)).toEqual(slot)
        expect(slots.sendAtSeconds(number)).toBe(slot.sendAtSeconds)
      }
      expect(slots.get(50_000)).toBeUndefined()
    }),
  )
})
