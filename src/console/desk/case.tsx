import { useQuery, useQueryClient } from '@tanstack/react-query'
import { App, Button } from 'antd'
import { useCallback, useEffect, useMemo, useRef, useState } from 'react'
import { useParams } from 'wouter'
import type { ApiError } from '../foundation/api.ts'
import { get, post } from '../foundation/api.ts'
import { sayInstant } from '../foundation/clock.ts'
import { Key, useKeys } from '../foundation/keys.tsx'
import { useGo } from '../foundation/leaving.tsx'
import { Loaded } from '../foundation/parts.tsx'
import { useSession } from '../foundation/session.tsx'
import { findingWords, resultWords } from '../words.ts'
import { CallPanel, Recordings } from './call-panel.tsx'
import { CaseFacts } from './case-facts.tsx'
import { CaseHead } from './case-head.tsx'
import { CaseScript } from './case-script.tsx'
import { Standing } from './case-standing.tsx'
import { HandOver, Question } from './colleagues.tsx'
import { OtherNumber } from './other-number.tsx'
import { Record } from './record.tsx'
import { useFollowCall } from './follow-call.ts'
import { useUndo } from './undo.tsx'
import { useCalls, usePhone } from './use-call.ts'
import { caseKey, useClaim, type Case, type Recorded } from './use-desk.ts'
import { useDraft, type Content } from './use-draft.ts'
import { useLease } from './use-lease.ts'
import { useLeaving } from './use-leaving.tsx'

export default function CasePage() {
  const { id } = useParams<{ id: string }>()
  const queries = useQueryClient()
  const found = useQuery({
    queryKey: caseKey(id),
    queryFn: () => get<Case>(`/api/v1/callbacks/${id}`),
  })
  // A case is read anew each time it is opened: a draft that is out of date must not be built on.
  useEffect(
    () => () => queries.removeQueries({ queryKey: caseKey(id), exact: true }),
    [queries, id],
  )
  return <Loaded query={found}>{(of) => <OpenCase key={id} of={of} />}</Loaded>
}

