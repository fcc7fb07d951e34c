import { describe, expect, test } from 'vitest'
import { inSight, seesAllOf, sightOf, unitsWithin } from '../../src/unit/scope.ts'
import type { Unit } from '../../src/unit/unit.ts'

const units = new Map<string, Unit>(
  (
    [
      ['ROOT', null, false],
      ['MY', 'ROOT', false],
      ['FJ1', 'ROOT', false],
      ['PCS1', 'FJ1', false],
      ['OLD', 'FJ1', true],
      ['BELOW_OLD', 'OLD', false],
      ['FJ2', 'ROOT', false],
      ['LOST', null, true],
    ] as const
  ).map(([code, parentCode, closed]) => [
    code,
    {
      code,
      validFrom: '2024-01-01',
      name: code,
      parentCode,
      closed,
      headName: null,
      headCode: null,
    },
  ]),
)
const sight = (unitCode: string, scopeCode: string) => sightOf(units, { unitCode, scopeCode })

describe('the part of the tree that somebody works for', () => {
  test('keeps the cases of a unit that was closed, and of those below it', () => {
    expect(unitsWithin(units, 'FJ1')?.sort()).toEqual(['BELOW_OLD', 'FJ1', 'OLD', 'PCS1'])
    expect(inSight(sight('MY', 'FJ1'), 'OLD')).toBe(true)
    expect(inSight(sight('MY', 'FJ2'), 'OLD')).toBe(false)
  })

  test('does not keep the rated from being kept out because their unit was closed (law 7)', () => {
    expect(inSight(sight('FJ1', 'ROOT'), 'OLD')).toBe(false)
    expect(inSight(sight('OLD', 'ROOT'), 'OLD')).toBe(false)
    expect(inSight(sight('OLD', 'ROOT'), 'FJ1')).toBe(false)
  })

  test('is never the whole bureau for a closed unit of which no parent is known', () => {
    expect(unitsWithin(units, 'LOST')).toEqual(['LOST'])
    expect(unitsWithin(units, 'ROOT')).toBeNull()
  })
})

test('a reader sees all of a writer only when nothing that the writer sees is hidden', () => {
  const table: [reader: [string, string], writer: [string, string], sees: boolean][] = [
    [['MY', 'ROOT'], ['MY', 'ROOT'], true],
    [['MY', 'ROOT'], ['MY', 'FJ1'], true],
    [['MY', 'FJ1'], ['MY', 'ROOT'], false],
    [['MY', 'FJ2'], ['MY', 'FJ1'], false],
    [['PCS1', 'ROOT'], ['MY', 'ROOT'], false],
    [['PCS1', 'ROOT'], ['MY', 'FJ2'], true],
    [['MY', 'ROOT'], ['PCS1', 'ROOT'], false],
  ]
  for (const [reader, writer, sees] of table) {
    expect([reader, writer, seesAllOf(units, sight(...reader), sight(...writer))]).toEqual([
      reader,
      writer,
      sees,
    ])
  }
})
