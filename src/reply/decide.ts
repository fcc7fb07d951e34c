import { isDissatisfied, type OptionScale, type Rating } from '../foundation/rating.ts'
import type { Entry } from './entries.ts'
import { evidenceOf } from './evidence.ts'
import type { Figure } from './figures.ts'
import type { Likelihoods } from './experience/weigh.ts'
import { lean, type Draft } from './leaning.ts'
import { bothLevels, hanOf, isBlank, isCode, orders } from './forms.ts'
import type { Hit } from './matcher.ts'
import { isSoft, type Opinion } from './opinion.ts'
import type { Question } from './question.ts'
import { mark, type Reading } from './reading.ts'
import type { Idea } from './lexicon/words.ts'
import { refineReasons } from './reasons.ts'
import { greatest, type Span } from './spans.ts'
import { storyOf } from './story.ts'
import type { ReplyKind, Verdict } from './verdict.ts'

/** Everything that the steps found out about a reply. */
export interface Findings {
  reading: Reading
  hits: readonly Hit<Entry>[]
  figures: readonly Figure[]
  questions: readonly Question[]
  opinion: Opinion
  urgent: Alarm | null
  scale: OptionScale
  business: string | undefined
  wasQuoting: boolean
  /** What experience makes of the text; weighed once, and only where it is needed. */
  likely: () => Likelihoods
}

/** Where a reply speaks of danger; the reading is that of the whole reply, the survey's own words included. */
export interface Alarm extends Span {
  reading: Reading
}

/** What the figures come to, once corrections are applied. */
export type Answer =
  | { state: 'none' }
  | { state: 'several'; figures: readonly Figure[] }
  | { state: 'off'; figure: Figure }
  | { state: 'one'; figure: Figure; rating: Rating }

/** Weighs everything that was found. Unknown is never satisfied: what cannot be told has no rating. */
export function decide(findings: Findings): Verdict {
  const answer = answerOf(findings)
  const draft = lean(draftOf(findings, answer), findings)
  const isComplaint = isDissatisfied(draft.rating) || draft.conflict
  const reasons = isComplaint ? refineReasons(findings) : []
  return {
    kind: draft.kind,
    rating: draft.rating,
    reasons,
    urgent: findings.urgent !== null,
    conflict: draft.conflict,
    confidence: draft.confidence,
    evidence: evidenceOf(findings, answer, draft),
  }
}

function draftOf(findings: Findings, answer: Answer): Draft {
  const { reading, hits, opinion, urgent } = findings
  const has = (idea: Idea): boolean => hits.some((hit) => hit.entry.group.idea === idea)
  if (reading.symbols === '') {
    if (findings.wasQuoting) return unrated('unclear', 0.6, 'form')
    return unrated(isBlank(reading) ? 'empty' : 'unclear', 0.9, 'form')
  }
  if (isCode(reading) || orders.test(reading.symbols)) return unrated('unclear', 0.9, 'form')
  const isRated = answer.state === 'one' || opinion.byLevel
  if (has('auto_reply') && !isRated && !has('urgent')) return unrated('auto_reply', 0.95, 'purpose')
  // 退订了还收得到吗, 想恢复咋弄: about leaving, not leaving.
  if (has('opt_out') && findings.questions.length > 0 && /退订[了不]|恢复/.test(reading.symbols))
    return unrated('question', 0.7, 'form')
  if (has('opt_out')) {
    const rating = answer.state === 'one' ? answer.rating : opinion.byLevel ? opinion.rating : null
    return { ...unrated('opt_out', rating === null ? 0.95 : 0.6, 'purpose'), rating }
  }
  if (answer.state === 'several' && findings.questions.length > 0)
    return unrated('question', 0.8, 'form')
  if (answer.state === 'several' && opinion.rating === null) return unrated('unclear', 0.8, 'form')
  if (bothLevels.test(reading.symbols)) return unrated('unclear', 0.9, 'form')
  if (isStranger(findings) && !isRated && opinion.rating === null)
    return unrated('wrong_person', 0.9, 'stranger')
  const asked = questionWeight(findings)
  if (answer.state === 'one') return rated(findings, answer.figure, answer.rating)
  if (answer.state === 'several') return unrated('unclear', 0.5, 'form')
  if (asked >= 3 && !opinion.byLevel && !hasComplaint(opinion))
    return unrated('question', 0.9, 'question')
  if (opinion.byLevel && opinion.torn) return unrated('unclear', 0.4, 'form')
  if (opinion.byLevel)
    return {
      ...unrated('rating', opinion.judgements.length === 1 ? 0.95 : 0.8, 'level'),
      rating: opinion.rating,
    }
  if (has('deferral')) return unrated('comment_only', 0.7, 'form')
  if (urgent !== null && !hasComplaint(opinion)) return unrated('comment_only', 0.5, 'urgent')
  if (opinion.rating !== null && !(asked >= 2 && isWeak(findings))) {
    // A word for the whole is an answer, a complaint about something is a comment.
    const short =
      reading.symbols.length <= (hanOf(reading) === 0 ? 20 : 6) &&
      opinion.judgements.every((each) => each.rule === 'praise' || each.rule === 'complaint')
    const confidence = opinion.tone === 'bad' ? 0.85 : 0.8
    return {
      ...unrated(short ? 'rating' : 'comment_only', confidence, 'words'),
      rating: opinion.rating,
    }
  }
  if (asked >= 2 && !(has('wish') && !endsAsking(reading)))
    return unrated('question', 0.85, 'question')
  if (answer.state === 'off') return unrated('unclear', 0.8, 'form')
  return toldBy(findings, has)
}

