import type { Rating } from '../foundation/rating.ts'
import type { Entry } from './entries.ts'
import type { Judgement } from './judgements.ts'
import type { Hit } from './matcher.ts'
import { closesLetter, isTakenBack } from './levels.ts'
import { scopeWords } from './lexicon/scope.ts'
import { hasTrouble } from './story.ts'
import { clauseEnd, mark, type Reading } from './reading.ts'
import { clausesOf, greatest, reachOf } from './spans.ts'
import type { ReplyReason } from './verdict.ts'

/** What the words say, leaving all figures aside. */
export interface Opinion {
  /** Null where they say nothing, or where it cannot be told. */
  rating: Rating | null
  tone: 'good' | 'bad' | 'middling' | 'none'
  /** Said in the surveys' own words, not only by praise or complaint. */
  byLevel: boolean
  /** Bad, but only as a remark beside something else. */
  isRemark: boolean
  mocked: boolean
  torn: boolean
  reasons: ReplyReason[]
  judgements: Judgement[]
}

// What somebody may find fault with and still be satisfied.
const softReasons = new Set<ReplyReason>(['environment', 'efficiency', 'procedure'])

/** Weighs level words, praise and complaints against each other. */
export function formOpinion(
  reading: Reading,
  hits: readonly Hit<Entry>[],
  all: readonly Judgement[],
): Opinion {
  const wished = withoutWishes(reading, hits, all)
  // A complaint torn by a comma is one only where nothing is praised: 腿脚不便，民警上门.
  const praised = wished.some((each) => each.tone === 'good' && !each.torn)
  const judgements = wished.filter(
    (each) => !(each.torn && each.tone === 'bad' && each.rating === null && praised),
  )
  const good = judgements.filter((each) => each.tone === 'good' && !each.mocked)
  const bad = judgements.filter((each) => each.tone === 'bad')
  const middling = judgements.filter((each) => each.tone === 'middling')
  const mockeries = hits.filter((hit) => hit.entry.group.idea === 'mockery')
  const mockWeight = greatest(mockeries, (hit) => hit.entry.group.weight ?? 2, 0)
  const rhetorical = hits.some((hit) => hit.entry.group.idea === 'rhetorical')
  const strongBad = bad.filter((each) => each.weight >= 2)
  const isMocked =
    judgements.some((each) => each.mocked) ||
    mockWeight >= 2 ||
    (mockWeight === 1 && bad.length > 0)
  const opinion: Opinion = {
    rating: null,
    tone: 'none',
    byLevel: false,
    isRemark: false,
    mocked: isMocked,
    torn: judgements.some((each) => each.torn && each.rating !== null),
    reasons: reasonsOf(bad),
    judgements,
  }
  const badLevels = bad.filter((each) => each.rating !== null)
  const goodLevels = good.filter((each) => each.rating !== null)
  if (badLevels.length > 0 && isTakenBack(reading, hits, badLevels, goodLevels))
    return { ...opinion, rating: bestOf(goodLevels), tone: 'good', byLevel: true, reasons: [] }
  if (badLevels.length > 0) {
    const last = badLevels[badLevels.length - 1] as Judgement
    // 不是不满意，是很满意: a good level after the bad one only counts where the bad one is taken back.
    const rating = badLevels.some((each) => each.rating === 'very_dissatisfied')
      ? 'very_dissatisfied'
      : last.rating
    return { ...opinion, rating, tone: 'bad', byLevel: true }
  }
  if (goodLevels.length > 0) {
    const turn = closesLetter(reading, goodLevels, judgements)
      ? 'good'
      : turnAt(reading, hits, goodLevels, strongBad)
    if (isMocked || (strongBad.length > 0 && turn === 'none') || (rhetorical && turn !== 'good'))
      return { ...opinion, rating: 'dissatisfied', tone: 'bad', mocked: true }
    const severe = strongBad.some((each) => !isSoft(each))
    if (turn === 'bad' && severe) return { ...opinion, rating: 'dissatisfied', tone: 'bad' }
    return { ...opinion, rating: bestOf(goodLevels), tone: 'good', byLevel: true, reasons: [] }
  }
  if (middling.length > 0) {
    const severe = strongBad.filter((each) => !isSoft(each)).length
    if (mockWeight >= 2 || severe > 1 || (severe > 0 && strongBad.length > 1))
      return { ...opinion, rating: 'dissatisfied', tone: 'bad' }
    return { ...opinion, rating: 'basically_satisfied', tone: 'middling', byLevel: true }
  }
  const asked = judgements.some((each) => each.tone === 'asked')
  // 满意？做梦吧: a question that goes on without praise is no question.
  if (asked && good.length === 0 && goesOn(reading, judgements))
    return { ...opinion, rating: 'dissatisfied', tone: 'bad', mocked: true }
  if (mockWeight >= 2 || (isMocked && (good.length > 0 || bad.length > 0 || judgements.length > 0)))
    return { ...opinion, rating: 'dissatisfied', tone: 'bad', mocked: true }
  if (strongBad.length > 0) return weighComplaints(reading, hits, opinion, good, strongBad)
  if (rhetorical && (good.length === 0 || bad.length > 0))
    return { ...opinion, rating: 'dissatisfied', tone: 'bad' }
  if (good.length > 0 && bad.length === 0 && isIronic(reading, hits, good))
    return { ...opinion, rating: 'dissatisfied', tone: 'bad', mocked: true }
  if (bad.length > 0)
    return good.length > 0
      ? { ...opinion, rating: 'basically_satisfied', tone: 'middling', isRemark: true }
      : { ...opinion, tone: 'bad', isRemark: true }
  if (good.some((each) => each.weight >= 2)) {
    const very = good.some((each) => each.very && each.rule === 'praise')
    return { ...opinion, rating: very ? 'very_satisfied' : 'satisfied', tone: 'good', reasons: [] }
  }
  if (good.length > 0) return { ...opinion, rating: 'satisfied', tone: 'good', reasons: [] }
  return opinion
}

