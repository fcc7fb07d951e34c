export const templateStates = [
  'draft',
  'checked',
  'submitted',
  'approved',
  'refused',
  'active',
  'retired',
  'withdrawn',
  'deleted',
] as const
/** Where a version of a text stands between its first draft and the end of its use. */
export type TemplateState = (typeof templateStates)[number]

/** For the people who read it. */
export const templateStateWords: Record<TemplateState, string> = {
  draft: '草稿',
  checked: '检查通过',
  submitted: '审核中',
  approved: '审核通过',
  refused: '审核未通过',
  active: '使用中',
  retired: '已停用',
  withdrawn: '被平台撤销',
  deleted: '已在平台删除',
}

/** What may become of a version (law 3). The provider alone leads out of `submitted` and into `withdrawn`. */
const transitions: Record<TemplateState, readonly TemplateState[]> = {
  draft: ['checked'],
  checked: ['draft', 'submitted'],
  submitted: ['approved', 'refused'],
  approved: ['active', 'withdrawn', 'deleted'],
  refused: ['draft', 'deleted'],
  active: ['retired', 'withdrawn'],
  retired: ['active', 'withdrawn', 'deleted'],
  withdrawn: ['approved', 'deleted'],
  deleted: [],
}

export function mayBecome(from: TemplateState, to: TemplateState): boolean {
  return transitions[from].includes(to)
}

const statesWith = (holds: (state: TemplateState) => boolean) => templateStates.filter(holds)

/** Its text may be changed; afterwards it is a draft again. */
export const editableStates = statesWith(
  (state) => state === 'draft' || transitions[state].includes('draft'),
)
/** It may have a share of the traffic: the provider has approved it, and still does. */
export const usableStates = statesWith(
  (state) => state === 'active' || transitions[state].includes('active'),
)
/** The provider may be asked to delete it: known to it, out of use and not under review. */
export const deletableStates = statesWith((state) => transitions[state].includes('deleted'))
/** The provider knows it and may change its mind about it. */
export const reviewedStates = statesWith((state) => transitions[state].includes('withdrawn'))
