/**
 * What the sandbox's reviewers refuse, in their own words (help.aliyun.com/document_detail/463270.htm). Written
 * apart from our own checker, so that a text which passes that is judged by a second opinion.
 */
export function faultsFound({ content, type }: { content: string; type: number }): string[] {
  const faults: string[] = []
  const names = [...content.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name)
  if (/[【】]/.test(content)) faults.push('模板内容不能包含【】')
  if (/\}\$\{/.test(content)) faults.push('变量不能相连')
  if (new Set(names).size < names.length) faults.push('同一变量只能使用一次')
  if (content.replace(/\$\{\w+\}/g, '').trim() === '') faults.push('不能为全变量模板')
  if (/[\p{Extended_Pictographic}『』「」〖〗①②③★※→#]/u.test(content.replace(/[0-9]/g, ''))) {
    faults.push('包含不支持的特殊符号')
  }
  if (type === 1) {
    if (/问卷|调查|调研|好评|有奖|抽奖|积分兑换/.test(content)) {
      faults.push('通知短信不支持问卷调查、邀请好评等业务')
    }
    if (/拒收|退订|回T|回复?R/i.test(content)) faults.push('通知短信不能包含退订内容')
    if (/1[3-9]\d{9}|微信|QQ/i.test(content)) faults.push('不能包含个人联系方式')
  }
  if (type === 2 && !content.endsWith('拒收请回复R')) faults.push('推广短信须以“拒收请回复R”结尾')
  return faults
}
