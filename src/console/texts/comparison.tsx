import { Select } from 'antd'
import { useState } from 'react'
import { ratings } from '../../foundation/rating.ts'
import type { Slot } from '../../template/plan-store.ts'
import { Loaded, Nothing } from '../foundation/parts.tsx'
import { ratingWords } from '../words.ts'
import { useComparison, type Comparison } from './use-texts.ts'

type Interval = NonNullable<Comparison['versions'][number]['response']>
const percent = (share: number) => `${(share * 100).toFixed(1)} %`
const range = ({ value, low, high }: Interval) =>
  `${percent(value)}（${percent(low)} 至 ${percent(high)}）`

/** Whether versions differ, or chance alone may have made it look so. */
export function ComparisonTable({ slot }: { slot: Slot }) {
  const [days, setDays] = useState(28)
  const comparison = useComparison(slot, days)
  return (
    <section className="sheet" aria-label="效果对比">
      <h2>
        效果对比
        <Select
          aria-label="时间范围"
          size="small"
          value={days}
          onChange={setDays}
          options={[7, 28, 92].map((each) => ({ value: each, label: `近 ${each} 天` }))}
        />
      </h2>
      <Loaded query={comparison}>
        {({ versions }) =>
          versions.length === 0 ? (
            <Nothing says="这段时间还没有过了回复期限的短信" />
          ) : (
            <table className="plain">
              <thead>
                <tr>
                  <th scope="col">版本</th>
                  <th scope="col">已发</th>
                  <th scope="col">评价率</th>
                  <th scope="col">不满意率</th>
                  {ratings.map((rating) => (
                    <th key={rating} scope="col">
                      {ratingWords[rating]}
                    </th>
                  ))}
                  <th scope="col">与发得最多的一版相比</th>
                </tr>
              </thead>
              <tbody>
                {versions.map((each) => (
                  <tr key={each.id}>
                    <td>
                      {each.key} 第 {each.version} 版
                    </td>
                    <td>{each.sent}</td>
                    <td>{each.response ? range(each.response) : '—'}</td>
                    <td>{each.dissatisfied ? range(each.dissatisfied) : '—'}</td>
                    {ratings.map((rating) => (
                      <td key={rating}>{each.rated[rating] ?? 0}</td>
                    ))}
                    <td>{each.against ? differences(each.against) : '—'}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
      <p className="quiet">
        括号内为 95 % 区间（Wilson；差值用 Newcombe）。只统计回复期限已过的短信。
      </p>
    </section>
  )
}

function differences({
  response,
  dissatisfied,
}: NonNullable<Comparison['versions'][number]['against']>): string {
  const say = (what: string, difference: Interval | null) => {
    if (!difference) return `${what}：样本不足`
    const points = (share: number) => (share * 100).toFixed(1)
    const unsure = difference.low <= 0 && difference.high >= 0
    const span = `${points(difference.low)} 至 ${points(difference.high)} 个百分点`
    return unsure
      ? `${what}：看不出差别（${span}）`
      : `${what}：${difference.value > 0 ? '高' : '低'}（${span}）`
  }
  return `${say('评价率', response)}；${say('不满意率', dissatisfied)}`
}
