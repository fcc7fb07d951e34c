import type { ReactNode, RefObject } from 'react'
import { sayInstant, timeOf } from '../foundation/clock.ts'
import { Deadline } from '../foundation/parts.tsx'
import { ratingWords } from '../words.ts'
import { OriginPill } from './rows.tsx'
import type { Case } from './use-desk.ts'

/** Who, which number, and how long there is: what is read first, and from a metre away. */
export function CaseHead({
  of,
  heading,
  phone,
  until,
  actions,
}: {
  of: Case
  heading: RefObject<HTMLHeadingElement | null>
  phone: string | null
  until: string | null
  actions: ReactNode
}) {
  const { callback, citizen } = of
  return (
    <header className="sheet case-head">
      <div>
        <h1 className="citizen" ref={heading} tabIndex={-1}>
          {citizen.name ?? '未登记姓名'}
        </h1>
        {callback.origin !== 'dissatisfied' && <OriginPill origin={callback.origin} />}{' '}
        {of.rating && <span className="pill warn">首次评价 {ratingWords[of.rating]}</span>}{' '}
        <span className="quiet">
          第 {callback.attempts + 1} 次拨打（上限 {callback.attemptLimit} 次）
        </span>
      </div>
      <div className="phone" aria-live="polite" data-whole={phone !== null}>
        {phone ? spaced(phone) : (citizen.phone ?? '没有号码')}
        {citizen.otherNumber && <span className="pill">另查号码</span>}
      </div>
      {actions}
      <div className="clock">
        <Deadline dueAt={callback.dueAt} />
        <br />
        <span className="quiet">
          期限 {sayInstant(callback.dueAt)}
          {callback.dueProvisional && '（暂定，放假安排公布后重算）'}
          {until && <> · 占用至 {timeOf(until)}</>}
        </span>
      </div>
    </header>
  )
}

/** A mobile number in the groups in which people dial it. */
function spaced(phone: string): string {
  return /^1\d{10}$/.test(phone)
    ? `${phone.slice(0, 3)} ${phone.slice(3, 7)} ${phone.slice(7)}`
    : phone
}
