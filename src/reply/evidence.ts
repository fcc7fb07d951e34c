import type { Answer, Findings } from './decide.ts'
import { experience } from './experience/experience.ts'
import { weighable } from './experience/grams.ts'
import type { Draft } from './leaning.ts'
import type { Idea } from './lexicon/words.ts'
import type { Rating } from '../foundation/rating.ts'
import type { Evidence } from './verdict.ts'

// A long reply may hit hundreds of patterns; a person reads a few dozen.
const mostEvidence = 40
// How many rows of symbols show what experience goes by.
const mostRows = 4

const alwaysShown = new Set<Idea>(['mockery', 'rhetorical', 'correction'])
const purposes = new Set<Idea>(['opt_out', 'auto_reply', 'wrong_person', 'question'])

/** What a verdict rests on, for the people who see it. */
export function evidenceOf(findings: Findings, answer: Answer, draft: Draft): Evidence[] {
  const { reading, hits, opinion, urgent, scale } = findings
  const found: Evidence[] = []
  const add = (
    rule: string,
    says: string,
    start: number,
    end: number,
    on: Findings['reading'] = reading,
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
  if (draft.learned !== undefined) {
    const says = draft.conflict ? 'conflict' : (draft.rating ?? draft.kind)
    const rows = experience.telling(weighable(reading, []), draft.learned).slice(0, mostRows)
    for (const row of rows) {
      const start = reading.symbols.indexOf(row)
      if (start >= 0) add('experience', says, start, start + row.length)
    }
    if (rows.length === 0) add('experience', says, 0, reading.symbols.length)
  }
  if (found.length === 0 && draft.kind === 'comment_only')
    for (const hit of hits)
      if (hit.entry.group.idea === 'thanks' || hit.entry.group.idea === 'wish')
        add(hit.entry.group.idea, 'comment_only', hit.start, hit.end)
  return found
}
