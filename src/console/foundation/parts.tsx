import { Alert, Button, Empty, Skeleton } from 'antd'
import { useRef, type KeyboardEvent, type ReactNode } from 'react'
import type { ApiError } from './api.ts'
import { nowMs, sayInstant, saySpan } from './clock.ts'
import { Key, useTick } from './keys.tsx'

interface Loadable<Data> {
  data: Data | undefined
  error: Error | null
  refetch: () => unknown
}

/** What every screen shows before it has its data, or when it cannot get any. Data that is there stays on screen. */
export function Loaded<Data>({
  query,
  children,
}: {
  query: Loadable<Data>
  children: (data: Data) => ReactNode
}) {
  const { data, error, refetch } = query
  if (data !== undefined) {
    return (
      <>
        {error && <Trouble error={error} retry={refetch} />}
        {children(data)}
      </>
    )
  }
  if (error) return <Trouble error={error} retry={refetch} />
  return <Skeleton active paragraph={{ rows: 8 }} aria-label="正在读取" />
}

export function Trouble({ error, retry }: { error: Error; retry?: () => unknown }) {
  return (
    <Alert
      type="error"
      showIcon
      role="alert"
      title={(error as ApiError).message}
      action={
        retry && (
          <Button size="small" onClick={() => void retry()}>
            重试
          </Button>
        )
      }
    />
  )
}

export function Nothing({ says, children }: { says: string; children?: ReactNode }) {
  return (
    <Empty image={Empty.PRESENTED_IMAGE_SIMPLE} description={says}>
      {children}
    </Empty>
  )
}

/** How urgent a deadline is: over, within two hours, or in good time. */
export function deadlineTone(dueAt: string, soonMs = 2 * 3_600_000): 'bad' | 'warn' | 'ok' {
  const leftMs = Date.parse(dueAt) - nowMs()
  return leftMs <= 0 ? 'bad' : leftMs <= soonMs ? 'warn' : 'ok'
}

/** The clock to a deadline, in words and colour. */
export function Deadline({ dueAt }: { dueAt: string }) {
  useTick(1_000)
  const leftMs = Date.parse(dueAt) - nowMs()
  const words = leftMs <= 0 ? `已超时 ${saySpan(-leftMs)}` : `还剩 ${saySpan(leftMs)}`
  return (
    <span className={`deadline ${deadlineTone(dueAt)}`} title={`期限 ${sayInstant(dueAt)}`}>
      {words}
    </span>
  )
}

export interface Option<Value extends string> {
  value: Value
  label: string
  key?: string
}

/** One of several, big enough to hit, each with its key; arrows move within it. */
export function Choice<Value extends string>({
  label,
  hint,
  options,
  value,
  onChange,
  fault,
  id,
}: {
  label: string
  hint?: string
  options: readonly Option<Value>[]
  value: Value | null
  onChange: (value: Value) => void
  fault?: string | undefined
  id: string
}) {
  const group = useRef<HTMLDivElement>(null)
  const move = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key]
    if (step === undefined) return
    event.preventDefault()
    const at = options.findIndex((option) => option.value === value)
    const next = (at + step + options.length) % options.length
    onChange(options[next]!.value)
    group.current?.querySelectorAll<HTMLElement>('[role=radio]')[next]?.focus()
  }
  return (
    <div>
      <div className="field-label" id={`${id}-label`}>
        {label}
        {hint && <span className="soft">{hint}</span>}
      </div>
      <div
        ref={group}
        id={id}
        role="radiogroup"
        aria-labelledby={`${id}-label`}
        aria-describedby={fault ? `${id}-fault` : undefined}
        className={`choices${fault ? ' faulty' : ''}`}
      >
        {options.map((option, index) => (
          <button
            key={option.value}
            type="button"
            role="radio"
            aria-checked={option.value === value}
            className="choice"
            tabIndex={option.value === value || (value === null && index === 0) ? 0 : -1}
            onKeyDown={move}
            onClick={() => onChange(option.value)}
          >
            {option.key && <Key name={option.key} />}
            {option.label}
          </button>
        ))}
      </div>
      {fault && (
        <div className="fault" id={`${id}-fault`} role="alert">
          {fault}
        </div>
      )}
    </div>
  )
}