function goesOn(reading: Reading, judgements: readonly Judgement[]): boolean {
  const last = greatest(judgements, (each) => each.end, 0)
  return reading.symbols.length > last && /[\u4e00-\u9fff]/.test(reading.symbols.slice(last + 1))
}

const ironicWords = /真|可真|太|多么|一流|佩服|恭喜|成功|神速|杠杠|好一|得很/
const ironicReach = 4

/** 你们真公正，打人的先走; 找着了，赔的事没人提: praise in single words, and in a clause without any the trouble. */
function isIronic(
  reading: Reading,
  hits: readonly Hit<Entry>[],
  good: readonly Judgement[],
): boolean {
  if (!good.every((each) => each.isWord)) return false
  const parted = hasTurn(hits)
  const gushes = good.some((each) =>
    ironicWords.test(reading.symbols.slice(Math.max(0, each.start - ironicReach), each.end)),
  )
  const { length } = reading.symbols
  const lastPraise = greatest(good, (each) => each.start, 0)
  const praise = reachOf(good, length)
  for (let from = 0, to = 0; from < length; from = to) {
    to = clauseEnd(reading, from)
    if ((praise[to - 1] ?? 0) > from) continue
    // Without gushing, only what follows the praise tells, unless it ends in a mere remark.
    const ends = from >= lastPraise && !parted && !isRemark(reading, from, to)
    if ((gushes || ends) && hasTrouble(reading, from, to)) return true
  }
  return false
}

function isRemark(reading: Reading, from: number, to: number): boolean {
  const clause = reading.symbols.slice(from, to)
  return scopeWords.mildNegations.some((word) => clause.includes(word))
}

function weighComplaints(
  reading: Reading,
  hits: readonly Hit<Entry>[],
  opinion: Opinion,
  good: readonly Judgement[],
  strongBad: readonly Judgement[],
): Opinion {
  const complaint: Opinion = { ...opinion, rating: 'dissatisfied', tone: 'bad' }
  if (good.length === 0) return { ...complaint, isRemark: hasTurn(hits) && strongBad.every(isSoft) }
  const turn = turnAt(reading, hits, good, strongBad)
  if (turn === 'good') return { ...opinion, rating: 'satisfied', tone: 'good', reasons: [] }
  if (turn === 'bad') {
    const soft = strongBad.every(isSoft)
    return soft
      ? { ...opinion, rating: 'basically_satisfied', tone: 'middling', isRemark: true }
      : complaint
  }
  // A long time is told of by the content, too; only gushing praise makes irony of it.
  const gushes = good.some((each) =>
    ironicWords.test(reading.symbols.slice(Math.max(0, each.start - ironicReach), each.end)),
  )
  if (strongBad.every((each) => each.faint) && !gushes)
    return { ...opinion, rating: 'satisfied', tone: 'good', reasons: [] }
  // A letter of praise tells what was wrong before: much praise outweighs one complaint.
  const praised = good.reduce((sum, each) => sum + each.weight, 0)
  const blamed = strongBad.reduce((sum, each) => sum + each.weight, 0)
  return praised >= blamed + 4
    ? { ...opinion, rating: 'satisfied', tone: 'good', reasons: [] }
    : complaint
}

