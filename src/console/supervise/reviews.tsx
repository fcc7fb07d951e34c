import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useState } from 'react'
import { Link } from 'wouter'
import type { OpenQuestion, WaitingReview } from '../../callback/schema/colleagues.ts'
import { Question } from '../desk/colleagues.tsx'
import type { ApiError } from '../foundation/api.ts'
import { get, post } from '../foundation/api.ts'
import { sayInstant } from '../foundation/clock.ts'
import { Deadline, Loaded, Nothing } from '../foundation/parts.tsx'
import type { Wire } from '../foundation/wire.ts'
import { findingWords, ratingWords } from '../words.ts'

interface Waiting {
  reviews: Wire<WaitingReview>[]
  questions: Wire<OpenQuestion>[]
}

/** What waits for a second person: raised ratings and 误评, and what agents have asked. */
export default function Reviews() {
  const waiting = useQuery({
    queryKey: ['callbacks', 'reviews'],
    queryFn: () => get<Waiting>('/api/v1/callbacks/reviews'),
    refetchInterval: 30_000,
  })
  const queries = useQueryClient()
  const { message } = App.useApp()
  const [answering, setAnswering] = useState<string | null>(null)
  const decide = useMutation({
    mutationFn: ({ id, approve }: { id: string; approve: boolean }) =>
      post(`/api/v1/callbacks/${id}/review`, { approve }),
    onSuccess: (_, { approve }) =>
      void message.success(approve ? '已同意' : '已驳回，首次评价不变'),
    onError: (error) => void message.error((error as ApiError).message),
    onSettled: () => queries.invalidateQueries({ queryKey: ['callbacks'] }),
  })
  return (
    <div className="inner">
      <div className="title-row">
        <h1>复核与请示</h1>
      </div>
      <Loaded query={waiting}>
        {({ reviews, questions }) => (
          <>
            <section className="sheet" aria-label="回访员的请示">
              <h2>
                回访员的请示 <span className="soft">{questions.length} 件</span>
              </h2>
              {questions.length === 0 ? (
                <Nothing says="没有待答复的请示" />
              ) : (
                <ul className="history">
                  {questions.map((question) => (
                    <li key={`${question.id} ${question.at}`} className="review">
                      <div>
                        <p className="words">{question.text}</p>
                        <p className="quiet">
                          {question.by} · {sayInstant(question.at)} · {question.business} ·{' '}
                          {question.item} · {question.unitName} ·{' '}
                          <Deadline dueAt={question.dueAt} />
                        </p>
                      </div>
                      <div className="acts">
                        <Button type="primary" onClick={() => setAnswering(question.id)}>
                          答复
                        </Button>
                        <Link href={`/cases/${question.id}`}>看任务</Link>
                      </div>
                    </li>
                  ))}
                </ul>
              )}
            </section>
            <section className="sheet" aria-label="待复核的评价">
              <h2>
                待复核的评价{' '}
                <span className="soft">{reviews.length} 件，须由提出人以外的人决定</span>
              </h2>
              {reviews.length === 0 ? (
                <Nothing says="没有待复核的评价" />
              ) : (
                <ul className="history">
                  {reviews.map((review) => (
                    <li key={review.id} className="review">
                      <div>
                        <p>
                          <b>
                            {review.rating ? ratingWords[review.rating] : '无评价'} →{' '}
                            {review.proposedRating ? ratingWords[review.proposedRating] : '不改'}
                          </b>{' '}
                          {review.proposedFinding && (
                            <span className="pill warn">
                              {findingWords[review.proposedFinding]}
                            </span>
                          )}
                        </p>
                        {review.replies.map((text) => (
                          <p className="words" key={text}>
                            {text}
                          </p>
                        ))}
                        <p>{review.note ?? '没有写核实情况'}</p>
                        <p className="quiet">
                          {review.proposedBy} 提出 · {sayInstant(review.proposedAt)} ·{' '}
                          {review.business} · {review.item} · {review.unitName}
                        </p>
                      </div>
                      <div className="acts">
                        <Button
                          type="primary"
                          loading={decide.isPending && decide.variables.id === review.id}
                          onClick={() => decide.mutate({ id: review.id, approve: true })}
                        >
                          同意
                        </Button>
                        <Button onClick={() => decide.mutate({ id: review.id, approve: false })}>
                          驳回
                        </Button>
                        <Link href={`/cases/${review.id}`}>看任务</Link>
                      </div>
                    </li>
                  ))}
                </ul>
              )}
            </section>
          </>
        )}
      </Loaded>
      {answering && (
        <Question
          answering
          id={answering}
          onClose={() => setAnswering(null)}
          onDone={() => {
            setAnswering(null)
            void queries.invalidateQueries({ queryKey: ['callbacks'] })
          }}
        />
      )}
    </div>
  )
}
