import { Alert, Button, Input } from 'antd'
import type { TextAreaRef } from 'antd/es/input/TextArea'
import { useMemo, useRef, useState } from 'react'
import type { AttemptResult, Finding } from '../../callback/rules.ts'
import { isDissatisfied, type Rating } from '../../foundation/rating.ts'
import type { ApiError } from '../foundation/api.ts'
import { Key, useKeys } from '../foundation/keys.tsx'
import { Choice, type Option } from '../foundation/parts.tsx'
import { findingWords, ratingWords, resultWords } from '../words.ts'
import { CallAgain } from './call-again.tsx'
import { Reasons } from './reasons.tsx'
import { SavedMark } from './saved-mark.tsx'
import type { Case } from './use-desk.ts'
import type { Content, useDraft } from './use-draft.ts'

const withKeys = <Value extends string>(
  words: Record<Value, string>,
  keys: string,
): Option<Value>[] =>
  (Object.entries(words) as [Value, string][]).map(([value, label], index) => ({
    value,
    label,
    key: keys[index]!,
  }))

const results = withKeys<AttemptResult>(resultWords, '12345678')
const findings = withKeys<Finding>(findingWords, 'qwer')
const ratings = withKeys<Rating>(ratingWords, 'zxcvb')
const ratingOrder = Object.keys(ratingWords) as Rating[]
const retried: readonly AttemptResult[] = ['busy', 'no_answer', 'off', 'hung_up']

export type Faults = Partial<
  Record<'result' | 'finding' | 'rating' | 'callAgainAt' | 'note' | 'wish', string>
>

/** What is missing, before the server is asked. */
export function faultsOf(content: Content, findingDue: boolean): Faults {
  if (content.result === null) return { result: '请选择拨打结果' }
  if (content.result === 'reached' && content.finding === null && findingDue)
    return { finding: '接通后请选择核实结论' }
  if (content.result === 'call_later' && content.callAgainAt === null) {
    return { callAgainAt: '请选择群众要求的时间' }
  }
  return {}
}

