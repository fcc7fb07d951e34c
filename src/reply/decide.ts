import { isDissatisfied, type OptionScale, type Rating } from '../foundation/rating.ts'
import type { Entry } from './entries.ts'
import type { Figure } from './figures.ts'
import type { Hit } from './matcher.ts'
import { isSoft, type Opinion } from './opinion.ts'
import { isHan, mark, type Reading } from './reading.ts'
import type { Idea } from './lexicon/words.ts'
import { refineReasons } from './reasons.ts'
import { greatest } from './spans.ts'
import { storyOf, type Story } from './story.ts'
import type { Evidence, ReplyKind, Verdict } from './verdict.ts'

/** Everything that the steps found out about a reply. */
export interface Findings {
  reading: Reading
  hits: readonly Hit<Entry>[]
  figures: readonly Figure[]
  opinion: Opinion
  urgent: (Hit<Entry> & { reading: Reading }) | null
  scale: OptionScale
  business: string | undefined
  wasQuoting: boolean
}

/** What the figures come to, once corrections are applied. */
type Answer =
  | { state: 'none' }
  | { state: 'several'; figures: readonly Figure[] }
  | { state: 'off'; figure: Figure }
  | { state: 'one'; figure: Figure; rating: Rating }

interface Draft {
  kind: ReplyKind
  rating: Rating | null
  conflict: boolean
  confidence: number
  /** The story that the rating is taken from, where no word judges. */
  story?: Story
}

/** Weighs everything that was found. Unknown is never satisfied: what cannot be told has no rating. */
export function decide(findings: Findings): Verdict {
  const answer = answerOf(findings)
  const draft = draftOf(findings, answer)
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
    if (findings.wasQuoting) return unrated('unclear', 0.6)
    return unrated(isBlank(reading) ? 'empty' : 'unclear', 0.9)
  }
  if (isCode(reading)) return unrated('unclear', 0.9)
  const isRated = answer.state === 'one' || opinion.byLevel
  if (has('auto_reply') && !isRated && !has('urgent')) return unrated('auto_reply', 0.95)
  if (has('opt_out')) {
    if (answer.state === 'one')
      return { kind: 'opt_out', rating: answer.rating, conflict: false, confidence: 0.6 }
    if (opinion.byLevel)
      return { kind: 'opt_out', rating: opinion.rating, conflict: false, confidence: 0.6 }
    return unrated('opt_out', 0.95)
  }
  if (answer.state === 'several' && opinion.rating === null) return unrated('unclear', 0.8)
  if (has('wrong_person') && !isRated && !hasComplaint(opinion)) return unrated('wrong_person', 0.9)
  const asked = questionWeight(findings)
  if (answer.state === 'one') return rated(findings, answer.figure, answer.rating)
  if (answer.state === 'several') return unrated('unclear', 0.5)
  if (asked >= 3 && !opinion.byLevel && !hasComplaint(opinion)) return unrated('question', 0.9)
  if (opinion.byLevel && opinion.torn) return unrated('unclear', 0.4)
  if (opinion.byLevel)
    return {
      kind: 'rating',
      rating: opinion.rating,
      conflict: false,
      confidence: opinion.judgements.length === 1 ? 0.95 : 0.8,
    }
  if (has('deferral')) return unrated('comment_only', 0.7)
  if (urgent !== null && !hasComplaint(opinion)) return unrated('comment_only', 0.5)
  if (opinion.rating !== null && !(asked >= 2 && isWeak(findings))) {
    // A word for the whole is an answer, a complaint about something is a comment.
    const short =
      reading.symbols.length <= (hanOf(reading) === 0 ? 20 : 6) &&
      opinion.judgements.every((each) => each.rule === 'praise' || each.rule === 'complaint')
    return {
      kind: short ? 'rating' : 'comment_only',
      rating: opinion.rating,
      conflict: false,
      confidence: opinion.tone === 'bad' ? 0.85 : 0.8,
    }
  }
  if (asked >= 2 && !(has('wish') && !endsAsking(reading))) return unrated('question', 0.85)
  if (answer.state === 'off') return unrated('unclear', 0.8)
  const story = storyOf(reading)
  // A faint word of blame in a story of trouble is part of the story.
  const isPart = opinion.tone === 'bad' && opinion.reasons.length > 0 && story?.mood === 'bad'
  if (urgent !== null || has('wish') || (opinion.tone !== 'none' && !isPart))
    return unrated('comment_only', 0.8)
  if (has('thanks') && (story?.mood !== 'good' || story.contents < 2))
    return unrated('comment_only', 0.8)
  if (has('acknowledgement')) return unrated('unclear', 0.6)
  if (endsAsking(reading)) return unrated('question', 0.6)
  if (story !== null) {
    const rating = story.mood === 'bad' ? 'dissatisfied' : 'satisfied'
    return { kind: 'comment_only', rating, conflict: false, confidence: 0.45, story }
  }
  return hanOf(reading) >= 4 ? unrated('comment_only', 0.3) : unrated('unclear', 0.5)
}

