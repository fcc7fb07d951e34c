import { useEffect, useState } from 'react'
import type { TemplateCheck } from '../../template/check/check.ts'
import type { TemplateDraft } from '../../template/check/finding.ts'
import { post } from '../foundation/api.ts'

const restMs = 400

/**
 * The findings of a text while it is typed: at once by the same rules as the server's, and a moment later by the
 * server, which also knows how our reader takes each option. `whole` says that the latter are in.
 */
export function useCheck(
  draft: TemplateDraft,
  local: TemplateCheck,
): { check: TemplateCheck; whole: boolean } {
  const [answer, setAnswer] = useState<{ of: TemplateDraft; check: TemplateCheck } | null>(null)
  useEffect(() => {
    let over = false
    const timer = setTimeout(() => {
      const { purpose, type, signature, body, scale } = draft
      post<TemplateCheck>('/api/v1/templates/check', {
        purpose,
        type,
        signature,
        body,
        scale,
      }).then(
        (check) => over || setAnswer({ of: draft, check }),
        // An empty field is no text that the server would look at; our own findings say so.
        () => {},
      )
    }, restMs)
    return () => {
      over = true
      clearTimeout(timer)
    }
  }, [draft])
  const whole = answer?.of === draft
  return { check: whole ? answer.check : local, whole }
}
