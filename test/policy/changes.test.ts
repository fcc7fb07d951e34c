import {
  array,
  constantFrom,
  dictionary,
  integer,
  letrec,
  oneof,
  property,
  assert as hold,
} from 'fast-check'
import { describe, expect, test } from 'vitest'
import { changesBetween, flatten } from '../../src/policy/changes.ts'
import { defaultPolicy } from '../../src/policy/defaults.ts'
import { readPolicy } from '../../src/policy/faults.ts'

const { settings } = letrec((tie) => ({
  settings: dictionary(
    constantFrom('a', 'b', 'c', 'd'),
    oneof({ maxDepth: 3 }, integer(), array(integer(), { maxLength: 2 }), tie('settings')),
    { maxKeys: 4 },
  ),
}))

describe('the difference of two policies', () => {
  test('is empty for a policy and itself', () => {
    hold(
      property(settings, (one) => {
        expect(changesBetween(one, one)).toEqual([])
      }),
    )
  })

  test('names every setting that differs and no other, whichever way round', () => {
    hold(
      property(settings, settings, (before, after) => {
        const changed = new Set(changesBetween(before, after).map(({ field }) => field))
        const back = changesBetween(after, before).map(({ field }) => field)
        const [old, next] = [flatten(before), flatten(after)]
        const same = [...old.keys()].filter(
          (field) =>
            next.has(field) && JSON.stringify(old.get(field)) === JSON.stringify(next.get(field)),
        )
        expect(back.toSorted()).toEqual([...changed].toSorted())
        expect(same.some((field) => changed.has(field))).toBe(false)
        expect(changed.size + same.length).toBe(new Set([...old.keys(), ...next.keys()]).size)
      }),
    )
  })

  test('takes a list as one setting', () => {
    const after = structuredClone(defaultPolicy)
    after.survey.sendingWindow.blockedDays.push('2027-02-06')
    after.survey.delaySeconds['户政'] = 60
    expect(changesBetween(defaultPolicy, after)).toEqual([
      { field: 'survey.delaySeconds.户政', before: 1800, after: 60 },
      { field: 'survey.sendingWindow.blockedDays', before: [], after: ['2027-02-06'] },
    ])
  })
})

/** The program's own settings with some changed, by their paths; undefined leaves one out. */
function policyWith(changes: Record<string, unknown>): unknown {
  const policy = structuredClone(defaultPolicy) as Record<string, unknown>
  for (const [path, value] of Object.entries(changes)) {
    const names = path.split('.')
    const last = names.pop()!
    const group = names.reduce((at, name) => at[name] as Record<string, unknown>, policy)
    if (value === undefined) delete group[last]
    else group[last] = value
  }
  return policy
}
const faultsOf = (changes: Record<string, unknown>, sandbox = false) =>
  readPolicy(policyWith(changes), sandbox).faults.map(({ field }) => field)

describe('settings as an administrator wrote them', () => {
  test('the program’s own settings hold no fault', () => {
    expect(readPolicy(defaultPolicy, false)).toEqual({ policy: defaultPolicy, faults: [] })
  })
  test.each<[string, Record<string, unknown>, string[]]>([
    [
      'a time of day that is none',
      { 'survey.sendingWindow.from': '9点' },
      ['survey.sendingWindow.from'],
    ],
    [
      'a window that ends before it begins',
      { 'callback.callingWindow.to': '08:00' },
      ['callback.callingWindow.to'],
    ],
    ['a name that was misspelt', { 'survey.delaySecond': 60 }, ['survey.delaySecond']],
    ['a business that there is not', { 'survey.enabled.交警': true }, ['survey.enabled']],
    ['a business left out', { 'survey.enabled.户政': undefined }, ['survey.enabled.户政']],
    [
      'an interval that proves nothing',
      { 'sms.unknownEmptyApartSeconds': 60 },
      ['sms.unknownEmptyApartSeconds'],
    ],
    [
      'outcomes that go before their cases',
      { 'retention.caseMonths': 130 },
      ['retention.outcomeMonths'],
    ],
    [
      'several at once',
      { 'survey.samplingShare.110': 1.5, 'callback.attemptLimit': 0 },
      ['survey.samplingShare.110', 'callback.attemptLimit'],
    ],
  ])('%s is named by its path', (_, changes, fields) => {
    expect(faultsOf(changes)).toEqual(fields)
  })
  test('every reason is in words, and none in English', () => {
    const { faults } = readPolicy({ survey: { enabled: 1, delaySeconds: {} }, sms: 'x' }, false)
    expect(faults.length).toBeGreaterThan(3)
    for (const { reason } of faults) expect(reason).toMatch(/\p{Script=Han}/u)
  })
  test('the sandbox lifts the floors, and only those', () => {
    expect(faultsOf({ 'sms.unknownEmptyApartSeconds': 1 }, true)).toEqual([])
    expect(faultsOf({ 'callback.callingWindow.to': '08:00' }, true)).toEqual([
      'callback.callingWindow.to',
    ])
  })
})
