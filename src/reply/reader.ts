import type { OptionScale } from '../foundation/rating.ts'
import { entriesOf, lexicons, type Entry } from './entries.ts'
import { readFigures } from './figures.ts'
import { classes } from './lexicon/classes.ts'
import type { Group } from './lexicon/words.ts'
import { readJudgements } from './judgements.ts'
import { compileMatcher, type Hit, type Matcher } from './matcher.ts'
import { normalise, withoutPauses } from './normalise.ts'
import { formOpinion } from './opinion.ts'
import { spellOut } from './pinyin.ts'
import { foldQuantities } from './quantities.ts'
import { withoutQuoted } from './quoted.ts'
import { mark, type Reading } from './reading.ts'
import { mendSlips } from './slips.ts'
import { urgentHit } from './urgency.ts'
import { decide, type Findings } from './decide.ts'
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
  const all = compileMatcher(entries, classes)
  const danger = compileMatcher(entries.filter(isAboutDanger), classes)
  return {
    understand: (text, context) => read(text, context, all, danger),
    isUrgent: (text) => urgentHit(danger.find(toReading(normalise(text)))) !== null,
  }
}

function isAboutDanger(entry: Entry): boolean {
  return entry.group.idea === 'urgent' || entry.group.idea === 'not_urgent'
}

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
  const urgent = own === whole ? urgentHit(hits) : urgentHit(danger.find(toReading(whole)))
  const alarm =
    urgent === null ? null : { ...urgent, reading: own === whole ? reading : toReading(whole) }
  const wasQuoting = own !== whole
  const verdict = decide(findingsOf(reading, hits, context, alarm, wasQuoting))
  if (!isPraise(verdict) || !hasPauses(reading)) return verdict
  // Praise that is none where a comma is left out hangs on the comma: a person decides.
  const unparted = toReading(withoutPauses(own))
  const other = decide(findingsOf(unparted, all.find(unparted), context, alarm, wasQuoting))
  return isPraise(other) ? verdict : doubtful(verdict, other)
}

function findingsOf(
  reading: Reading,
  hits: readonly Hit<Entry>[],
  context: ReplyContext,
  urgent: Findings['urgent'],
  wasQuoting: boolean,
): Findings {
  const relevant = hits.filter((hit) => isFor(hit.entry, context.business))
  return {
    reading,
    hits: relevant,
    figures: readFigures(reading, relevant, context.scale),
    opinion: formOpinion(reading, relevant, readJudgements(reading, relevant)),
    urgent,
    scale: context.scale,
    business: context.business,
    wasQuoting,
  }
}

function isPraise({ rating, evidence }: Verdict): boolean {
  return (
    (rating === 'satisfied' || rating === 'very_satisfied') &&
    !evidence.some(({ rule }) => rule === 'figure')
  )
}

function hasPauses({ symbols, marks }: Reading): boolean {
  for (let at = 1; at < symbols.length; at += 1)
    if (((marks[at] as number) & mark.pause) !== 0) return true
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
