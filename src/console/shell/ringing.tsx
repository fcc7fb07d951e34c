import { Button } from 'antd'
import { useEffect, useMemo, useState } from 'react'
import { timeOf } from '../foundation/clock.ts'
import { Key, useKeys } from '../foundation/keys.tsx'
import { useRinging, useTake, type Ringing as Alarm } from '../triage/use-duty.ts'

const ringEveryMs = 2_500
const title = '回访工作台'

/** Rings on every desk until somebody takes the urgent reply: in colour, in the tab's title, and aloud. */
export function Ringing() {
  const { data } = useRinging()
  const { mutate, isPending } = useTake()
  const first = data?.ringing[0]
  const count = data?.ringing.length ?? 0
  const silent = useRing(count > 0)
  const keys = useMemo(
    () => (first ? [{ key: 'a', says: '接手紧急回复', run: () => mutate(first.replyId) }] : []),
    [first, mutate],
  )
  useKeys('紧急', keys)
  if (!first) return null
  return (
    <div className="ringing" role="alert">
      <span>
        紧急回复 {count} 条，无人接手：“
        {first.text.length > 40 ? `${first.text.slice(0, 40)}…` : first.text}”
      </span>
      <Button loading={isPending} onClick={() => mutate(first.replyId)}>
        接手 <Key name="a" />
      </Button>
      <span className="ladder">{sayLadder(first.ladder)}</span>
      {silent && <span>（浏览器静音中，点一下页面即可响铃）</span>}
    </div>
  )
}

/** Whom the alarm has reached so far, in words. */
function sayLadder({ toldAt, rungs }: Alarm['ladder']): string {
  return [
    ...(toldAt ? [`${timeOf(toldAt)} 已通知值班系统`] : []),
    ...rungs.map(({ at, phones, delivered, failed }) =>
      [
        `${timeOf(at)} 已短信通知 ${phones} 部值班手机`,
        ...(delivered > 0 ? [`${delivered} 部已送达`] : []),
        ...(failed > 0 ? [`${failed} 部未送达`] : []),
      ].join('，'),
    ),
  ].join('；')
}

/** Two tones now and then, and a blinking title; returns whether the browser keeps it silent. */
function useRing(ringing: boolean): boolean {
  const [silent, setSilent] = useState(false)
  useEffect(() => {
    if (!ringing) return
    const sound = new AudioContext()
    let blinking = false
    const ring = () => {
      blinking = !blinking
      document.title = blinking ? '【紧急】有群众求助' : title
      setSilent(sound.state !== 'running')
      // Browsers allow sound only once somebody has touched the page.
      if (sound.state === 'running') tones(sound)
      else void sound.resume().catch(() => {})
    }
    ring()
    const timer = setInterval(ring, ringEveryMs)
    return () => {
      clearInterval(timer)
      document.title = title
      void sound.close()
    }
  }, [ringing])
  return silent
}

function tones(sound: AudioContext): void {
  const loudness = sound.createGain()
  loudness.connect(sound.destination)
  ;[880, 660].forEach((hertz, index) => {
    const from = sound.currentTime + index * 0.35
    const tone = sound.createOscillator()
    tone.frequency.value = hertz
    tone.connect(loudness)
    tone.start(from)
    tone.stop(from + 0.3)
  })
  loudness.gain.setValueAtTime(0.25, sound.currentTime)
}
