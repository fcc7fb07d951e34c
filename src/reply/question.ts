import type { Entry } from './entries.ts'
import type { Hit } from './matcher.ts'
import { isHan, mark, type Reading } from './reading.ts'
import { clausesOf, reachOf } from './spans.ts'

/** A clause that asks, and does not accuse. What it names is asked about, not complained of. */
export interface Question {
  start: number
  end: number
}

/**
 * The clauses of a reply that ask something, by what Chinese questions are made of: a verb and its denial
 * (办不办), a particle at the end (吗, 呢, 能换不, 好了没), a question word, a choice (到付还是先付), a question mark.
 */
export function questionsOf(reading: Reading, hits: readonly Hit<Entry>[]): Question[] {
  const questions: Question[] = []
  const { length } = reading.symbols
  if (length < fewestSymbols) return questions
  const words = unmeantDropped(hits, length)
  if (words.length === 0 && !mayAsk.test(reading.symbols)) return questions
  const accusing = hits.filter(
    ({ entry: { group } }) => group.idea === 'accusing' || group.idea === 'rhetorical',
  )
  const clauses = clausesOf(reading, mark.pause)
  for (let start = 0, end = 0; start < length; start = end) {
    while (end < length && clauses[end] === clauses[start]) end += 1
    const isHere = (hit: Hit<Entry>): boolean => hit.start >= start && hit.start < end
    if (accusing.some(isHere)) continue
    if (ignorant.test(reading.symbols.slice(start, end))) continue
    if (words.some(isHere) || isAsking(reading, start, end)) questions.push({ start, end })
  }
  return questions
}

// Without any of these and without a question word nothing is asked.
const mayAsk = /[不没吗么否呢]|还是|来着/
// 是谁我不晓得 tells that somebody does not know, and asks nobody.
const ignorant = /不(?:知道|晓得|认得|认识|清楚|记得|了解)|忘了/

// 能办不: no question is shorter.
const fewestSymbols = 3

/** Question words, without those that mean "any" or "some": 什么都, 不知道谁, 跑了几趟. */
function unmeantDropped(hits: readonly Hit<Entry>[], length: number): Hit<Entry>[] {
  const words = hits.filter(({ entry: { group } }) => group.idea === 'interrogative')
  if (words.length === 0) return words
  const indefinite = hits.filter(({ entry: { group } }) => group.idea === 'indefinite')
  const reach = reachOf(indefinite, length)
  return words.filter((hit) => (reach[hit.end - 1] ?? 0) <= hit.start)
}

function isAsking(reading: Reading, start: number, end: number): boolean {
  const clause = reading.symbols.slice(start, end)
  return asksWhether(reading, start, end) || asksAtEnd(clause) || asksWhich(clause)
}

// 爱办不办, 动不动, 时不时, 不错不错, 办不办都一样: no questions.
const noChoice = /[爱时动愿管冷不没]$/
const indifferent = /^意?(?:都|也|随|无所谓|又|由)/
const noVerbs = new Set('不没到了得')

/** 办不办, 有没有, 可不可以, 方便不方便, but not 不清不楚. */
function asksWhether({ symbols, marks }: Reading, start: number, end: number): boolean {
  for (let at = start + 1; at < end - 1; at += 1) {
    const sign = symbols[at]
    if ((sign !== '不' && sign !== '没') || marks[at] !== 0 || marks[at + 1] !== 0) continue
    const isDouble =
      at - start > 1 && symbols.slice(at - 2, at) === symbols.slice(at + 1, Math.min(end, at + 3))
    if (!isDouble && symbols[at - 1] !== symbols[at + 1]) continue
    if (!isHan(symbols.charCodeAt(at - 1)) || noVerbs.has(symbols[at - 1] as string)) continue
    const head = symbols.slice(start, isDouble ? at - 2 : at - 1)
    if (noChoice.test(head) || indifferent.test(symbols.slice(at + (isDouble ? 3 : 2), end)))
      continue
    return true
  }
  return false
}

const particles = '啊呀哦呢哈的嘞哩呐急'
const asked = /[能会要有可得是行用给在还归管算影响收办让认许允够懂去来过好拿领取换补停住]/
const stated = /[都也就说偏是硬连个点影的死从决]$/

/** 能换不, 收得到不, 好了没, 有人值班吗, 我那份呢, 叫什么来着. */
function asksAtEnd(clause: string): boolean {
  const body = withoutParticles(clause)
  const last = body[body.length - 1] ?? ''
  const head = body.slice(0, -1)
  if (last === '吗') return true
  if (last === '么') return head.length > 1 && !/[这那多什怎要]$/.test(head)
  if (last === '否') return /[可能是]$/.test(head)
  if (body.endsWith('来着')) return true
  if (last === '不') return head.length >= 2 && !stated.test(head) && asked.test(head)
  if (last === '没' || body.endsWith('没有')) {
    const before = last === '没' ? head : body.slice(0, -2)
    return before.length >= 2 && !stated.test(before) && /[了过有班到好完来成出放开]/.test(before)
  }
  return clause.endsWith('呢') && /(?:我|俺|那|的).{0,6}呢$/.test(clause) && clause.length < 9
}

function withoutParticles(clause: string): string {
  let end = clause.length
  while (end > 0 && particles.includes(clause[end - 1] as string)) end -= 1
  return clause.slice(0, end)
}

/** 到付还是先付, 先挂失还是直接补: two ways alike, not 催了还是没办. */
function asksWhich(clause: string): boolean {
  const at = clause.indexOf('还是')
  if (at < 1) return false
  const first = clause.slice(0, at)
  const second = withoutParticles(clause.slice(at + 2))
  if (second === '' || /^[那这老]/.test(second) || /[了没不]/.test(first + second.slice(0, 2)))
    return false
  return (
    first[first.length - 1] === second[second.length - 1] ||
    /^(?:先|直接|自己|去|到|用|本人|现场|网上|找|派出所|公安|假|骗|回)/.test(second)
  )
}

/** What is left of what was found when the clauses that ask are set aside. */
export function outside<Item extends { start: number }>(
  items: readonly Item[],
  questions: readonly Question[],
): Item[] {
  if (questions.length === 0) return [...items]
  return items.filter(
    ({ start }) => !questions.some((each) => each.start <= start && start < each.end),
  )
}
