import { Button } from 'antd'
import type { TemplateCheck } from '../../template/check/check.ts'
import type { Finding } from '../../template/check/finding.ts'
import { severityTone, severityWords } from './words.ts'

const fieldWords: Record<Finding['field'], string> = {
  body: '正文',
  signature: '签名',
  scale: '选项',
}

/** What is to be mended, the worst first: place, rule, source and what to do. */
export function Findings({
  check,
  whole,
  body,
  onMend,
}: {
  check: TemplateCheck
  /** Whether it was also tried how our reader takes each option. */
  whole: boolean
  body: string
  /** Null where nothing may be changed any more. */
  onMend: ((change: { body: string }) => void) | null
}) {
  const { findings } = check
  return (
    <section className="sheet" aria-label="检查结果" aria-live="polite" aria-busy={!whole}>
      <h2>
        检查结果
        <span className="quiet">{whole ? '' : '正在试读选项…'}</span>
      </h2>
      {findings.length === 0 ? (
        <p className="ok">没有发现问题</p>
      ) : (
        <ul className="findings">
          {findings.map((finding) => {
            const { rule, severity, field, start, end, says, mend, source, replacement } = finding
            return (
              <li key={`${rule} ${start} ${end} ${says}`}>
                <span className={`pill ${severityTone[severity]}`}>{severityWords[severity]}</span>{' '}
                <b>{says}</b>
                <br />
                {mend}
                <br />
                <span className="quiet">
                  {fieldWords[field]}
                  {field === 'body' && end > start && ` 第 ${start + 1} 字`} · {rule} · 依据{' '}
                  {source}
                </span>
                {replacement !== undefined && field === 'body' && onMend && (
                  <Button
                    size="small"
                    onClick={() =>
                      onMend({ body: body.slice(0, start) + replacement + body.slice(end) })
                    }
                  >
                    {replacement === '' ? '删去' : `改为“${replacement}”`}
                  </Button>
                )}
              </li>
            )
          })}
        </ul>
      )}
    </section>
  )
}
