import { DatePicker } from 'antd'
import dayjs from 'dayjs'
import { useState } from 'react'
import { dayOf, nowMs, sayInstant } from '../foundation/clock.ts'
import { Choice } from '../foundation/parts.tsx'

const minute = 60_000
const morning = '09:30:00+08:00'

interface Time {
  label: string
  at: number
}

function times(): Time[] {
  const now = nowMs()
  const tomorrow = Date.parse(`${dayOf(now + 24 * 60 * minute)}T${morning}`)
  return [
    { label: '30 分钟后', at: now + 30 * minute },
    { label: '1 小时后', at: now + 60 * minute },
    { label: '3 小时后', at: now + 180 * minute },
    { label: '明天上午', at: tomorrow },
  ]
}

/** When to call again: some usual times, the policy's own, or any other. */
export function CallAgain({
  value,
  onChange,
  policyAt,
  latest,
  fault,
}: {
  value: string | null
  onChange: (value: string | null) => void
  /** The time of the policy; null when the citizen asked for one. */
  policyAt: string | null
  latest: string | null
  fault?: string | undefined
}) {
  const [offered] = useState(times)
  const [other, setOther] = useState(false)
  const latestMs = latest === null ? Number.POSITIVE_INFINITY : Date.parse(latest)
  const fitting = offered.filter(({ at }) => at <= latestMs)
  const chosen = other
    ? 'other'
    : value === null
      ? policyAt && 'policy'
      : (fitting.find(({ at }) => new Date(at).toISOString() === value)?.label ?? 'other')
  const options = [
    ...(policyAt ? [{ value: 'policy', label: `按规定 ${sayInstant(policyAt)}` }] : []),
    ...fitting.map(({ label }) => ({ value: label, label })),
    { value: 'other', label: '其他时间…' },
  ]
  return (
    <div>
      <Choice
        id="call-again"
        label="下次拨打"
        hint={latest ? `不晚于 ${sayInstant(latest)}` : '按群众要求的时间'}
        options={options}
        value={chosen}
        fault={fault}
        onChange={(choice) => {
          setOther(choice === 'other')
          if (choice === 'policy') onChange(null)
          const time = fitting.find(({ label }) => label === choice)
          if (time) onChange(new Date(time.at).toISOString())
        }}
      />
      {chosen === 'other' && (
        <DatePicker
          aria-label="下次拨打的日期和时间"
          style={{ marginTop: '0.4rem' }}
          showTime={{ format: 'HH:mm', minuteStep: 5 }}
          format="YYYY-MM-DD HH:mm"
          needConfirm={false}
          value={value ? dayjs(Date.parse(value)) : null}
          onChange={(picked) =>
            // What stands in the field is the bureau's time, whatever zone this machine is in.
            onChange(
              picked
                ? new Date(`${picked.format('YYYY-MM-DDTHH:mm')}:00+08:00`).toISOString()
                : null,
            )
          }
        />
      )}
      {value && <p className="quiet">下次拨打：{sayInstant(value)}</p>}
    </div>
  )
}
