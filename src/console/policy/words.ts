import type { knownFlags } from '../../survey/flags.ts'

export const flagWords: Record<(typeof knownFlags)[number], string> = {
  minor: '未成年人',
  domestic_violence: '家庭暴力',
  sexual_violence: '性侵害',
  suicide: '自杀自伤',
  secrecy: '涉密',
  detainee: '在押人员',
  informant: '举报线索人',
  hoax: '虚假报警',
  duplicate: '重复报警',
}
