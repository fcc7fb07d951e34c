import type { DryRunResult } from '../../survey/dry-run/rules.ts'
import { useUnits } from '../foundation/use-units.ts'
import { Nothing } from '../foundation/parts.tsx'
import { reasonWords } from './words.ts'
import type { DryRunAnswer } from './use-dry-run.ts'

const whole = (count: number) => count.toLocaleString('zh-CN')
const unitsShown = 10

/** What a dry run found, beside what really happened. */
export function DryRunFigures({
  result,
  real,
}: {
  result: DryRunResult
  real: NonNullable<DryRunAnswer['real']>
}) {
  const units = useUnits()
  if (result.transactions === 0) return <Nothing says="这段时间没有办件" />
  const reasons = [
    ...new Set([...Object.keys(result.suppressed), ...Object.keys(real.suppressed)]),
  ] as (keyof typeof reasonWords)[]
  const byUnit = result.byUnit.toSorted((a, b) => b.transactions - a.transactions)
  return (
    <div aria-live="polite" className="dry-run">
      <div className="tiles">
        <Tile says="办件" count={whole(result.transactions)} />
        <Tile
          says="会发短信"
          count={whole(result.surveyed)}
          beside={`实际 ${whole(real.surveyed)}`}
        />
        <Tile says="计费条数" count={whole(result.segments)} />
        <Tile
          says="费用"
          count={`${result.yuan.toLocaleString('zh-CN', { maximumFractionDigits: 2 })} 元`}
        />
      </div>
      <div className="grid-2">
        <table className="plain" aria-label="不发送的原因">
          <thead>
            <tr>
              <th scope="col">不发送的原因</th>
              <th scope="col">试算</th>
              <th scope="col">实际</th>
            </tr>
          </thead>
          <tbody>
            {reasons.map((reason) => (
              <tr key={reason}>
                <td>{reasonWords[reason] ?? reason}</td>
                <td>{whole(result.suppressed[reason] ?? 0)}</td>
                <td>{whole(real.suppressed[reason] ?? 0)}</td>
              </tr>
            ))}
          </tbody>
        </table>
        <div>
          <table className="plain" aria-label="按业务">
            <thead>
              <tr>
                <th scope="col">业务</th>
                <th scope="col">办件</th>
                <th scope="col">发短信</th>
                <th scope="col">条数</th>
              </tr>
            </thead>
            <tbody>
              {result.byBusiness.map((each) => (
                <tr key={each.business}>
                  <td>{each.business}</td>
                  <td>{whole(each.transactions)}</td>
                  <td>{whole(each.surveyed)}</td>
                  <td>{whole(each.segments)}</td>
                </tr>
              ))}
            </tbody>
          </table>
          <table className="plain" aria-label="按模板">
            <thead>
              <tr>
                <th scope="col">模板</th>
                <th scope="col">发短信</th>
                <th scope="col">条数</th>
              </tr>
            </thead>
            <tbody>
              {result.byText.map((each) => (
                <tr key={each.id}>
                  <td>
                    {each.key} 第 {each.version} 版
                  </td>
                  <td>{whole(each.surveyed)}</td>
                  <td>{whole(each.segments)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
      <table className="plain" aria-label="按单位">
        <thead>
          <tr>
            <th scope="col">
              办件最多的单位
              {byUnit.length > unitsShown && `（前 ${unitsShown} 个，共 ${byUnit.length} 个）`}
            </th>
            <th scope="col">办件</th>
            <th scope="col">发短信</th>
          </tr>
        </thead>
        <tbody>
          {byUnit.slice(0, unitsShown).map((each) => (
            <tr key={each.unitCode}>
              <td>{units.nameOf(each.unitCode)}</td>
              <td>{whole(each.transactions)}</td>
              <td>{whole(each.surveyed)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {result.longest && (
        <p>
          最长的一条：{result.longest.length} 字，{result.longest.segments} 条
          <br />
          <span className="quiet">{result.longest.text}</span>
        </p>
      )}
    </div>
  )
}

function Tile({ says, count, beside }: { says: string; count: string; beside?: string }) {
  return (
    <div className="tile">
      {says}
      <b>{count}</b>
      {beside && <span className="quiet">{beside}</span>}
    </div>
  )
}
