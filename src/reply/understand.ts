import type { OptionScale, Rating } from '../foundation/rating.ts'
import { isUrgent } from './urgent.ts'
import type { Evidence, ReplyKind, Verdict } from './verdict.ts'

/** What the reader knows about the survey that a reply answers. */
export interface ReplyContext {
  /** The figures of the text that was really sent. */
  scale: OptionScale
  /** The business that was surveyed, such as 户政. */
  business?: string
  /** The whole text that was really sent; quoted under an answer, it is no part of the answer. */
  sentText?: string
}

const digitForms: Record<string, string> = {
  ...forms('零〇', '0'),
  ...forms('一壹㊀Ⅰⅰ❶➊', '1'),
  ...forms('二贰㊁Ⅱⅱ❷➋', '2'),
  ...forms('三叁㊂Ⅲⅲ❸➌', '3'),
  ...forms('四肆㊃Ⅳⅳ❹➍', '4'),
  ...forms('五伍㊄Ⅴⅴ❺➎', '5'),
}

function forms(signs: string, digit: string): Record<string, string> {
  return Object.fromEntries(Array.from(signs, (sign) => [sign, digit]))
}

const optOut =
  /^(?:回复?)?(?:td|t|r|n|stop|退订|拒收|取消订阅|退订退订)$|退订|拒收|不要再发|别再发|别发了/i
const autoReply = /自动回复|（自动）|\(自动\)|正在开会|正在驾驶|不便接听|稍后(?:回复|联系)|验证码/
const wrongPerson = /发错人|打错了|没(?:有)?(?:办|报)过|不是我(?:办|报)的?|换号了/
const question = /[?？]|^请问|吗$/

// Longest first: 不满意 stands inside 非常不满意, and 满意 inside both.
const levels: readonly (readonly [RegExp, Rating])[] = [
  [/(?:没有?|无)(?:什么|啥|哪里|任何)?不满意/, 'satisfied'],
  [/(?:非常|十分|极其|特别|太)不满意/, 'very_dissatisfied'],
  [/不(?:是|太|很|怎么|够|算|大)*满意|不能算满意|没法满意|谈不上满意|不滿意?|差评/, 'dissatisfied'],
  [/基本(?:上)?满意|一般(?:般)?|还行|凑合|马马虎虎|勉强/, 'basically_satisfied'],
  [/(?:非常|十分|特别|很|相当)满意/, 'very_satisfied'],
  [/满意|好评/, 'satisfied'],
]

/**
 * Reads a citizen's reply: options in all forms of digits, level words with their negation, opt-outs,
 * empty and automatic replies. Everything else is left to a person. Pure: the same text and context
 * always give the same verdict.
 */
export function understand(text: string, context: ReplyContext): Verdict {
  const quoted = context.sentText ? text.replaceAll(context.sentText, '') : text
  const plain = quoted
    .normalize('NFKC')
    .replace(/[\p{Cf}\u{fe0f}\u{20e3}]/gu, '')
    .trim()
  const urgent = isUrgent(plain)
  const kind = otherKind(plain)
  if (kind !== null) return verdict(text, kind, null, { urgent, confidence: 0.95, rule: kind })

  const option = readOption(plain, context.scale)
  const level = readLevel(plain)
  if (option !== null && level !== null && pointsApart(option, level)) {
    return verdict(text, 'rating', null, {
      urgent,
      conflict: true,
      confidence: 0.3,
      rule: 'conflict',
    })
  }
  const rating = option ?? level
  if (rating === null) {
    const rest = question.test(plain) ? 'question' : 'unclear'
    return verdict(text, rest, null, { urgent, confidence: 0.2, rule: rest })
  }
  const rule = option === null ? 'level' : 'option'
  return verdict(text, 'rating', rating, { urgent, confidence: option === null ? 0.8 : 0.95, rule })
}

function otherKind(plain: string): ReplyKind | null {
  if (!/[\p{L}\p{N}\p{So}]/u.test(plain)) return 'empty'
  if (optOut.test(plain)) return 'opt_out'
  if (autoReply.test(plain)) return 'auto_reply'
  if (wrongPerson.test(plain)) return 'wrong_person'
  return null
}

/** A figure is an answer only where it stands alone, or leads the reply with a mark behind it. */
function readOption(plain: string, scale: OptionScale): Rating | null {
  const answer = plain.replace(/^(?:回复|回|选|答案是?|我选)\s*/, '')
  const match = /^[[(【<"']*(\S)[\])】>"']*(?:分|星)?(?:$|[\s,，.。!！、;；:：])/u.exec(answer)
  const sign = match?.[1]
  if (sign === undefined) return null
  const rest = answer.slice(match![0].length)
  // Two figures are no answer: 1 3, 1、2.
  if (/^\s*\d/.test(rest)) return null
  return scale[digitForms[sign] ?? sign] ?? null
}

function readLevel(plain: string): Rating | null {
  const found = levels.find(([pattern]) => pattern.test(plain))
  return found?.[1] ?? null
}

const good: readonly Rating[] = ['very_satisfied', 'satisfied']
const bad: readonly Rating[] = ['dissatisfied', 'very_dissatisfied']

function pointsApart(a: Rating, b: Rating): boolean {
  return (good.includes(a) && bad.includes(b)) || (bad.includes(a) && good.includes(b))
}

function verdict(
  text: string,
  kind: ReplyKind,
  rating: Rating | null,
  facts: { urgent: boolean; conflict?: boolean; confidence: number; rule: string },
): Verdict {
  const says = rating ?? kind
  const evidence: Evidence[] = [{ rule: facts.rule, says, start: 0, end: text.length }]
  if (facts.urgent) evidence.push({ rule: 'urgent', says: 'urgent', start: 0, end: text.length })
  return {
    kind,
    rating,
    reasons: [],
    urgent: facts.urgent,
    conflict: facts.conflict ?? false,
    confidence: facts.confidence,
    evidence,
  }
}