/** What is left to read where no word judges, asks or denies: courtesies, and stories. */
function toldBy({ reading, opinion, urgent }: Findings, has: (idea: Idea) => boolean): Draft {
  const story = storyOf(reading)
  // A faint word of blame in a story of trouble is part of the story.
  const isPart = opinion.tone === 'bad' && opinion.reasons.length > 0 && story?.mood === 'bad'
  if (urgent !== null || has('wish') || (opinion.tone !== 'none' && !isPart))
    return unrated('comment_only', 0.8, 'courtesy')
  if (has('thanks') && (story?.mood !== 'good' || story.contents < 2))
    return unrated('comment_only', 0.8, 'courtesy')
  if (has('acknowledgement')) return unrated('unclear', 0.6, 'form')
  if (endsAsking(reading)) return unrated('question', 0.6, 'story')
  if (story !== null) {
    const rating = story.mood === 'bad' ? 'dissatisfied' : 'satisfied'
    return { ...unrated('comment_only', 0.45, 'story'), rating, story }
  }
  return hanOf(reading) >= 4
    ? unrated('comment_only', 0.3, 'story')
    : unrated('unclear', 0.5, 'form')
}

function unrated(kind: ReplyKind, confidence: number, basis: Draft['basis']): Draft {
  return { kind, rating: null, conflict: false, confidence, basis }
}

/** A figure counts unless the words say the opposite: then a person decides. */
function rated(findings: Findings, figure: Figure, rating: Rating): Draft {
  const { opinion, hits } = findings
  const agrees: Draft = {
    ...unrated('rating', opinion.tone === 'none' ? 0.97 : 0.95, 'figure'),
    rating,
  }
  const conflict: Draft = {
    ...unrated('rating', 0.3, 'figure'),
    conflict: true,
    figure: rating,
  }
  const corrects = hits.some(({ entry: { group } }) => group.idea === 'correction')
  if (figure.confirmed || (corrects && !opinion.byLevel)) return { ...agrees, basis: 'form' }
  if (isGood(rating) && opensStory(findings, figure))
    return opinion.tone === 'bad' && opinion.rating !== null
      ? conflict
      : unrated('unclear', 0.4, 'form')
  if (opinion.torn && !isDissatisfied(rating)) return unrated('unclear', 0.4, 'form')
  if (isDissatisfied(rating))
    return opinion.tone === 'good' && opinion.rating !== null ? conflict : agrees
  if (opinion.tone === 'none' && isGood(rating) && tellsOfTrouble(findings, figure.sure ? 2 : 0))
    return conflict
  if (opinion.tone !== 'bad' || opinion.rating === null) return agrees
  if (rating === 'basically_satisfied')
    return opinion.byLevel || isSevere(opinion) ? conflict : { ...agrees, confidence: 0.8 }
  if (opinion.byLevel || opinion.mocked) return conflict
  return isRemark(findings) ? { ...agrees, confidence: 0.75 } : conflict
}

// What is left beside a figure and may be no more than a word of courtesy.
const shortRest = 5

