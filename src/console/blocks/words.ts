import type { BlockKind } from '../../sms/block-kinds.ts'

export const kindWords: Record<BlockKind, string> = {
  opt_out: '群众退订',
  provider_block: '平台黑名单',
  wrong_person: '号码不是本人',
  staff_number: '内部人员号码',
  excluded: '自定排除',
}
