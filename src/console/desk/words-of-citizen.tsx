import type { ReactNode } from 'react'
import { sayInstant } from '../foundation/clock.ts'
import { ratingWords, sayWord } from '../words.ts'
import type { Case } from './use-desk.ts'

type Reply = Pick<Case['replies'][number], 'text' | 'evidence'>

/** The citizen's own words, with what the reader went by underlined. */
export function Marked({ text, evidence }: Reply) {
  const parts: ReactNode[] = []
  let at = 0
  for (const { start, end, says, rule } of evidence.toSorted((a, b) => a.start - b.start)) {
    if (start < at || end > text.length || end <= start) continue
    parts.push(
      text.slice(at, start),
      <mark key={`${start} ${rule}`} title={sayWord(says)}>
        {text.slice(start, end)}
      </mark>,
    )
    at = end
  }
  parts.push(text.slice(at))
  return <>{parts}</>
}

/** One line that says why the reader decided as it did. */
export function Why({ text, evidence }: Reply) {
  if (evidence.length === 0) return null
  const shown = evidence.slice(0, 6)
  return (
    <>
      依据：
      {shown.map(({ start, end, says, rule }, index) => (
        <span key={`${start} ${end} ${rule} ${says}`}>
          {index > 0 && '；'}“{text.slice(start, end)}” → {sayWord(says)}
        </span>
      ))}
    </>
  )
}

export function Replies({ replies }: { replies: Case['replies'] }) {
  if (replies.length === 0) return <p className="quiet">没有收到回复</p>
  return replies.map((reply) => (
    <article key={reply.id} aria-label="群众回复">
      <p className="words">
        <Marked {...reply} />
      </p>
      <p className="why">
        {sayInstant(reply.receivedAt)}
        {reply.rating && <> · 判为{ratingWords[reply.rating]}</>}
        {reply.late && <> · 逾期回复</>}
        {reply.conflict && <> · 前后矛盾</>}
        <br />
        <Why {...reply} />
      </p>
    </article>
  ))
}
