import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useMemo, useState } from 'react'
import { useSearchParams } from 'wouter'
import { ratingWords, sayWord } from '../words.ts'
import type { Rating } from '../../foundation/rating.ts'
import type { ApiError } from '../foundation/api.ts'
import { get, post } from '../foundation/api.ts'
import { sayInstant } from '../foundation/clock.ts'
import { Key, useKeys } from '../foundation/keys.tsx'
import { Choice, Deadline, Loaded, Nothing } from '../foundation/parts.tsx'
import { Marked, Why } from '../desk/words-of-citizen.tsx'

interface Waiting {
  replyId: string
  caseId: string | null
  reason: string
  receivedAt: string
  dueAt: string
  kind: string
  rating: Rating | null
  text: string
  evidence: { rule: string; says: string; start: number; end: number }[]
  unitName: string | null
  business: string | null
  item: string | null
  sentText: string | null
  /** What the figures of the text that was sent mean. */
  options: { figure: string; rating: Rating }[]
  earlier: { receivedAt: string; text: string; rating: Rating | null }[]
  /** To choose from, where nobody knows to which case the reply belongs. */
  cases: {
    caseId: string
    unitName: string
    business: string
    item: string | null
    sentAt: string | null
  }[]
}

type Verdict =
  | { kind: 'rating'; rating: Rating }
  | { kind: 'call' | 'opt_out' | 'wrong_person' | 'no_rating' }

const reasonWords: Record<string, string> = {
  urgent: '疑似紧急',
  no_survey: '没有对应的短信',
  ambiguous: '可能对应多条短信',
  conflict: '前后矛盾',
  question: '群众提问',
  unclear: '看不明白',
  low_confidence: '把握不足',
}

const verdicts: readonly { key: string; label: string; verdict: Verdict; needsCase: boolean }[] = [
  ...(Object.entries(ratingWords) as [Rating, string][]).map(([rating, label], index) => ({
    key: String(index + 1),
    label,
    verdict: { kind: 'rating' as const, rating },
    needsCase: true,
  })),
  { key: 'c', label: '打电话问清', verdict: { kind: 'call' }, needsCase: true },
  { key: 'x', label: '不是评价', verdict: { kind: 'no_rating' }, needsCase: false },
  { key: 't', label: '要求退订', verdict: { kind: 'opt_out' }, needsCase: false },
  { key: 'p', label: '不是本人', verdict: { kind: 'wrong_person' }, needsCase: false },
]

