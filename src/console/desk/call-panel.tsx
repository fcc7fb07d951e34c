import { Alert, Button, Input } from 'antd'
import { useState } from 'react'
import type { PhoneView } from '../../telephony/schema.ts'
import type { ApiError } from '../foundation/api.ts'
import { nowMs, timeOf } from '../foundation/clock.ts'
import { Key, useTick } from '../foundation/keys.tsx'
import { callResultWords } from '../words.ts'
import { clock, type CallOnDesk } from './use-call.ts'

/** What stands between this person and a call, or how the call goes: read from a metre away. */
export function CallPanel({
  phone,
  choose,
  call,
  working,
  onHangUp,
  onRecord,
}: {
  phone: PhoneView
  choose: (extension: string | null) => Promise<void>
  call: CallOnDesk | undefined
  working: boolean
  onHangUp: () => void
  onRecord: () => void
}) {
  return (
    <section className="sheet call-panel" aria-label="电话">
      <div role="status" aria-live="polite">
        {call ? <CallState call={call} /> : <span className="quiet">还没有拨打</span>}
      </div>
      {call && call.state !== 'ended' && (
        <Button danger size="large" onClick={onHangUp}>
          挂断 <Key name="f" />
        </Button>
      )}
      {call?.state === 'talking' && call.recordingMode === 'ask' && call.recording === 'none' && (
        <Button onClick={onRecord}>
          群众同意，开始录音 <Key name="y" />
        </Button>
      )}
      {working && <OwnPhone phone={phone} choose={choose} />}
    </section>
  )
}

function CallState({ call }: { call: CallOnDesk }) {
  useTick(500)
  const at = (instant: string | null) => (instant === null ? 0 : nowMs() - Date.parse(instant))
  switch (call.state) {
    case 'requested':
    case 'agent_ringing':
      return (
        <strong className="call-state" data-call={call.state}>
          ① 您的话机正在响铃，请摘机 · {clock(at(call.requestedAt))}
        </strong>
      )
    case 'connecting':
      return (
        <strong className="call-state" data-call={call.state}>
          ② 您已摘机，正在呼叫群众…
        </strong>
      )
    case 'citizen_ringing':
      return (
        <strong className="call-state" data-call={call.state}>
          ② {ringWords[call.heard ?? 'nothing']} · {clock(at(call.citizenDialledAt))}
        </strong>
      )
    case 'talking':
      return (
        <strong className="call-state" data-call={call.state}>
          ③ 通话中 · {clock(at(call.citizenAnsweredAt))}
          {recordingNow[call.recording] && (
            <span className="pill warn">{recordingNow[call.recording]}</span>
          )}
        </strong>
      )
    case 'ending':
      return (
        <strong className="call-state" data-call={call.state}>
          正在挂断…
        </strong>
      )
    case 'ended':
      return (
        <span className="call-state" data-call={call.state} data-result={call.result}>
          <strong>{call.result && callResultWords[call.result]}</strong>{' '}
          <span className="quiet">
            {call.endedAt && timeOf(call.endedAt)}
            {call.seconds !== null && ` · 通话 ${clock(call.seconds * 1000)}`}
            {call.endedBy === 'citizen' && ' · 对方挂机'}
            {call.sipCode !== null && ` · SIP ${call.sipCode}`}
            {call.recording === 'failed' && ' · 没有录音'}
          </span>
        </span>
      )
  }
}

const ringWords = {
  nothing: '正在呼叫群众…',
  progress: '听到语音提示，请留意听',
  ringing: '群众话机正在响铃',
}

const recordingNow: Partial<Record<CallOnDesk['recording'], string>> = {
  notice: '正在播放录音告知',
  running: '录音中',
  failed: '没有录音：提示音播放失败',
}

const phoneFaults: Record<Exclude<PhoneView['state'], 'ready'>, string> = {
  none: '请填写您面前话机的分机号，之后按 D 即可拨打',
  offline: '话机没有注册到交换机：请检查电源、网络和账号，或换一个分机',
  unknown: '交换机上没有这个分机，请核对话机上的分机号',
  exchange_away: '电话交换机暂时连接不上，请稍后再拨，或显示号码手工拨打',
}

function OwnPhone({
  phone,
  choose,
}: {
  phone: PhoneView
  choose: (extension: string | null) => Promise<void>
}) {
  const [typed, setTyped] = useState<string | null>(null)
  const [fault, setFault] = useState<string | null>(null)
  const editing = typed !== null || (phone.state !== 'ready' && phone.state !== 'exchange_away')
  const save = async () => {
    try {
      await choose((typed ?? phone.extension ?? '').trim() || null)
      setTyped(null)
      setFault(null)
    } catch (error) {
      setFault((error as ApiError).message)
    }
  }
  return (
    <div className="own-phone">
      {phone.state !== 'ready' && (
        <Alert type="warning" showIcon role="alert" title={phoneFaults[phone.state]} />
      )}
      {editing ? (
        <form
          onSubmit={(event) => {
            event.preventDefault()
            void save()
          }}
        >
          <Input
            aria-label="分机号"
            placeholder="分机号"
            style={{ width: '8rem' }}
            value={typed ?? phone.extension ?? ''}
            onChange={({ target }) => setTyped(target.value)}
          />
          <Button htmlType="submit">使用这部话机</Button>
          {fault && <Alert type="error" showIcon role="alert" title={fault} />}
        </form>
      ) : (
        <span className="quiet">
          话机 {phone.extension}{' '}
          <Button size="small" onClick={() => setTyped(phone.extension ?? '')}>
            换话机
          </Button>
        </span>
      )}
    </div>
  )
}

/** Recorded calls of a case, to be played; each listening is on record. */
export function Recordings({ id, calls }: { id: string; calls: readonly CallOnDesk[] }) {
  const stored = calls.filter(({ recording }) => recording === 'stored')
  if (stored.length === 0) return null
  return (
    <section className="sheet recordings" aria-label="通话录音">
      {stored.map((call) => (
        <div key={call.id}>
          <span>
            {timeOf(call.requestedAt)} 通话录音
            {call.seconds !== null && `（${clock(call.seconds * 1000)}）`}
          </span>
          {/* What is said in it is in no text. */}
          {/* oxlint-disable-next-line jsx-a11y/media-has-caption */}
          <audio
            controls
            preload="none"
            aria-label={`${timeOf(call.requestedAt)} 通话录音`}
            src={`/api/v1/callbacks/${id}/calls/${call.id}/recording`}
          />
        </div>
      ))}
      <p className="quiet">每次收听都会记入审计</p>
    </section>
  )
}
