// Somebody may be in danger now: violence, weapons, self-harm, somebody missing, fire and gas. Whole
// phrases, so that hyperbole (急死人, 等死我了, 气死) does not ring the duty desk.
const urgentPhrases = [
  '救命',
  '出人命',
  '不想活',
  '活不下去',
  '不想过了',
  '自杀',
  '跳楼',
  '割腕',
  '喝农药',
  '快来人',
  '快派人',
  '打起来了',
  '又打我',
  '在打我',
  '打人了',
  '拿刀',
  '持刀',
  '动刀',
  '砍人',
  '要杀',
  '杀了我',
  '弄死我',
  '砸车',
  '砸门',
  '踹门',
  '跟踪我',
  '孩子丢了',
  '孩子不见',
  '老人走失',
  '失踪了',
  '被绑',
  '着火',
  '起火',
  '煤气泄漏',
  '燃气泄漏',
  '流血',
]

/** Whether a reply speaks of somebody in danger. */
export function isUrgent(text: string): boolean {
  const plain = text.normalize('NFKC').replace(/[\s\p{P}\p{Cf}]/gu, '')
  return urgentPhrases.some((phrase) => plain.includes(phrase))
}
