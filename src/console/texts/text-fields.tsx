import { Input, Select } from 'antd'
import type { TemplateContent } from '../../template/version-store.ts'
import { ScaleField } from './scale-field.tsx'
import { typeWords } from './words.ts'

export interface StandIn {
  value: string
  label: string
}

/** The words of a text, to type. */
export function TextFields({
  content,
  asks,
  standIns,
  onChange,
}: {
  content: TemplateContent
  asks: boolean
  /** Versions that may take over when the provider withdraws this one. */
  standIns: readonly StandIn[]
  onChange: (change: Partial<TemplateContent>) => void
}) {
  return (
    <div className="text-fields">
      <label htmlFor="text-type">类型</label>
      <Select
        id="text-type"
        value={content.type}
        onChange={(type) => onChange({ type })}
        options={Object.entries(typeWords).map(([value, label]) => ({ value, label }))}
      />
      <label htmlFor="text-signature">签名</label>
      <Input
        id="text-signature"
        value={content.signature}
        maxLength={20}
        onChange={({ target }) => onChange({ signature: target.value })}
      />
      <label htmlFor="text-body">正文</label>
      <Input.TextArea
        id="text-body"
        value={content.body}
        style={{ minHeight: '11rem' }}
        onChange={({ target }) => onChange({ body: target.value })}
      />
      {asks && content.scale && (
        <>
          <span>选项</span>
          <ScaleField scale={content.scale} onChange={(scale) => onChange({ scale })} />
        </>
      )}
      <label htmlFor="text-remark">送审说明</label>
      <Input.TextArea
        id="text-remark"
        value={content.remark}
        style={{ minHeight: '4rem' }}
        placeholder="给平台审核员：用在什么场合，附一条完整样例"
        onChange={({ target }) => onChange({ remark: target.value })}
      />
      <label htmlFor="text-fallback">备用版本</label>
      <Select
        id="text-fallback"
        allowClear
        placeholder="本版被平台撤销时由它顶上"
        value={content.fallbackId ?? undefined}
        onChange={(id?: string) => onChange({ fallbackId: id ?? null })}
        options={[...standIns]}
      />
    </div>
  )
}
