import { createHash } from 'node:crypto'
import { businesses } from '../../policy/policy.ts'

export const unitCount = 200
/** Where the people work who phone back: no station of its own. */
export const centre = 'CENTRE'
export const bureau = 'BUREAU'
export const unitCode = (index: number) => `BENCH${index % unitCount}`

export const phoneOf = (index: number) => `13${String(100_000_000 + index)}`
/** The numbers of the plain design's citizens. */
export const plainPhoneOf = (index: number) => `13${String(700_000_000 + index)}`

/** Part of the citizens who reply; one in twenty of these is dissatisfied. */
export const replyShare = 0.4

/** Transactions as a source pushes them: every one with a number, a unit and a citizen of its own. */
export function transactionRows(first: number, count: number, completedAt: string): object[] {
  return Array.from({ length: count }, (_, offset) => {
    const index = first + offset
    const business = businesses[index % businesses.length]!
    return {
      externalId: `bench-${index}`,
      business,
      ...(business === '110' ? { category: '盗窃' } : {}),
      unitCode: unitCode(index),
      citizen: { phone: phoneOf(index), name: '张三' },
      completedAt,
    }
  })
}

/** What a number's owner texts back, the same in every run; null for those who never do. */
export function replyOf(phone: string): string | null {
  const drawn = createHash('sha256').update(phone).digest().readUInt16BE(0) / 2 ** 16
  if (drawn >= replyShare) return null
  return drawn < replyShare * 0.05 ? '3，等了两个小时' : '1'
}

/** How many of the citizens of so many transactions reply. */
export function repliesTo(first: number, count: number): number {
  return countReplies(count, (index) => phoneOf(first + index))
}

export function plainReplies(count: number): number {
  return countReplies(count, plainPhoneOf)
}

function countReplies(count: number, numberOf: (index: number) => string): number {
  let replies = 0
  for (let index = 0; index < count; index++) if (replyOf(numberOf(index)) !== null) replies++
  return replies
}
