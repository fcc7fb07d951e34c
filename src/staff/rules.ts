import { createHash } from 'node:crypto'
import commonPasswords from './common-passwords.json' with { type: 'json' }
import { passwordLengthMax, passwordLengthMin } from './password-length.ts'

/** agent 回访员, supervisor 督办员, handler 承办人, administrator 管理员, auditor 审计员. */
export const staffRoles = ['agent', 'supervisor', 'handler', 'administrator', 'auditor'] as const
export type StaffRole = (typeof staffRoles)[number]

/** What is wrong with a new password, in words for the person who chose it; null when it is good. */
export function passwordFault(password: string, personName: string): string | null {
  if (Array.from(password).length < passwordLengthMin)
    return `密码至少需要 ${passwordLengthMin} 个字符`
  if (password.length > passwordLengthMax) return `密码不能超过 ${passwordLengthMax} 个字符`
  const plain = password.normalize('NFKC').toLowerCase()
  const name = personName.normalize('NFKC').toLowerCase()
  if (name !== '' && plain.includes(name)) return '密码不能包含姓名'
  if (new Set(plain).size < 4) return '密码不能由少数几个字符重复而成'
  if (isRun(plain)) return '密码不能是连续的字符'
  // "Password123!" is as common as "password".
  const core = plain.replace(/^[^a-z]+|[^a-z]+$/g, '')
  if (common.has(plain) || common.has(core)) return '密码过于常见，请换一个'
  return null
}

const common = new Set(commonPasswords)

/** Whether each character follows the one before it, as in 1234567890 or zyxwvutsrq. */
function isRun(text: string): boolean {
  const codes = Array.from(text, (char) => char.codePointAt(0)!)
  const steps = codes.slice(1).map((code, at) => code - codes[at]!)
  return steps.length > 0 && [1, -1].some((step) => steps.every((each) => each === step))
}

export type LockKind = 'name' | 'address'

/** From how many failures on one must wait, how long at first and at most; how long a failure is remembered. */
export const lockRules: Record<
  LockKind,
  {
    freeFailures: number
    firstSeconds: number
    longestSeconds: number
    forgottenAfterSeconds: number
  }
> = {
  name: { freeFailures: 5, firstSeconds: 60, longestSeconds: 1_800, forgottenAfterSeconds: 86_400 },
  // Behind one address sits a whole office.
  address: {
    freeFailures: 30,
    firstSeconds: 60,
    longestSeconds: 900,
    forgottenAfterSeconds: 3_600,
  },
}

/** How long nobody may try after so many failures in a row: it doubles with each. */
export function lockSeconds(kind: LockKind, failures: number): number {
  const { freeFailures, firstSeconds, longestSeconds } = lockRules[kind]
  if (failures < freeFailures) return 0
  return Math.min(firstSeconds * 2 ** Math.min(failures - freeFailures, 20), longestSeconds)
}

/** An address as attempts are counted by: one host of IPv6 has a whole /64 to try from. */
export function countedAddress(address: string): string {
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '')
  if (!plain.includes(':')) return plain
  const [head = '', tail] = plain.split('%')[0]!.toLowerCase().split('::')
  const left = head === '' ? [] : head.split(':')
  const right = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length
  const groups = [...left, ...Array<string>(Math.max(zeros, 0)).fill('0'), ...right]
  return `${groups
    .slice(0, 4)
    .map((group) => group.replace(/^0+(?=.)/, ''))
    .join(':')}::/64`
}

/** A name as attempts are counted by: hashed, for people type their password into the wrong field. */
export function nameSubject(name: string): string {
  return createHash('sha256').update(name.normalize('NFKC').trim()).digest('hex')
}
