import { describe, expect, test } from 'vitest'
import { samplingShare, sameScale } from '../../src/survey/rules.ts'
import { defaultPolicy } from '../../src/policy/defaults.ts'
import { pathUp, type Unit } from '../../src/unit/unit.ts'

const unit = (code: string, parentCode: string | null): [string, Unit] => [
  code,
  {
    code,
    validFrom: '2024-01-01',
    parentCode,
    name: code,
    headName: null,
    headCode: null,
    closed: false,
  },
]
const units = new Map([unit('ROOT', null), unit('FJ1', 'ROOT'), unit('PCS1', 'FJ1')])
const shareOf = (code: string, samplingShareOfUnits: Record<string, number>) =>
  samplingShare(
    { business: '户政', unitPath: pathUp(units, code) },
    { samplingShare: { ...defaultPolicy.survey.samplingShare, 户政: 0.5 }, samplingShareOfUnits },
  )

describe('the share of a unit’s transactions that is asked about', () => {
  test.each([
    ['its business’s where no unit has one', 'PCS1', {}, 0.5],
    ['its own', 'PCS1', { PCS1: 0.1, FJ1: 0.9 }, 0.1],
    ['none where its own is none', 'PCS1', { PCS1: 0, FJ1: 0.9 }, 0],
    ['that of the nearest unit above it', 'PCS1', { FJ1: 0.9, ROOT: 0.2 }, 0.9],
    ['not that of a unit below it', 'FJ1', { PCS1: 0.1 }, 0.5],
    ['that of a unit that nobody imported, by its code', 'XX', { XX: 1 }, 1],
  ])('is %s', (_, code, shares, share) => {
    expect(shareOf(code, shares)).toBe(share)
  })
  test('a tree that goes round in a circle has an end', () => {
    const circle = new Map([unit('A', 'B'), unit('B', 'A')])
    expect(pathUp(circle, 'A')).toEqual(['A', 'B'])
  })
})

test.each([
  [{ 1: 'satisfied', 2: 'dissatisfied' }, { 2: 'dissatisfied', 1: 'satisfied' }, true],
  [{ 1: 'satisfied', 2: 'dissatisfied' }, { 1: 'dissatisfied', 2: 'satisfied' }, false],
  [{ 1: 'satisfied' }, { 1: 'satisfied', 2: 'dissatisfied' }, false],
  [null, { 1: 'satisfied' }, false],
  [null, null, true],
] as const)('the scales %j and %j mean the same: %s', (one, other, same) => {
  expect(sameScale(one, other)).toBe(same)
  expect(sameScale(other, one)).toBe(same)
})