/** Whether a complaint is softened, or about nothing but what a satisfied citizen may remark upon. */
export function isSoft(judgement: Judgement): boolean {
  if (judgement.isMild) return true
  return (
    judgement.reasons.length > 0 && judgement.reasons.every((reason) => softReasons.has(reason))
  )
}

function hasTurn(hits: readonly Hit<Entry>[]): boolean {
  return hits.some((hit) => hit.entry.group.idea === 'contrast')
}

const concessions = new Set(['虽然', '虽说', '尽管', '虽', 'although', '除了', '除', 'except'])
const summaries = /其他|其它|别的|总体|整体|总的|还是|最后|最终|后来|终于|好在|幸好|反正/

/** Which side of a 但是 the praise stands on; `none` where nothing parts praise and complaint. */
function turnAt(
  reading: Reading,
  hits: readonly Hit<Entry>[],
  good: readonly Judgement[],
  bad: readonly Judgement[],
): 'good' | 'bad' | 'none' {
  if (bad.length === 0) return 'good'
  const lastGood = greatest(good, (each) => each.start, -1)
  const lastBad = greatest(bad, (each) => each.start, -1)
  const turns = hits.filter((hit) => hit.entry.group.idea === 'contrast' && isTurn(reading, hit))
  const words = turns.map((hit) => reading.symbols.slice(hit.start, hit.end))
  if (lastGood > lastBad) {
    const parted =
      turns.some((hit) => hit.start <= lastGood) || words.some((word) => concessions.has(word))
    return parted || summaries.test(reading.symbols.slice(lastBad, lastGood + 2)) ? 'good' : 'none'
  }
  return turns.some(
    (hit) => hit.start <= lastBad && !concessions.has(reading.symbols.slice(hit.start, hit.end)),
  )
    ? 'bad'
    : 'none'
}

/** 就是 turns only at the beginning of a clause: 就是不办 insists. */
function isTurn(reading: Reading, hit: Hit<Entry>): boolean {
  const word = reading.symbols.slice(hit.start, hit.end)
  const opens = hit.start === 0 || reading.marks[hit.start] !== 0
  return word === '就是' || word === '可' || word === '但' || word === '除'
    ? opens || word === '但'
    : true
}

/**
 * What is left when hopes and suggestions are set aside, which tell what should be, not what was. A clear
 * complaint in the next clause still counts.
 */
function withoutWishes(
  reading: Reading,
  hits: readonly Hit<Entry>[],
  all: readonly Judgement[],
): readonly Judgement[] {
  const wishes = hits.filter(
    ({ entry: { group } }) => group.idea === 'wish' || group.idea === 'expectation',
  )
  if (wishes.length === 0) return all
  const clauses = clausesOf(reading, mark.pause)
  const sentences = clausesOf(reading, mark.end)
  const inClause = new Map<number, number>()
  const inSentence = new Map<number, number>()
  for (const { start, entry } of wishes.toReversed()) {
    inClause.set(clauses[start] as number, start)
    // 以为要跑几趟，没想到一次办完: what was expected ends with its clause.
    if (entry.group.idea === 'wish') inSentence.set(sentences[start] as number, start)
  }
  return all.filter((each) => {
    const isAfter = (wish: number | undefined): boolean => wish !== undefined && wish <= each.start
    if (isAfter(inClause.get(clauses[each.start] as number))) return false
    const isClear = each.rating !== null || (each.tone === 'bad' && each.weight >= 2)
    return isClear || !isAfter(inSentence.get(sentences[each.start] as number))
  })
}

function bestOf(levels: readonly Judgement[]): Rating {
  return levels.some((each) => each.rating === 'very_satisfied') ? 'very_satisfied' : 'satisfied'
}

function reasonsOf(bad: readonly Judgement[]): ReplyReason[] {
  const clear = bad.filter((each) => !each.faint && each.reasons.length > 0)
  return [...new Set((clear.length > 0 ? clear : bad).flatMap((each) => each.reasons))]
}