/** Replies that no machine may decide: read, press one key, the next one stands there. */
export default function Triage() {
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [params] = useSearchParams()
  const [chosen, setChosen] = useState<string | null>(params.get('reply'))
  const [chosenCase, setChosenCase] = useState<{ replyId: string; caseId: string } | null>(null)
  const triage = useQuery({
    queryKey: ['triage'],
    queryFn: () => get<{ waiting: Waiting[] }>('/api/v1/triage?limit=50'),
    refetchInterval: 30_000,
  })
  const waiting = triage.data?.waiting ?? []
  const at = Math.max(
    0,
    waiting.findIndex(({ replyId }) => replyId === chosen),
  )
  const current = waiting[at]
  const { mutate, isPending } = useMutation({
    mutationFn: ({ replyId, verdict }: { replyId: string; verdict: Verdict }) =>
      post(`/api/v1/triage/${replyId}`, {
        ...verdict,
        ...(chosenCase?.replyId === replyId ? { caseId: chosenCase.caseId } : {}),
      }),
    onSuccess: (_, { replyId }) => {
      setChosen(waiting[at + 1]?.replyId ?? null)
      queries.setQueryData<{ waiting: Waiting[] }>(['triage'], (before) => ({
        waiting: (before?.waiting ?? []).filter((each) => each.replyId !== replyId),
      }))
    },
    onError: (error) => void message.error((error as ApiError).message),
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['triage'] }),
        queries.invalidateQueries({ queryKey: ['callbacks', 'counts'] }),
      ]),
  })
  const hasCase =
    current !== undefined && (current.caseId !== null || chosenCase?.replyId === current.replyId)
  const offered = useMemo(
    () => verdicts.filter(({ needsCase }) => !needsCase || hasCase),
    [hasCase],
  )
  const keys = useMemo(
    () => [
      ...offered.map(({ key, label, verdict }) => ({
        key,
        says: `判为：${label}`,
        run: () => current && !isPending && mutate({ replyId: current.replyId, verdict }),
      })),
      {
        key: 'arrowdown',
        says: '下一条',
        run: () => setChosen(waiting[Math.min(at + 1, waiting.length - 1)]?.replyId ?? null),
      },
      {
        key: 'arrowup',
        says: '上一条',
        run: () => setChosen(waiting[Math.max(at - 1, 0)]?.replyId ?? null),
      },
    ],
    [offered, current, isPending, mutate, waiting, at],
  )
  useKeys('人工判读', keys)
  return (
    <div className="inner">
      <div className="title-row">
        <h1>人工判读</h1>
        <span className="soft">{waiting.length > 0 && `还有 ${waiting.length} 条`}</span>
      </div>
      <Loaded query={triage}>
        {() =>
          !current ? (
            <div className="sheet">
              <Nothing says="没有待判读的回复" />
            </div>
          ) : (
            <div className="two">
              <section className="sheet" aria-label="正在判读的回复" aria-live="polite">
                <h2>
                  <span className={`pill ${current.reason === 'urgent' ? 'bad' : 'warn'}`}>
                    {reasonWords[current.reason] ?? current.reason}
                  </span>
                  <span className="soft">
                    {sayInstant(current.receivedAt)} 收到 · <Deadline dueAt={current.dueAt} />
                  </span>
                </h2>
                <p className="words">
                  <Marked text={current.text} evidence={current.evidence} />
                </p>
                <p className="why">
                  {current.rating && `机器读作 ${ratingWords[current.rating]}；`}
                  <Why text={current.text} evidence={current.evidence} />
                  {current.evidence.length === 0 && `机器读作 ${sayWord(current.kind)}`}
                </p>
                <div className="choices" role="group" aria-label="判为">
                  {offered.map(({ key, label, verdict }) => (
                    <button
                      key={key}
                      type="button"
                      className="choice"
                      disabled={isPending}
                      onClick={() => mutate({ replyId: current.replyId, verdict })}
                    >
                      <Key name={key} />
                      {label}
                    </button>
                  ))}
                </div>
                {current.cases.length > 0 && (
                  <div className="section">
                    <Choice
                      id="case"
                      label="这条回复说的是哪一件"
                      options={current.cases.map((each) => ({
                        value: each.caseId,
                        label: `${each.business} · ${each.item ?? ''} · ${each.unitName}`,
                      }))}
                      value={
                        chosenCase?.replyId === current.replyId ? chosenCase.caseId : current.caseId
                      }
                      onChange={(caseId) => setChosenCase({ replyId: current.replyId, caseId })}
                    />
                  </div>
                )}
                {!hasCase && <p className="quiet">这条回复没有对应的短信，不能记为评价。</p>}
                <div className="section">
                  <p className="quiet">
                    {current.business
                      ? `${current.business} · ${current.item ?? ''} · ${current.unitName ?? ''}`
                      : '没有对应的办件'}
                  </p>
                  {current.sentText && <p className="quiet">发出的短信：{current.sentText}</p>}
                  {current.options.length > 0 && (
                    <p className="quiet">
                      选项：
                      {current.options
                        .map(({ figure, rating }) => `${figure} ${ratingWords[rating]}`)
                        .join('，')}
                    </p>
                  )}
                  {current.earlier.map((each) => (
                    <p key={each.receivedAt} className="quiet">
                      {sayInstant(each.receivedAt)} 还回复过：“{each.text}”
                      {each.rating && `（${ratingWords[each.rating]}）`}
                    </p>
                  ))}
                </div>
              </section>
              <ul className="rows">
                {waiting.map((each, index) => (
                  <li key={each.replyId} className={index === at ? 'chosen' : ''}>
                    <Button
                      type="text"
                      block
                      style={{ height: 'auto', textAlign: 'left', justifyContent: 'start' }}
                      onClick={() => setChosen(each.replyId)}
                      aria-current={index === at}
                    >
                      <span className="one-line">{each.text || '（空白）'}</span>
                    </Button>
                  </li>
                ))}
              </ul>
            </div>
          )
        }
      </Loaded>
    </div>
  )
}
