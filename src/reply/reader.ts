import type { OptionScale } from '../foundation/rating.ts'
import { entriesOf, lexicons, type Entry } from './entries.ts'
import { courtesiesOf } from './experience/courtesies.ts'
import { experience } from './experience/experience.ts'
import { weighable } from './experience/grams.ts'
import type { Likelihoods } from './experience/weigh.ts'
import { readFigures } from './figures.ts'
import { classes } from './lexicon/classes.ts'
import type { Group, Idea } from './lexicon/words.ts'
import { readJudgements, type Judgement } from './judgements.ts'
import { compileMatcher, type Hit, type Matcher } from './matcher.ts'
import { normalise, withoutPauses } from './normalise.ts'
import { formOpinion } from './opinion.ts'
import { spellOut } from './pinyin.ts'
import { foldQuantities } from './quantities.ts'
import { outside, questionsOf, type Question } from './question.ts'
import { withoutQuoted } from './quoted.ts'
import { mark, type Reading } from './reading.ts'
import { mendSlips } from './slips.ts'
import { dangerIn } from './urgency.ts'
import { decide, type Alarm, type Findings } from './decide.ts'
import type { Verdict } from './verdict.ts'

/** What the reader knows about the survey that a reply answers. */
export interface ReplyContext {
  /** The figures of the text that was really sent. */
  scale: OptionScale
  /** The business that was surveyed, such as 户政. */
  business?: string
  /** The whole text that was really sent; quoted under an answer, it is no part of the answer. */
  sentText?: string
}

/** Reads replies with one set of lexicons. */
export interface Reader {
  understand(text: string, context: ReplyContext): Verdict
  isUrgent(text: string): boolean
}

/**
 * Builds a reader from the lexicons that come with the program and an administrator's words.
 * Takes a fraction of a second; keep the reader. Throws on a pattern that is not well-formed.
 */
export function compileReader(extraWords: readonly Group[] = []): Reader {
  const entries = entriesOf([...lexicons, ...extraWords])
  const danger = compileMatcher(entries.filter(isAboutDanger), classes)
  let all = extraWords.length > 0 ? compileMatcher(entries, classes) : undefined
  return {
    understand: (text, context) => {
      // The receiving process only looks for danger, and starts sooner without the rest.
      all ??= compileMatcher(entries, classes)
      return read(text, context, all, danger)
    },
    isUrgent: (text) => alarmAlone(toReading(normalise(text)), danger) !== null,
  }
}

const aboutDanger = new Set<Idea>(['urgent', 'not_urgent', 'handled', 'now', 'thanks'])

function isAboutDanger(entry: Entry): boolean {
  return aboutDanger.has(entry.group.idea)
}

// Experience knows no commas: what it is sure of hangs on none.
const surelyGood = 0.9
const longEnough = 24

function read(
  text: string,
  context: ReplyContext,
  all: Matcher<Entry>,
  danger: Matcher<Entry>,
): Verdict {
  const whole = normalise(text)
  const own = withoutQuoted(whole, context.sentText)
  const reading = toReading(own)
  const hits = all.find(reading)
  // Danger is looked for in the whole text, so that the receiving process, which knows no survey, sees the same.
  const isOwn = own === whole
  const likely = likelihoods(reading, hits, context.business)
  const alarm = isOwn ? alarmOf(reading, hits, likely) : alarmAlone(toReading(whole), danger)
  const findings = findingsOf(reading, hits, context, alarm, !isOwn, likely)
  const verdict = decide(findings)
  if (!isPraise(verdict) || !hasPauses(reading)) return verdict
  // Praise that is none where a comma is left out hangs on the comma: a person decides.
  if (reading.symbols.length > longEnough && likely().leaning('good') > surelyGood) return verdict
  const unparted = toReading(withoutPauses(own))
  const others = all.find(unparted)
  const other = decide(
    findingsOf(
      unparted,
      others,
      context,
      alarm,
      !isOwn,
      likelihoods(unparted, others, context.business),
    ),
  )
  return isPraise(other) ? verdict : doubtful(verdict, other)
}

/** Where a reply speaks of danger, read without its survey. */
function alarmAlone(reading: Reading, danger: Matcher<Entry>): Alarm | null {
  const hits = danger.find(reading)
  return alarmOf(reading, hits, likelihoods(reading, hits, undefined))
}

function alarmOf(
  reading: Reading,
  hits: readonly Hit<Entry>[],
  likely: Findings['likely'],
): Alarm | null {
  const span = dangerIn(reading, hits, () => likely().urgent())
  return span === null ? null : { start: span.start, end: span.end, reading }
}

/** What experience makes of a reply; weighed when it is asked for, and once. */
function likelihoods(
  reading: Reading,
  hits: readonly Hit<Entry>[],
  business: string | undefined,
): Findings['likely'] {
  let weighed: Likelihoods | null = null
  return () => (weighed ??= experience.weigh(weighable(reading, courtesiesOf(hits)), business))
}

function findingsOf(
  reading: Reading,
  hits: readonly Hit<Entry>[],
  context: ReplyContext,
  urgent: Findings['urgent'],
  wasQuoting: boolean,
  likely: Findings['likely'],
): Findings {
  const relevant = hits.filter((hit) => isFor(hit.entry, context.business))
  const questions = questionsOf(reading, relevant)
  const judgements = readJudgements(reading, relevant)
  return {
    reading,
    hits: relevant,
    figures: readFigures(reading, relevant, context.scale),
    questions,
    opinion: formOpinion(reading, relevant, said(judgements, questions)),
    urgent,
    scale: context.scale,
    business: context.business,
    wasQuoting,
    likely,
  }
}

/** What a question names is asked about, not judged; a level word in one is an answer all the same. */
function said(
  judgements: readonly Judgement[],
  questions: readonly Question[],
): readonly Judgement[] {
  if (questions.length === 0) return judgements
  const outer = new Set(outside(judgements, questions))
  return judgements.filter((each) => each.rating !== null || outer.has(each))
}

function isPraise({ rating, evidence }: Verdict): boolean {
  return (
    (rating === 'satisfied' || rating === 'very_satisfied') &&
    !evidence.some(({ rule }) => rule === 'figure')
  )
}

function hasPauses({ symbols, marks }: Reading): boolean {
  for (let at = 1; at < symbols.length; at += 1)
    if (((marks[at] as number) & (mark.pause | mark.space)) !== 0) return true
  return false
}

function doubtful(verdict: Verdict, other: Verdict): Verdict {
  return {
    ...verdict,
    kind: 'unclear',
    rating: null,
    confidence: 0.4,
    evidence: [...verdict.evidence, ...other.evidence],
  }
}

function isFor({ group }: Entry, business: string | undefined): boolean {
  return group.business === undefined || group.business === business
}

/** The steps that change what is read, in their order. */
export function toReading(plain: Reading): Reading {
  return foldQuantities(mendSlips(spellOut(plain)))
}

/** The symbols of a reply that experience weighs. */
export function weighedOf(text: string): string {
  const reading = toReading(withoutQuoted(normalise(text), undefined))
  return weighable(reading, courtesiesOf(courtesies.find(reading)))
}

const courtesies = compileMatcher(
  entriesOf(lexicons).filter(({ group }) => group.idea === 'thanks'),
  classes,
)
