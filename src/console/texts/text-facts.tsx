import { Select } from 'antd'
import type { TemplateContent } from '../../template/version-store.ts'
import { ratingWords } from '../words.ts'
import type { StandIn } from './text-fields.tsx'
import { typeWords } from './words.ts'

/** The words of a text that can no longer be changed, to read; who takes its place can. */
export function TextFacts({
  content,
  standIns,
  onFallback,
}: {
  content: TemplateContent
  standIns: readonly StandIn[]
  /** Who takes over may be named at any time. */
  onFallback: (id: string | null) => void
}) {
  const { type, signature, body, scale, remark, fallbackId } = content
  return (
    <dl className="facts">
      <dt>类型</dt>
      <dd>{typeWords[type]}</dd>
      <dt>签名</dt>
      <dd>{signature}</dd>
      <dt>正文</dt>
      <dd>{body}</dd>
      {scale && (
        <>
          <dt>选项</dt>
          <dd>
            {Object.entries(scale)
              .map(([figure, rating]) => `${figure} ${ratingWords[rating]}`)
              .join('，')}
          </dd>
        </>
      )}
      <dt>送审说明</dt>
      <dd>{remark || '—'}</dd>
      <dt>备用版本</dt>
      <dd>
        <Select
          aria-label="备用版本"
          allowClear
          placeholder="本版被平台撤销时由它顶上"
          style={{ width: '16rem' }}
          value={fallbackId ?? undefined}
          onChange={(id?: string) => onFallback(id ?? null)}
          options={[...standIns]}
        />
      </dd>
    </dl>
  )
}
