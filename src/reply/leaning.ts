import { isDissatisfied, type Rating } from '../foundation/rating.ts'
import type { Findings } from './decide.ts'
import { courtesiesOf } from './experience/courtesies.ts'
import { leaningOf, leanings, type Leaning } from './experience/heads.ts'
import type { Judgement } from './judgements.ts'
import type { Story } from './story.ts'
import type { ReplyKind } from './verdict.ts'

/** A verdict in the making. */
export interface Draft {
  kind: ReplyKind
  rating: Rating | null
  conflict: boolean
  confidence: number
  /** What it rests on: the surer, the less experience may change it. */
  basis:
    | 'form'
    | 'purpose'
    | 'figure'
    | 'level'
    | 'words'
    | 'question'
    | 'stranger'
    | 'courtesy'
    | 'story'
    | 'urgent'
  /** What the figure says where the words say the opposite. */
  figure?: Rating
  /** The story that the rating is taken from, where no word judges. */
  story?: Story
  /** What experience made it lean to, where it overruled the rules. */
  learned?: Leaning
}

// How much more likely, as a logarithm, something else must be before experience overrules the rules.
const trust: Partial<Record<Draft['basis'], number>> = {
  words: 0.5,
  question: 2,
  stranger: 1.5,
  purpose: 3,
  courtesy: 0.5,
  story: 0,
}
// Praise that the rules do not see must be likelier by this much: a missed complaint is the worst.
const caution = 1
// A text this short says too little to experience; a word that judges in it says more.
const fewestSymbols = 4
const fewestBesideWords = 8
const learnedConfidence = 0.5

/** Weighs what the rules made of a reply against what experience makes of it. */
export function lean(draft: Draft, findings: Findings): Draft {
  const { opinion } = findings
  if (draft.basis === 'figure') return weighFigure(draft, findings)
  if (draft.basis === 'level') return weighLevel(draft, findings)
  if (draft.basis === 'urgent') return draft
  const own = trust[draft.basis]
  const fewest = draft.basis === 'words' ? fewestBesideWords : fewestSymbols
  if (own === undefined || !isTold(findings, fewest)) return draft
  const { leaning } = findings.likely()
  const likelihoods = new Map(leanings.map((each) => [each, leaning(each)]))
  if (draft.rating === 'basically_satisfied')
    return leaning('bad') > sureOfWords
      ? { ...drafts.bad, basis: draft.basis, learned: 'bad' }
      : draft
  if (findings.urgent !== null)
    return leaning('bad') > sureOfWords && isDissatisfied(draft.rating)
      ? draft
      : { ...drafts.plain, basis: 'urgent' }
  const ruled = leaningOf(draft.kind, draft.rating, draft.conflict) ?? 'plain'
  // 系统坏了等了会，可人家一直倒水，满意: the level has the last word.
  const isClosed = isDissatisfied(draft.rating) && closesWithLevel(findings)
  const scoreOf = (each: Leaning): number => {
    if (each === ruled) return Math.log(likelihoods.get(each) as number) + (isClosed ? 0 : own)
    return Math.log(likelihoods.get(each) as number) - (each === 'good' && !isClosed ? caution : 0)
  }
  const best = leanings.reduce((a, b) => (scoreOf(b) > scoreOf(a) ? b : a))
  if (best === ruled) return draft
  const level = opinion.judgements.find((each) => each.tone === 'good' && each.rating !== null)
  const learned: Draft = { ...drafts[best], basis: draft.basis, learned: best }
  return best === 'good' && level !== undefined
    ? { ...learned, kind: 'rating', rating: level.rating }
    : learned
}

/** Whether a reply tells enough, in Chinese, for experience to judge. */
function isTold({ reading: { symbols }, hits }: Findings, fewest: number): boolean {
  // Courtesies tell nothing, so that no polite ending makes a story of a word.
  let told = symbols.length
  let from = 0
  for (const { start, end } of courtesiesOf(hits)) {
    told -= Math.max(0, end - Math.max(start, from))
    from = Math.max(from, end)
  }
  return told >= fewest && /[\u4e00-\u9fff]/.test(symbols)
}

// A letter says what it comes to wherever it likes.
const shortestLetter = 60

function closesWithLevel({ opinion: { judgements }, reading: { symbols } }: Findings): boolean {
  const last = judgements.reduce<Judgement | null>(
    (latest, each) => (latest === null || each.start >= latest.start ? each : latest),
    null,
  )
  const closes =
    symbols.length >= shortestLetter ? judgements.find((each) => each.rating !== null) : last
  return closes?.tone === 'good' && closes.rating !== null && !closes.mocked && !closes.torn
}

const plain = { rating: null, conflict: false, confidence: learnedConfidence }
const drafts: Record<Leaning, Omit<Draft, 'basis'>> = {
  bad: { ...plain, kind: 'comment_only', rating: 'dissatisfied' },
  good: { ...plain, kind: 'comment_only', rating: 'satisfied' },
  plain: { ...plain, kind: 'comment_only' },
  question: { ...plain, kind: 'question' },
  stranger: { ...plain, kind: 'wrong_person' },
  auto: { ...plain, kind: 'auto_reply' },
  optOut: { ...plain, kind: 'opt_out' },
}

// A figure and words that contradict it: how sure experience must be of the words.
const sureOfWords = 0.8
// The figure and experience against the words of a lexicon.
const sureOfFigure = 0.93
const fewestWords = 6

/** 1，贼把空调扛走了你们还在问几号楼: a figure, and a story that says the opposite. */
function weighFigure(draft: Draft, { reading, likely, opinion }: Findings): Draft {
  if (reading.symbols.length < fewestWords) return draft
  const { leaning } = likely()
  if (draft.figure !== undefined) {
    // 我说了难听话，人家没计较，给5分: words of blame that blame nobody here.
    const same = isDissatisfied(draft.figure) ? 'bad' : 'good'
    const agrees = leaning(same) > sureOfFigure && !opinion.byLevel && !opinion.mocked
    return agrees
      ? {
          ...draft,
          rating: draft.figure,
          conflict: false,
          confidence: learnedConfidence,
          learned: same,
        }
      : draft
  }
  if (draft.confidence < 0.5 || draft.rating === null) return draft
  const contradicts = isDissatisfied(draft.rating)
    ? leaning('good') > sureOfWords && opinion.tone !== 'bad'
    : draft.rating !== 'basically_satisfied' &&
      leaning('bad') > sureOfWords &&
      opinion.tone !== 'good'
  return contradicts
    ? {
        ...draft,
        rating: null,
        conflict: true,
        confidence: 0.3,
        learned: isDissatisfied(draft.rating) ? 'good' : 'bad',
      }
    : draft
}

const sureOfLevel = 0.9

/** 说满意我自己都不信: a level word that the rest of the text takes back. */
function weighLevel(draft: Draft, { reading, likely, opinion }: Findings): Draft {
  if (draft.rating === null || isDissatisfied(draft.rating)) return draft
  if (draft.rating === 'basically_satisfied' || reading.symbols.length < fewestWords) return draft
  // 不满意是不可能的 is read by its negations better than by its words.
  const denies = opinion.judgements.some((each) =>
    /[不没无非]/.test(reading.symbols.slice(each.start, each.end)),
  )
  if (denies) return draft
  return likely().leaning('bad') > sureOfLevel
    ? { ...draft, rating: 'dissatisfied', confidence: learnedConfidence, learned: 'bad' }
    : draft
}