/** The record of one call. All of it can be done by keys; what is typed is kept at once. */
export function Record({
  of,
  draft,
  disabled,
  submit,
}: {
  of: Case
  draft: ReturnType<typeof useDraft>
  disabled: boolean
  submit: (content: Content) => Promise<void>
}) {
  const { content, change, saving, settle } = draft
  const [faults, setFaults] = useState<Faults>({})
  const [refusal, setRefusal] = useState<string | null>(null)
  const [busy, setBusy] = useState(false)
  const note = useRef<TextAreaRef>(null)
  const wish = useRef<TextAreaRef>(null)
  const { result } = content
  const talked = result === 'reached'
  // Where nobody has complained there is nothing to find, until the citizen does so on the phone.
  const findingDue = of.callback.complaintStands || isDissatisfied(content.rating)

  const record = useMemo(
    () => async () => {
      if (disabled || busy) return
      const found = faultsOf(content, findingDue)
      setFaults(found)
      setRefusal(null)
      if (Object.keys(found).length > 0) return
      setBusy(true)
      try {
        await submit(content)
      } catch (error) {
        const refused = error as ApiError
        if (refused.field) setFaults({ [refused.field]: refused.reason ?? refused.message })
        else setRefusal(refused.message)
      } finally {
        setBusy(false)
      }
    },
    [content, findingDue, disabled, busy, submit],
  )
  const set = useMemo(
    () => (part: Partial<Content>) => {
      setFaults({})
      change(part)
    },
    [change],
  )

  const keys = useMemo(
    () =>
      disabled
        ? []
        : [
            ...results.map(({ key, label, value }) => ({
              key: key!,
              says: `结果：${label}`,
              run: () => set({ result: value, callAgainAt: null }),
            })),
            ...(talked
              ? [
                  ...findings.map(({ key, label, value }) => ({
                    key: key!,
                    says: `结论：${label}`,
                    run: () => set({ finding: value }),
                  })),
                  ...ratings.map(({ key, label, value }) => ({
                    key: key!,
                    says: `重评：${label}`,
                    run: () => set({ rating: value }),
                  })),
                  { key: 'k', says: '写群众诉求', run: () => wish.current?.focus() },
                ]
              : []),
            { key: 'm', says: '写备注', run: () => note.current?.focus() },
            { key: 'ctrl+enter', says: '提交记录', whileTyping: true, run: () => void record() },
            {
              key: 'escape',
              says: '离开输入框',
              whileTyping: true,
              run: () => (document.activeElement as HTMLElement | null)?.blur(),
            },
          ],
    [disabled, talked, set, record],
  )
  useKeys('记录通话', keys)

  const raised =
    talked &&
    content.rating !== null &&
    of.rating !== null &&
    ratingOrder.indexOf(content.rating) < ratingOrder.indexOf(of.rating)

  return (
    <section className="sheet" aria-label="通话记录">
      <h2>记录通话</h2>
      <form
        className="record"
        onSubmit={(event) => {
          event.preventDefault()
          void record()
        }}
      >
        <Choice
          id="result"
          label="拨打结果"
          options={results}
          value={result}
          fault={faults.result}
          onChange={(value) => set({ result: value, callAgainAt: null })}
        />
        {talked && (
          <>
            <Choice
              id="finding"
              label="反映的问题"
              {...(findingDue ? {} : { hint: '没有反映问题可不选' })}
              options={findings}
              value={content.finding}
              fault={faults.finding}
              onChange={(value) => set({ finding: value })}
            />
            <Choice
              id="rating"
              label="重新评价"
              hint="对方不愿评价可不选"
              options={ratings}
              value={content.rating}
              fault={faults.rating}
              onChange={(value) => set({ rating: value })}
            />
            {(raised || content.finding === 'mistaken') && (
              <Alert type="info" showIcon title="误评和调高的评价要由另一人复核后才生效" />
            )}
            <Reasons value={content.reasons} onChange={(reasons) => set({ reasons })} />
            <label>
              <span className="field-label">
                群众诉求 <Key name="k" />
              </span>
              <Input.TextArea
                ref={wish}
                value={content.wish}
                maxLength={2_000}
                rows={1}
                placeholder="希望怎么解决"
                onChange={(event) => set({ wish: event.target.value })}
              />
            </label>
          </>
        )}
        {result !== null && (retried.includes(result) || result === 'call_later') && (
          <CallAgain
            key={result}
            value={content.callAgainAt}
            onChange={(callAgainAt) => set({ callAgainAt })}
            policyAt={of.retryAt[result] ?? null}
            latest={result === 'call_later' ? null : of.lastPossibleRetryAt}
            fault={faults.callAgainAt}
          />
        )}
        <label>
          <span className="field-label">
            {talked ? '核实情况' : '备注'} <Key name="m" />
          </span>
          <Input.TextArea
            ref={note}
            value={content.note}
            maxLength={4_000}
            rows={talked ? 3 : 2}
            placeholder={talked ? '按对方原话记录经过' : ''}
            onChange={(event) => set({ note: event.target.value })}
          />
          {faults.note && <span className="fault">{faults.note}</span>}
        </label>
        {saving.at === 'newer' && (
          <Alert
            type="warning"
            showIcon
            role="alert"
            title="这张记录在另一个窗口中有更新的内容"
            action={
              <>
                <Button size="small" onClick={() => void settle('theirs')}>
                  用另一窗口的
                </Button>{' '}
                <Button size="small" onClick={() => void settle('mine')}>
                  用本窗口的
                </Button>
              </>
            }
          />
        )}
        {refusal && (
          <Alert
            type="error"
            showIcon
            role="alert"
            title={refusal}
            description="您填写的内容都还在。"
          />
        )}
        <div className="record-foot">
          <Button type="primary" size="large" htmlType="submit" loading={busy} disabled={disabled}>
            提交记录 <Key name="ctrl+enter" />
          </Button>
          <SavedMark saving={saving} />
        </div>
      </form>
    </section>
  )
}
