import { useEffect, useRef } from 'react'
import { resultWords } from '../words.ts'
import { useUndo } from './undo.tsx'
import type { CallOnDesk } from './use-call.ts'
import type { Case } from './use-desk.ts'
import type { useDraft } from './use-draft.ts'

/**
 * What a call does to the record: a result that wrote itself down is offered to be undone, and one that a person
 * answered is begun, once, for the agent to go on from.
 */
export function useFollowCall(
  of: Case,
  latest: CallOnDesk | undefined,
  draft: ReturnType<typeof useDraft>,
  held: boolean,
): void {
  const { offer } = useUndo()
  const { id } = of.callback
  const { unsettled } = of
  const wroteItself =
    latest !== undefined && latest.attemptId !== null && latest.result !== 'answered'
  useEffect(() => {
    if (!unsettled || !wroteItself) return
    const more = unsettled.result === 'wrong_number' ? '；如能查到其他号码，请撤销后点“换号码”' : ''
    const says = `通话结果已自动记录：${resultWords[unsettled.result]}${more}`
    offer({ id, says, settleAt: unsettled.settleAt })
  }, [id, unsettled, wroteItself, offer])

  const begun = useRef<string | null>(null)
  const { content, change } = draft
  const answered = held && latest !== undefined && latest.citizenAnsweredAt !== null
  useEffect(() => {
    if (!answered || begun.current === latest.id) return
    begun.current = latest.id
    if (content.result === null) change({ result: 'reached' })
  }, [answered, latest, content.result, change])
}
