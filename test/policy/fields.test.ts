import { expect, test } from 'vitest'
import {
  fieldGroups,
  fieldOf,
  labelOf,
  say,
  valueAt,
  withValue,
} from '../../src/console/policy/fields.ts'
import { flatten } from '../../src/policy/changes.ts'
import { defaultPolicy } from '../../src/policy/defaults.ts'

test('every setting of the policy can be tuned in the console, and no field is of a setting that there is not', () => {
  const paths = [...flatten(defaultPolicy).keys()]
  expect(paths.filter((path) => !fieldOf(path))).toEqual([])
  const unknown = fieldGroups
    .flatMap(({ fields }) => fields)
    .filter(({ path }) => valueAt(defaultPolicy, path) === undefined)
  expect(unknown.map(({ path }) => path)).toEqual([])
})

test('a changed value leaves all others as they were', () => {
  const changed = withValue(defaultPolicy, 'survey.delaySeconds.户政', 60)
  expect(valueAt(changed, 'survey.delaySeconds.户政')).toBe(60)
  expect(withValue(changed, 'survey.delaySeconds.户政', 1_800)).toEqual(defaultPolicy)
})

test.each([
  ['survey.delaySeconds.户政', '户政 · 办结后多久发', 5_400, '90 分钟'],
  ['survey.samplingShare.110', '110 · 抽样比例', 0.5, '50 %'],
  ['survey.samplingShareOfUnits.PCS1', '单独设置比例的单位 · PCS1', 0.1, '10 %'],
  ['survey.sendingWindow.blockedDays', '不发的日子', ['2027-02-06'], '2027-02-06'],
  ['callback.noAnswerRetry', '无人接听后', 'half_day', '换个半天'],
  ['callback.offRetry', '关机后', null, '同无人接听'],
  ['callback.dueHoursKind', '期限按', 'working', '工作时间'],
  ['sms.yuanPerDayAtMost', '每天费用上限', null, '不限'],
  ['survey.thankSatisfied', '满意的回复致谢', true, '是'],
])('%s is said in words', (path, label, value, words) => {
  expect([labelOf(path), say(path, value)]).toEqual([label, words])
})
