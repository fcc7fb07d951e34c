import { useCallback, useEffect, useRef, useState } from 'react'
import type { Draft, DraftContent } from '../../callback/schema/case.ts'
import { get, put, type ApiError } from '../foundation/api.ts'
import type { Wire } from '../foundation/wire.ts'
import type { Case } from './use-desk.ts'

export type Content = Wire<DraftContent>
export type Saving =
  | { at: 'clean' }
  | { at: 'saving' }
  | { at: 'saved'; savedAt: string }
  | { at: 'failed'; message: string }
  /** Another window has written since: a person chooses. */
  | { at: 'newer' }
  /** The case is no longer at work: nothing is kept any more. */
  | { at: 'over'; message: string }

export const emptyContent: Content = {
  result: null,
  rating: null,
  finding: null,
  reasons: [],
  wish: '',
  note: '',
  callAgainAt: null,
}

const restMs = 700
const againMs = 4_000

/** What is typed about a case: kept on the server a moment after each change, one write at a time. */
export function useDraft(id: string, initial: Wire<Draft> | null) {
  const [content, setContent] = useState<Content>(initial?.content ?? emptyContent)
  const [saving, setSaving] = useState<Saving>(
    initial ? { at: 'saved', savedAt: initial.savedAt } : { at: 'clean' },
  )
  const revision = useRef(initial?.revision ?? 0)
  const latest = useRef(content)
  const stored = useRef(content)
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined)
  const writing = useRef<Promise<void>>(undefined)

  const save = useCallback(async (): Promise<void> => {
    clearTimeout(timer.current)
    await writing.current
    const wanted = latest.current
    if (wanted === stored.current) return
    setSaving({ at: 'saving' })
    const write = async () => {
      try {
        const saved = await put<{ revision: number; savedAt: string }>(
          `/api/v1/callbacks/${id}/draft`,
          { revision: revision.current, content: wanted },
        )
        revision.current = saved.revision
        stored.current = wanted
        setSaving({ at: 'saved', savedAt: saved.savedAt })
      } catch (error) {
        const { code, message } = error as ApiError
        if (code === 'callback.draft_newer') setSaving({ at: 'newer' })
        else if (code === 'record.changed') setSaving({ at: 'over', message })
        else {
          setSaving({ at: 'failed', message })
          timer.current = setTimeout(() => void save(), againMs)
        }
      }
    }
    writing.current = write()
    await writing.current
  }, [id])

  const change = useCallback(
    (part: Partial<Content>) => {
      latest.current = { ...latest.current, ...part }
      setContent(latest.current)
      setSaving((before) =>
        before.at === 'newer' || before.at === 'over' ? before : { at: 'saving' },
      )
      clearTimeout(timer.current)
      timer.current = setTimeout(() => void save(), restMs)
    },
    [save],
  )

  /** Takes the other window's text, or writes this one over it. */
  const settle = useCallback(
    async (keep: 'mine' | 'theirs') => {
      const { draft } = await get<Case>(`/api/v1/callbacks/${id}`)
      revision.current = draft?.revision ?? 0
      if (keep === 'theirs' && draft) {
        latest.current = draft.content
        stored.current = draft.content
        setContent(draft.content)
        setSaving({ at: 'saved', savedAt: draft.savedAt })
      } else await save()
    },
    [id, save],
  )

  useEffect(
    () => () => {
      clearTimeout(timer.current)
      if (latest.current !== stored.current) void save()
    },
    [save],
  )
  useEffect(() => {
    const warn = (event: BeforeUnloadEvent) => {
      if (latest.current !== stored.current) event.preventDefault()
    }
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [])

  return { content, change, saving, save, settle }
}
