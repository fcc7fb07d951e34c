import type { Rating } from '../foundation/rating.ts'
import type { ReplyReason } from './verdict.ts'
import type { Entry } from './entries.ts'
import type { Hit } from './matcher.ts'
import { scopeWords } from './lexicon/scope.ts'
import { isAsked, scopeOf } from './negation.ts'
import { between, isHan, mark, type Reading } from './reading.ts'
import { reachOf } from './spans.ts'

/** One thing that the words say about the service. */
export interface Judgement {
  rule: string
  start: number
  end: number
  /** `asked` for a level word that is only questioned: 满意？ */
  tone: 'good' | 'bad' | 'middling' | 'asked'
  /** A level word's rating; null for praise and complaints. */
  rating: Rating | null
  weight: number
  reasons: readonly ReplyReason[]
  /** The reasons count only where nothing clearer is said. */
  faint: boolean
  /** Praise that is not meant: its words stand in quotation marks. */
  mocked: boolean
  /** It hangs on a comma which way it is meant. */
  torn: boolean
  /** Blame that is softened: 不太, 有点. */
  isMild: boolean
  /** Said with a word that strengthens. */
  very: boolean
  /** A single word of praise such as irony likes to use. */
  isWord: boolean
}

const mildWords = scopeWords.mildNegations

const judging = new Set(['level', 'praise', 'complaint', 'middling', 'neutral', 'mockery'])

/** Level words, praise and complaints, each with its negations, the longest words first. */
export function readJudgements(reading: Reading, hits: readonly Hit<Entry>[]): Judgement[] {
  const kept = withoutInner(hits.filter((hit) => judging.has(hit.entry.group.idea)))
  const starts = new Set(
    kept.filter((hit) => hit.entry.group.idea !== 'neutral').map((hit) => hit.start),
  )
  const found: Judgement[] = []
  const { length } = reading.symbols
  const strangers = reachOf(hits.filter(isAboutStranger), length)
  const questions = reachOf(hits.filter(isWholeQuestion), length)
  for (const hit of kept) {
    const { idea } = hit.entry.group
    if (idea === 'neutral' || idea === 'mockery') continue
    if (!standsAlone(reading, hit)) continue
    // 好慢, 好热情: a degree, not a judgement of its own.
    if (hit.end - hit.start === 1 && starts.has(hit.end) && reading.marks[hit.end] === 0) continue
    // 我没办过户口, 要不要钱: what somebody else's words begin is not said of the service.
    if ((strangers[hit.start] ?? 0) > hit.start || (questions[hit.start] ?? 0) >= hit.end) continue
    const judgement = judge(reading, hit)
    if (judgement === null) continue
    if (between(reading, hit.start, hit.end, mark.pause) && hit.start === hit.tail)
      judgement.torn = true
    found.push(judgement)
  }
  return found
}

// Single characters that judge wherever they stand; the others (行, 中, 管, 黑, 坑) are parts of too many words.
const everywhere = new Set('好快慢差棒赞孬')
const particles = '的了啊呀吧呢嘛哦得很哈哩咧嘞极透死着滴'

/** Whether a short word is the judgement of its clause: 中, 怪管, 真行 but not 人行道 or 中山路. */
function standsAlone(reading: Reading, hit: Hit<Entry>): boolean {
  const { symbols, marks } = reading
  const word = symbols.slice(hit.start, hit.end)
  const next = symbols[hit.end] ?? ''
  if (word === '不满') return !/[意足\uE000-\uE008]/.test(next)
  // 办好, 登记好: what is done, not how; 好给我退, 快来: how something should be done.
  if (word === '好' && (isResult(reading, hit) || opensVerb(reading, hit))) return false
  if (word === '快' && '点赶尽要'.includes(symbols[hit.start - 1] ?? ' ')) return false
  if (word === '好' && next === '了' && scopeOf(reading, hit.start, hit.end).start === hit.start)
    return false
  if (word !== '可以' && (word.length > 1 || everywhere.has(word) || !isHan(word.charCodeAt(0))))
    return true
  const closes = next === '' || marks[hit.end] !== 0 || particles.includes(next)
  if (!closes) return false
  return (
    hit.start === 0 ||
    ((marks[hit.start] as number) & mark.pause) !== 0 ||
    scopeOf(reading, hit.start, hit.end).start < hit.start
  )
}

