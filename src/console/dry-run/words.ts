import type { SuppressionReason } from '../../survey/rules.ts'

export const reasonWords: Record<SuppressionReason | 'superseded', string> = {
  withdrawn: '来源已撤回',
  business_off: '该业务未开启',
  unit_unknown: '单位未导入或已撤销',
  category_missing: '110 警情缺少类别',
  flag_unknown: '有不认识的标记',
  flag_excluded: '有排除标记',
  number_missing: '没有号码',
  number_invalid: '号码无效',
  landline: '座机',
  staff_number: '内部人员号码',
  opted_out: '群众已退订',
  provider_block: '平台黑名单',
  wrong_person: '号码不是本人',
  excluded_number: '自定排除的号码',
  shared_number: '多人共用的号码',
  too_old: '办结已久',
  sampled_out: '抽样未抽中',
  asked_recently: '近期已征求过意见',
  no_template: '没有可用的模板',
  superseded: '被更重要的办件取代',
}
