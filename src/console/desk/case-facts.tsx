import { sayInstant } from '../foundation/clock.ts'
import {
  dispositionWord,
  findingWords,
  ratingWords,
  reasonWords,
  resultWords,
  stateWords,
} from '../words.ts'
import type { ReplyReason } from '../../reply/verdict.ts'
import { sayTalk, type CallOnDesk } from './use-call.ts'
import type { Case } from './use-desk.ts'
import { Replies } from './words-of-citizen.tsx'

/** What happened, what was said, and what was before. */
export function CaseFacts({ of, calls }: { of: Case; calls: readonly CallOnDesk[] }) {
  const { transaction, notes, attempts, earlier } = of
  return (
    <section className="sheet" aria-label="群众的话与办件">
      <h2>群众的话</h2>
      <Replies replies={of.replies} />
      {notes.length > 0 && (
        <div className="section">
          <h3>请示与交接</h3>
          <ul className="history">
            {notes.map((note) => (
              <li key={note.id}>
                <span className={`pill ${note.kind === 'question' ? 'warn' : 'brand'}`}>
                  {{ question: '请示', answer: '答复', handover: '交接' }[note.kind]}
                </span>{' '}
                {note.text}
                <br />
                <span className="quiet">
                  {note.by} · {sayInstant(note.at)}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
      <div className="section">
        <h3>办件</h3>
        <dl className="facts">
          <dt>业务</dt>
          <dd>
            {transaction.business}
            {transaction.item && ` · ${transaction.item}`}
            {transaction.category &&
              transaction.category !== transaction.item &&
              ` · ${transaction.category}`}
          </dd>
          <dt>承办单位</dt>
          <dd>
            {transaction.unitName}
            {transaction.headName && (
              <span className="quiet">（负责人 {transaction.headName}）</span>
            )}
          </dd>
          <dt>民警</dt>
          <dd>
            {transaction.officers.length === 0
              ? '未写'
              : transaction.officers
                  .map(({ code, name }) => `${name ?? '未登记'}（${code}）`)
                  .join('、')}
          </dd>
          <dt>办结</dt>
          <dd>{sayInstant(transaction.completedAt)}</dd>
          <dt>编号</dt>
          <dd className="number">{transaction.externalId}</dd>
        </dl>
        {of.sentText ? (
          <p className="quiet">
            {of.sentAt && `${sayInstant(of.sentAt)} 发出`}
            {of.delivered === true && '，已送达'}
            {of.delivered === false && '，未送达'}：{of.sentText}
          </p>
        ) : (
          <p className="quiet">没有发过短信</p>
        )}
      </div>
      {attempts.length > 0 && (
        <div className="section">
          <h3>已拨打</h3>
          <ul className="history">
            {attempts.map((attempt) => (
              <li key={attempt.ordinal}>
                第 {attempt.ordinal} 次 · {resultWords[attempt.result]}
                {attempt.finding && ` · ${findingWords[attempt.finding]}`}
                {attempt.rating && ` · 重评 ${ratingWords[attempt.rating]}`}
                {attempt.reasons.length > 0 &&
                  ` · ${attempt.reasons.map((reason) => reasonWords[reason as ReplyReason] ?? reason).join('、')}`}
                <br />
                <span className="quiet">
                  {attempt.by} · {sayInstant(attempt.at)}
                  {sayTalk(calls.find(({ attemptId }) => attemptId === attempt.id))}
                  {attempt.wish && ` · 诉求：${attempt.wish}`}
                  {attempt.note && ` · ${attempt.note}`}
                </span>
              </li>
            ))}
          </ul>
        </div>
      )}
      <div className="section">
        <h3>同一群众的其他办件</h3>
        {earlier.length === 0 ? (
          <p className="quiet">没有其他记录</p>
        ) : (
          <ul className="history">
            {earlier.map((row) => (
              <li key={row.externalId}>
                {row.business}
                {row.item && ` · ${row.item}`} · {row.unitName}
                <br />
                <span className="quiet">
                  {sayInstant(row.completedAt)} · {dispositionWord(row.result)}
                  {row.callbackState && ` · 回访${stateWords[row.callbackState]}`}
                </span>
              </li>
            ))}
          </ul>
        )}
      </div>
    </section>
  )
}