/** Whether 好 follows a verb: a character right before it that neither names what is judged nor strengthens. */
function isResult(reading: Reading, hit: Hit<Entry>): boolean {
  if (hit.start === 0 || ((reading.marks[hit.start] as number) & mark.pause) !== 0) return false
  if (!isHan(reading.symbols.charCodeAt(hit.start - 1))) return false
  return (
    !scopeOf(reading, hit.start, hit.end).isLed &&
    !judgedByGood.test(reading.symbols.slice(Math.max(0, hit.start - 2), hit.start))
  )
}

function opensVerb({ symbols, marks }: Reading, hit: Hit<Entry>): boolean {
  const opens = hit.start === 0 || marks[hit.start] !== 0
  const next = symbols[hit.end] ?? ''
  return opens && marks[hit.end] === 0 && '给让叫去来把说在要有'.includes(next || ' ')
}

// What is called good by a bare 好: 素质好, 卫生好, 得好.
const judgedByGood = /(?:[得地的度率务质量境生气脾心]|[警员人官察长])$/

function isAboutStranger(hit: Hit<Entry>): boolean {
  return hit.entry.group.idea === 'wrong_person'
}

function isWholeQuestion(hit: Hit<Entry>): boolean {
  return hit.entry.group.idea === 'question' && hit.start === hit.tail
}

/** Drops what lies inside something longer: 好 in 不好, 差 in 差不多, 错 in 不错. */
export function withoutInner(hits: readonly Hit<Entry>[]): Hit<Entry>[] {
  const ordered = [...hits].sort((a, b) => a.start - b.start || b.end - a.end || rank(b) - rank(a))
  const kept: Hit<Entry>[] = []
  let solidEnd = -1
  for (const hit of ordered) {
    if (hit.end <= solidEnd) continue
    kept.push(hit)
    // Praise with a gap may have a complaint in the gap.
    const { idea } = hit.entry.group
    // 太贴心了 may mock and may be meant: the praise in it is read, too.
    const covers = idea !== 'mockery' && (hit.start === hit.tail || idea === 'complaint')
    if (covers) solidEnd = Math.max(solidEnd, hit.end)
  }
  return kept
}

function rank(hit: Hit<Entry>): number {
  return ['praise', 'level', 'middling', 'mockery', 'complaint', 'neutral'].indexOf(
    hit.entry.group.idea,
  )
}

function judge(reading: Reading, hit: Hit<Entry>): Judgement | null {
  const { group, rule } = hit.entry
  const reasons = [group.reason, group.alsoReason].filter((each) => each !== undefined)
  const base = {
    rule,
    start: hit.start,
    end: hit.end,
    rating: null,
    weight: group.weight ?? 2,
    reasons,
    faint: group.faint === true,
    mocked: false,
    torn: false,
    isMild: mildWords.some((word) => reading.symbols.startsWith(word, hit.start)),
    very: false,
    isWord: group.scope === true,
  }
  if (group.idea === 'middling') {
    if (!closesMiddling(reading, hit)) return null
    const asked = isAsked(reading, hit.end)
    return asked
      ? null
      : { ...base, tone: 'middling', rating: group.rating ?? 'basically_satisfied', reasons: [] }
  }
  if (group.idea !== 'level' && group.scope !== true) {
    const tone = group.idea === 'praise' ? 'good' : 'bad'
    // 什么服务？ alone asks which one.
    const isWhole = hit.start === 0 && hit.end === reading.symbols.length
    if (isWhole && /^[什啥]/.test(reading.symbols) && isAsked(reading, hit.end)) return null
    // 没推来推去, 没有乱收费: a scene that did not happen.
    if (tone === 'bad' && isSpared(reading, hit.start))
      return { ...base, tone: 'good', weight: 1, reasons: [] }
    return {
      ...base,
      tone,
      reasons: tone === 'bad' ? reasons : [],
      mocked: tone === 'good' && isQuoted(reading, hit),
    }
  }
  if (isEitherOr(reading, hit)) return null
  const scope = scopeOf(reading, hit.start, hit.end)
  const isOpen = scope.negations === 0 && isAsked(reading, hit.end)
  if (isOpen && isBareQuestion(reading, scope.start))
    return group.idea === 'level' ? { ...base, tone: 'asked', reasons: [] } : null
  if (isCondition(reading, hit.end)) return null
  const bad =
    (group.idea === 'complaint' || group.rating === 'dissatisfied') !== (scope.negations % 2 === 1)
  const turned = scope.negations > 0
  const degree = turned ? scope.outerDegree : scope.innerDegree
  // 没，找到口 praises nobody, and so does 才找到.
  const isSpoilt = scope.torn || reading.symbols[scope.start - 1] === '才'
  if (group.idea !== 'level' && !bad && isSpoilt) return null
  const judgement: Judgement = {
    ...base,
    start: scope.start,
    end: scope.end,
    tone: bad ? 'bad' : 'good',
    reasons: bad ? reasons : [],
    // A complaint that is denied praises little: 不慢.
    weight: turned && !bad && group.idea === 'complaint' ? 1 : base.weight,
    mocked: !bad && (isQuoted(reading, hit) || isOverdone(reading, hit.end)),
    torn: scope.torn,
    isMild: base.isMild || scope.isMild,
    very: degree === 2,
  }
  return group.idea === 'level'
    ? { ...judgement, rating: levelOf(bad, turned, group.rating === 'very_satisfied' ? 2 : degree) }
    : judgement
}