/** 一，张表改了五遍: a character that begins many words, before words that praise nothing. */
function opensStory({ opinion, hits, reading }: Findings, figure: Figure): boolean {
  if (figure.sure || figure.start > 0 || (opinion.rating !== null && opinion.tone !== 'bad'))
    return false
  const parted = new Set<Idea>(['thanks', 'wish', 'contrast'])
  const isParted = hits.some((hit) => parted.has(hit.entry.group.idea))
  return !isParted && reading.symbols.length - figure.end >= shortRest
}

/** 1 前天报的警今天才来，人早没影了: no word judges, and yet it is a complaint. */
function tellsOfTrouble({ reading, hits }: Findings, fewest: number): boolean {
  const isSoftened = hits.some(
    ({ entry: { group } }) => group.idea === 'contrast' || group.idea === 'wish',
  )
  if (isSoftened && fewest > 0) return false
  const story = storyOf(reading)
  return story?.mood === 'bad' && story.troubles >= fewest
}

/** 1，就是停车不方便: a better figure with a mild remark is no conflict. */
function isRemark({ opinion, hits }: Findings): boolean {
  const bad = opinion.judgements.filter((each) => each.tone === 'bad')
  if (!bad.every(isSoft)) return false
  if (bad.every((each) => each.isMild)) return true
  const parted = hits.some(
    (hit) => hit.entry.group.idea === 'contrast' || hit.entry.group.idea === 'wish',
  )
  return parted || bad.length === 1
}

function answerOf({ figures, hits, scale }: Findings): Answer {
  const said = figures.filter((figure) => !figure.withdrawn)
  const apart = said.filter((figure) => !isInLevel(figure, hits))
  const standing = apart.length > 0 ? apart : said
  const confirmed = standing.filter((figure) => figure.confirmed)
  const corrected = hits.some((hit) => hit.entry.group.idea === 'correction')
  let counting = confirmed.length > 0 ? confirmed.slice(-1) : standing
  if (corrected && counting.length > 1) counting = counting.slice(-1)
  const first = counting[0]
  if (first === undefined) return { state: 'none' }
  if (counting.some((figure) => figure.value !== first.value))
    return { state: 'several', figures: counting }
  const rating = scale[first.value]
  return rating === undefined
    ? { state: 'off', figure: first }
    : { state: 'one', figure: first, rating }
}

// 还报什么警, 能办什么证 complain; 报什么警 asks back.
const bitter = '还能才要再谁就当'

function isStranger({ hits, reading }: Findings): boolean {
  return hits.some(
    ({ entry: { group }, start }) =>
      group.idea === 'wrong_person' && !bitter.includes(reading.symbols[start - 1] ?? ' '),
  )
}

/** 1 非常好，五星好评: the five of a level word beside a figure. */
function isInLevel({ start, end }: Figure, hits: readonly Hit<Entry>[]): boolean {
  return hits.some(
    (hit) => hit.entry.group.idea === 'level' && hit.start <= start && hit.end >= end,
  )
}

function questionWeight({ reading, hits, questions }: Findings): number {
  return greatest(
    hits.filter((hit) => hit.entry.group.idea === 'question' && !endsInDegree(reading, hit)),
    (hit) => hit.entry.group.weight ?? 2,
    questions.length === 0 ? 0 : 2,
  )
}

/** 办事这么方便: the 么 of 这么, 那么 and 多么 asks nothing. */
function endsInDegree({ symbols }: Reading, hit: Hit<Entry>): boolean {
  return /[这那多]么$/.test(symbols.slice(hit.start, hit.end))
}

/** Blame of more than one kind that no satisfied citizen would have. */
function isSevere({ judgements }: Opinion): boolean {
  return judgements.filter((each) => each.tone === 'bad' && !isSoft(each)).length > 1
}

function isGood(rating: Rating): boolean {
  return rating === 'satisfied' || rating === 'very_satisfied'
}

function hasComplaint(opinion: Opinion): boolean {
  return opinion.tone === 'bad' && opinion.rating !== null
}

/** Praise inside a question is what is asked for: 请问可以代办吗. One soft word of blame is no complaint either. */
function isWeak({ opinion, hits }: Findings): boolean {
  if (hits.some((hit) => hit.entry.group.idea === 'rhetorical')) return false
  if (opinion.tone !== 'bad') return true
  return false
}

function endsAsking(reading: Reading): boolean {
  const last = reading.symbols[reading.symbols.length - 1] ?? ''
  const closing = reading.marks[reading.symbols.length] as number
  return '吗么呢'.includes(last) || ((closing & mark.question) !== 0 && hanOf(reading) > 0)
}
