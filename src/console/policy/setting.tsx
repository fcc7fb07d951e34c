import { Button, Input, InputNumber, Select, Switch } from 'antd'
import type { ReactNode } from 'react'
import { knownFlags } from '../../survey/flags.ts'
import { useUnits } from '../foundation/use-units.ts'
import { flagWords } from './words.ts'
import type { Kind } from './fields.ts'

/** One value of the policy, to type. Its label is the caller's. */
export function Setting({
  id,
  kind,
  value,
  onChange,
  label,
}: {
  id: string
  kind: Kind
  value: unknown
  onChange: (value: unknown) => void
  label: string
}) {
  switch (kind.type) {
    case 'switch':
      return <Switch id={id} aria-label={label} checked={value === true} onChange={onChange} />
    case 'number': {
      const perUnit = kind.perUnit ?? 1
      return (
        <InputNumber
          id={id}
          aria-label={label}
          min={kind.min ?? 0}
          {...(kind.max === undefined ? {} : { max: kind.max })}
          step={kind.step ?? 1}
          suffix={kind.unit}
          style={{ width: '9rem' }}
          value={typeof value === 'number' ? value / perUnit : null}
          onChange={(typed) =>
            onChange(typed === null ? null : Math.round(typed * perUnit * 1e6) / 1e6)
          }
        />
      )
    }
    case 'money':
      return (
        <InputNumber
          id={id}
          aria-label={label}
          min={0}
          placeholder="不限"
          suffix="元"
          style={{ width: '9rem' }}
          value={typeof value === 'number' ? value : null}
          onChange={(typed) => onChange(typed)}
        />
      )
    case 'percent':
      return (
        <InputNumber
          id={id}
          aria-label={label}
          min={0}
          max={100}
          suffix="%"
          style={{ width: '7rem' }}
          value={typeof value === 'number' ? Math.round(value * 1e6) / 1e4 : null}
          onChange={(typed) => onChange(typed === null ? null : typed / 100)}
        />
      )
    case 'time':
      return (
        <Input
          id={id}
          aria-label={label}
          style={{ width: '6rem' }}
          placeholder="09:00"
          value={typeof value === 'string' ? value : ''}
          onChange={({ target }) => onChange(target.value.trim())}
        />
      )
    case 'days':
      return (
        <Select
          id={id}
          aria-label={label}
          mode="tags"
          open={false}
          suffixIcon={null}
          tokenSeparators={[' ', ',', '，', '、', '\n']}
          placeholder="如 2027-02-06，可一次贴多个"
          style={{ width: '100%' }}
          value={value as string[]}
          onChange={(days: string[]) => onChange(days.map((day) => day.trim()).toSorted())}
        />
      )
    case 'choice':
      return (
        <Select
          id={id}
          aria-label={label}
          style={{ width: '9rem' }}
          value={value}
          onChange={onChange}
          options={[...kind.options]}
        />
      )
    case 'flags':
      return (
        <Select
          id={id}
          aria-label={label}
          mode="multiple"
          style={{ width: '100%' }}
          value={value as string[]}
          onChange={onChange}
          options={knownFlags.map((flag) => ({ value: flag, label: flagWords[flag] }))}
        />
      )
    case 'retry':
      return (
        <Retry
          id={id}
          label={label}
          value={value}
          onChange={onChange}
          orAsNoAnswer={kind.orAsNoAnswer === true}
        />
      )
    case 'text':
      return (
        <Input
          id={id}
          aria-label={label}
          style={{ width: '14rem' }}
          placeholder={kind.placeholder}
          value={typeof value === 'string' ? value : ''}
          onChange={({ target }) => onChange(target.value.trim() || null)}
        />
      )
    case 'units':
      return (
        <OfUnits
          label={label}
          value={value as Record<string, number>}
          onChange={onChange}
          first={1}
          field={(name, share, change) => (
            <InputNumber
              aria-label={`${name} 的抽样比例`}
              min={0}
              max={100}
              suffix="%"
              style={{ width: '7rem' }}
              value={Math.round(share * 1e6) / 1e4}
              onChange={(typed) => change((typed ?? 0) / 100)}
            />
          )}
        />
      )
    case 'unit_texts':
      return (
        <OfUnits
          label={label}
          value={value as Record<string, string>}
          onChange={onChange}
          first=""
          field={(name, text, change) => (
            <Input
              aria-label={`${name} · ${label}`}
              style={{ width: '10rem' }}
              placeholder={kind.placeholder}
              value={text}
              onChange={({ target }) => change(target.value.trim())}
            />
          )}
        />
      )
  }
}

const quarterOfAnHour = 900

function Retry({
  id,
  label,
  value,
  onChange,
  orAsNoAnswer,
}: {
  id: string
  label: string
  value: unknown
  onChange: (value: unknown) => void
  orAsNoAnswer: boolean
}) {
  const timed = typeof value === 'number'
  return (
    <span className="retry">
      <Select
        id={id}
        aria-label={label}
        style={{ width: '8rem' }}
        value={timed ? 'timed' : value === 'half_day' ? 'half_day' : 'same'}
        onChange={(chosen) =>
          onChange({ timed: quarterOfAnHour, half_day: 'half_day', same: null }[chosen])
        }
        options={[
          ...(orAsNoAnswer ? [{ value: 'same' as const, label: '同无人接听' }] : []),
          { value: 'half_day', label: '换个半天再拨' },
          { value: 'timed', label: '过一会再拨' },
        ]}
      />
      {timed && (
        <InputNumber
          aria-label={`${label}多少分钟`}
          min={0}
          suffix="分钟"
          style={{ width: '8rem' }}
          value={value / 60}
          onChange={(minutes) => onChange((minutes ?? 0) * 60)}
        />
      )}
    </span>
  )
}

/** Values of single units, which count for all below them. */
function OfUnits<T>({
  label,
  value: { ...values },
  onChange,
  first,
  field,
}: {
  label: string
  value: Record<string, T>
  onChange: (value: unknown) => void
  /** What a unit that is added begins with. */
  first: T
  field: (unitName: string, value: T, change: (value: T) => void) => ReactNode
}) {
  const units = useUnits()
  return (
    <div role="group" aria-label={label} className="unit-shares">
      {Object.entries(values).map(([code, value]) => (
        <span key={code}>
          {units.nameOf(code)}
          {field(units.nameOf(code), value, (changed) => onChange({ ...values, [code]: changed }))}
          <Button
            size="small"
            aria-label={`去掉 ${units.nameOf(code)}`}
            onClick={() => {
              const { [code]: _, ...others } = values
              onChange(others)
            }}
          >
            去掉
          </Button>
        </span>
      ))}
      <Select
        aria-label="加一个单位"
        placeholder="加一个单位…"
        showSearch={{ optionFilterProp: 'search' }}
        loading={units.isLoading}
        value={null}
        style={{ width: '14rem' }}
        onChange={(code: string) => onChange({ ...values, [code]: first })}
        options={units.choices(false)}
      />
    </div>
  )
}