function unrated(kind: ReplyKind, confidence: number): Draft {
  return { kind, rating: null, conflict: false, confidence }
}

/** A figure counts unless the words say the opposite: then a person decides. */
function rated(findings: Findings, figure: Figure, rating: Rating): Draft {
  const { opinion } = findings
  const agrees: Draft = {
    kind: 'rating',
    rating,
    conflict: false,
    confidence: opinion.tone === 'none' ? 0.97 : 0.95,
  }
  const conflict: Draft = { kind: 'rating', rating: null, conflict: true, confidence: 0.3 }
  if (figure.confirmed) return agrees
  if (isGood(rating) && opensStory(findings, figure)) return unrated('unclear', 0.4)
  if (opinion.torn && !isDissatisfied(rating)) return unrated('unclear', 0.4)
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
  const standing = figures.filter((figure) => !figure.withdrawn)
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

function questionWeight({ reading, hits }: Findings): number {
  return greatest(
    hits.filter((hit) => hit.entry.group.idea === 'question' && !endsInDegree(reading, hit)),
    (hit) => hit.entry.group.weight ?? 2,
    0,
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

function hanOf(reading: Reading): number {
  let count = 0
  for (let at = 0; at < reading.symbols.length && count < 10; at += 1)
    if (isHan(reading.symbols.charCodeAt(at))) count += 1
  return count
}

/** Scripts and queries: letters with the signs of a program among them, and no Chinese. */
function isCode(reading: Reading): boolean {
  return (
    hanOf(reading) === 0 &&
    (reading.original.startsWith('=') ||
      (/[<>={}$*\\]/.test(reading.original) && /[a-z]{3}/.test(reading.symbols)))
  )
}

function isBlank(reading: Reading): boolean {
  return (
    ((reading.marks[0] as number) & ~(mark.space | mark.stop)) === 0 &&
    !/[.。．｡…]/.test(reading.original)
  )
}

// A long reply may hit hundreds of patterns; a person reads a few dozen.
const mostEvidence = 40

const alwaysShown = new Set<Idea>(['mockery', 'rhetorical', 'correction'])
const purposes = new Set<Idea>(['opt_out', 'auto_reply', 'wrong_person', 'question'])

function evidenceOf(findings: Findings, answer: Answer, draft: Draft): Evidence[] {
  const { reading, hits, opinion, urgent, scale } = findings
  const found: Evidence[] = []
  const add = (
    rule: string,
    says: string,
    start: number,
    end: number,
    on: Reading = reading,
  ): void => {
    if (found.length < mostEvidence)
      found.push({ rule, says, start: on.starts[start] as number, end: on.ends[end - 1] as number })
  }
  if (urgent !== null) add('urgent', 'urgent', urgent.start, urgent.end, urgent.reading)
  const figures =
    answer.state === 'several' ? answer.figures : answer.state === 'none' ? [] : [answer.figure]
  for (const { value, start, end } of figures)
    add('figure', scale[value] ?? 'off_scale', start, end)
  for (const each of opinion.judgements)
    add(each.rule, each.mocked ? 'mocked' : (each.rating ?? each.tone), each.start, each.end)
  for (const hit of hits) {
    const { idea } = hit.entry.group
    if (alwaysShown.has(idea) || (idea === draft.kind && purposes.has(idea)))
      add(idea, idea, hit.start, hit.end)
  }
  if (draft.story !== undefined)
    add('story', draft.rating as Rating, draft.story.start, draft.story.end)
  if (found.length === 0 && draft.kind === 'comment_only')
    for (const hit of hits)
      if (hit.entry.group.idea === 'thanks' || hit.entry.group.idea === 'wish')
        add(hit.entry.group.idea, 'comment_only', hit.start, hit.end)
  return found
}
