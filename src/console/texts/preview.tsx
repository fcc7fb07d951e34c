import { Select } from 'antd'
import { Fragment, useState } from 'react'
import type { TemplateCheck } from '../../template/check/check.ts'
import type { TemplateDraft } from '../../template/check/finding.ts'
import { countSegments, splitSegments } from '../../template/segments.ts'
import { fillTemplate } from '../../template/template.ts'
import { sayInstant } from '../foundation/clock.ts'
import { useSamples } from './use-texts.ts'

/** The text as it stands on a citizen's phone, filled as a real transaction would, and what it costs at worst. */
export function Preview({
  draft,
  business,
  check,
}: {
  draft: TemplateDraft
  business: string | null
  check: TemplateCheck
}) {
  const { data } = useSamples(business)
  const [chosen, setChosen] = useState(0)
  const samples = data?.samples ?? []
  const sample = samples[chosen] ?? samples[0]
  const params = sample?.params ?? {
    unit: data?.longestUnit || '公安机关',
    business: business ?? '户政',
  }
  const body = fillTemplate(draft, params)
  const { length, segments } = countSegments(draft.signature, body)
  const real = countSegments(
    draft.signature,
    fillTemplate(draft, { ...params, unit: data?.longestUnit || params['unit']! }),
  )
  return (
    <section className="sheet" aria-label="预览">
      <h2>预览</h2>
      {samples.length > 0 && (
        <Select
          aria-label="用哪笔办件填充"
          value={samples.indexOf(sample!)}
          onChange={setChosen}
          style={{ width: '100%' }}
          options={samples.map((each, index) => ({
            value: index,
            label: `${each.phone} · ${each.business} · ${each.unitName} · ${sayInstant(each.completedAt)}`,
          }))}
        />
      )}
      <div className="handset" aria-label="手机上的样子">
        <p>
          {splitSegments(`【${draft.signature}】${body}`).map((segment, index) => (
            // Segments have no identity but their place.
            <Fragment key={index}>
              {index > 0 && <span className="cut" title={`第 ${index + 1} 条从这里起`} />}
              {segment}
            </Fragment>
          ))}
        </p>
      </div>
      <dl className="facts">
        <dt>这一条</dt>
        <dd>
          {length} 字，按 {segments} 条计费{segments > 1 && '（竖线处分条，群众看到的是一条）'}
        </dd>
        <dt>单位名最长时</dt>
        <dd>
          {real.length} 字，按 {real.segments} 条计费
        </dd>
        <dt>变量都取最长</dt>
        <dd className={check.longest.tooLong ? 'bad' : ''}>
          {check.longest.length} 字，按 {check.longest.segments} 条计费
          {check.longest.tooLong && '，超过 500 字'}
        </dd>
      </dl>
      {data && samples.length === 0 && (
        <p className="quiet">近一个月没有{business ?? ''}办件，用最长的单位名填充。</p>
      )}
    </section>
  )
}