// 都没, 还没 and 有没 deny something else.
const spared =
  /(?:^|[^都还有又就从])(?:没|没有|没再|不用|不用再|不必|免得|省得|没让我|没叫我|没让|没叫|没有让|不会)$/

function isSpared({ symbols, marks }: Reading, start: number): boolean {
  return marks[start] === 0 && spared.test(symbols.slice(Math.max(0, start - 5), start))
}

/** 烦不烦, 好不好: the word and its denial ask. */
function isEitherOr(reading: Reading, { start, end }: Hit<Entry>): boolean {
  const word = reading.symbols.slice(start, end)
  const turned = `${word}不${word}`
  return [start, start - word.length - 1].some(
    (from) =>
      reading.symbols.startsWith(turned, from) &&
      !between(reading, from, from + turned.length, mark.pause),
  )
}

/** 一般 and 还行 judge where they end the clause: 一般情况下, 灯坏了一半 do not. */
function closesMiddling({ symbols, marks }: Reading, hit: Hit<Entry>): boolean {
  if (hit.end - hit.start > 3) return true
  const next = symbols[hit.end] ?? ''
  return next === '' || marks[hit.end] !== 0 || /[般吧啊了的呀呢嘛哦就但可不谢感\d]/.test(next)
}

function levelOf(bad: boolean, turned: boolean, degree: number): Rating {
  if (bad) return degree === 2 ? 'very_dissatisfied' : 'dissatisfied'
  return degree === 2 && !turned ? 'very_satisfied' : 'satisfied'
}

/** 到位到没有一个人, 快到连影子都没有: praise with a consequence that is none. */
function isOverdone({ symbols }: Reading, end: number): boolean {
  return /^到(?:没有|没人|连|不|把)/.test(symbols.slice(end, end + 3))
}

/** A judgement of which nothing is said but the question: 满意吗？ With anything before it, it says more. */
function isBareQuestion(reading: Reading, start: number): boolean {
  return (
    start === 0 ||
    reading.marks[start] !== 0 ||
    /[您你]/.test(reading.symbols.slice(Math.max(0, start - 8), start))
  )
}

function isCondition(reading: Reading, end: number): boolean {
  return /^(?:的话|与否|就好了)/.test(reading.symbols.slice(end, end + 3))
}

/** 真"高", 态度"好": praise that has quotation marks of its own, while the reply as a whole is not quoted. */
function isQuoted(reading: Reading, hit: Hit<Entry>): boolean {
  let opened = false
  for (let at = Math.max(1, hit.start); at <= hit.end; at += 1) {
    if (((reading.marks[at] as number) & mark.quote) === 0) continue
    const gap = reading.original.slice(reading.ends[at - 1], reading.starts[at])
    if (!/["“”‘’'「」『』]/.test(gap)) continue
    if (opened) return true
    opened = true
  }
  return false
}