function OpenCase({ of }: { of: Case }) {
  const { id } = of.callback
  const { staff, clickToCall } = useSession()
  const draft = useDraft(id, of.draft)
  const { offer } = useUndo()
  const queries = useQueryClient()
  const go = useGo()
  const claim = useClaim()
  const { message } = App.useApp()
  const [recorded, setRecorded] = useState(false)
  const [phone, setPhone] = useState<string | null>(null)
  const [dialog, setDialog] = useState<'hand-over' | 'question' | 'number' | null>(null)
  const atWork = of.callback.state === 'claimed' || of.callback.state === 'talking'
  const held = atWork && of.callback.holder?.id === staff.id && of.unsettled === null && !recorded
  const { until, lost, setLost } = useLease(id, held, of.callback.leaseUntil)
  const working = held && lost === null
  const heading = useRef<HTMLHeadingElement>(null)

  useEffect(() => heading.current?.focus({ preventScroll: true }), [])
  // The number leaves no trace: it goes with the lease, and with the screen.
  useEffect(() => {
    if (!working) setPhone(null)
  }, [working])

  const refuse = useCallback(
    (error: ApiError) => {
      if (error.code === 'callback.lease_lost') setLost(error.message)
      void message.error(error.message)
    },
    [message, setLost],
  )
  const { phone: own, choose } = usePhone(clickToCall)
  const { all, latest, open, busy, act } = useCalls(id, clickToCall, refuse)
  useFollowCall(of, latest, draft, held)
  const again = useCallback(() => queries.invalidateQueries({ queryKey: ['callbacks'] }), [queries])
  const reveal = useCallback(async () => {
    try {
      setPhone((await post<{ phone: string }>(`/api/v1/callbacks/${id}/number`)).phone)
      await again()
    } catch (error) {
      refuse(error as ApiError)
    }
  }, [id, refuse, again])
  const take = useCallback(() => {
    claim.mutate(id, {
      onSuccess: () => {
        setLost(null)
        void again()
      },
      onError: (error) => {
        void message.warning((error as ApiError).message)
        void again()
      },
    })
  }, [claim, id, setLost, again, message])
  const giveBack = useCallback(async () => {
    await draft.save()
    try {
      await post(`/api/v1/callbacks/${id}/release`)
    } catch (error) {
      if ((error as ApiError).code !== 'callback.lease_lost') throw error
    }
    await again()
  }, [draft, id, again])

  const { leaveFreely, dialog: leavingDialog } = useLeaving({
    working,
    giveBack,
    keep: draft.save,
    refuse,
  })

  const submit = async (content: Content) => {
    // An undone result finds its draft again as it was submitted.
    await draft.save()
    const answer = await post<Recorded>(`/api/v1/callbacks/${id}/attempts`, {
      ...content,
      result: content.result!,
    }).catch((error: ApiError) => {
      if (error.code === 'callback.lease_lost') setLost(error.message)
      throw error
    })
    setRecorded(true)
    setPhone(null)
    const says = [
      `已记录：${resultWords[content.result!]}`,
      content.finding && findingWords[content.finding],
      answer.notBefore && `${sayInstant(answer.notBefore)} 再拨`,
      answer.awaitsReview && '待复核',
    ]
    if (answer.settleAt) {
      offer({ id, says: says.filter(Boolean).join(' · '), settleAt: answer.settleAt })
    } else void message.success(says.filter(Boolean).join(' · '))
    leaveFreely()
    await go('/work')
    await again()
  }

  const keys = useMemo(
    () =>
      working
        ? [
            ...(open
              ? [{ key: 'f', says: '挂断', run: () => void act('hang-up') }]
              : clickToCall
                ? [{ key: 'd', says: '拨打电话', run: () => void act('call') }]
                : []),
            ...(open?.state === 'talking' && open.recordingMode === 'ask'
              ? [{ key: 'y', says: '群众同意，开始录音', run: () => void act('record') }]
              : []),
            ...(phone === null
              ? [{ key: clickToCall ? 'p' : 'd', says: '显示号码', run: () => void reveal() }]
              : []),
            { key: 'g', says: '交回队列', run: () => void go('/work') },
            { key: 'h', says: '转交同事', run: () => setDialog('hand-over') },
            { key: 'i', says: '请示督办员', run: () => setDialog('question') },
          ]
        : [{ key: 'l', says: '领取这个任务', run: take }],
    [working, phone, clickToCall, open, act, reveal, go, take],
  )
  useKeys('任务', keys)

  return (
    <div className="case">
      <CaseHead
        of={of}
        heading={heading}
        phone={phone}
        until={working ? until : null}
        actions={
          working ? (
            <>
              {clickToCall && !open && (
                <Button type="primary" size="large" loading={busy} onClick={() => void act('call')}>
                  {latest ? '重拨' : '拨打'} <Key name="d" />
                </Button>
              )}
              {phone === null && (
                <Button
                  {...(clickToCall ? {} : { type: 'primary', size: 'large' })}
                  onClick={() => void reveal()}
                >
                  显示号码 <Key name={clickToCall ? 'p' : 'd'} />
                </Button>
              )}
              <Button onClick={() => setDialog('number')}>换号码</Button>
              <Button onClick={() => setDialog('hand-over')}>
                转交 <Key name="h" />
              </Button>
              <Button onClick={() => setDialog('question')}>
                请示 <Key name="i" />
              </Button>
              <Button onClick={() => void go('/work')}>
                离开 <Key name="g" />
              </Button>
            </>
          ) : of.callback.state === 'waiting' || lost ? (
            <Button type="primary" size="large" loading={claim.isPending} onClick={take}>
              {lost ? '重新领取' : '领取'} <Key name="l" />
            </Button>
          ) : null
        }
      />
      {own && (working || latest) && (
        <CallPanel
          phone={own}
          choose={choose}
          call={latest}
          working={working}
          onHangUp={() => void act('hang-up')}
          onRecord={() => void act('record')}
        />
      )}
      <Recordings id={id} calls={all} />
      <Standing of={of} lost={lost} mine={held} />
      <div className="columns">
        <div className="column" tabIndex={0} role="region" aria-label="办件信息">
          <CaseFacts of={of} calls={all} />
        </div>
        <div className="column" tabIndex={0} role="region" aria-label="话术">
          <CaseScript steps={of.script} />
        </div>
        <div className="column">
          <Record of={of} draft={draft} disabled={!working} submit={submit} />
        </div>
      </div>
      {dialog === 'hand-over' && (
        <HandOver
          id={id}
          onClose={() => setDialog(null)}
          onDone={() => {
            leaveFreely()
            setDialog(null)
            void again()
            void go('/work')
          }}
        />
      )}
      {dialog === 'number' && (
        <OtherNumber
          id={id}
          onClose={() => setDialog(null)}
          onDone={() => {
            setDialog(null)
            setPhone(null)
            void again()
          }}
        />
      )}
      {dialog === 'question' && (
        <Question
          id={id}
          onClose={() => setDialog(null)}
          onDone={() => {
            setDialog(null)
            void again()
          }}
        />
      )}
      {leavingDialog}
    </div>
  )
}
