import { Button, Select } from 'antd'
import { useMemo, useState } from 'react'
import { templateStateWords } from '../../template/states.ts'
import type { TemplatePurpose } from '../../template/template.ts'
import { Key, useKeys } from '../foundation/keys.tsx'
import { useGo } from '../foundation/leaving.tsx'
import { Loaded, Nothing } from '../foundation/parts.tsx'
import { NewText } from './new-text.tsx'
import { useTexts, type Version } from './use-texts.ts'
import { businessName, purposeWords, stateTone, textPath } from './words.ts'

/** All texts that citizens may get, each with its versions: which are in use, and which want somebody. */
export default function Texts() {
  const texts = useTexts()
  const [purpose, setPurpose] = useState<TemplatePurpose | undefined>()
  const [writing, setWriting] = useState(false)
  const keys = useMemo(() => [{ key: 'n', says: '写新模板', run: () => setWriting(true) }], [])
  useKeys('短信模板', keys)
  return (
    <div className="inner">
      <div className="title-row">
        <h1>短信模板</h1>
        <Select
          aria-label="用途"
          allowClear
          placeholder="全部用途"
          style={{ width: '9rem' }}
          value={purpose}
          onChange={setPurpose}
          options={Object.entries(purposeWords).map(([value, label]) => ({ value, label }))}
        />
        <Button type="primary" size="large" onClick={() => setWriting(true)}>
          写新模板 <Key name="n" />
        </Button>
      </div>
      <section className="sheet" aria-label="模板">
        <Loaded query={texts}>
          {({ versions }) => {
            const shown = versions.filter(
              (each) => purpose === undefined || each.purpose === purpose,
            )
            return shown.length === 0 ? (
              <Nothing says={purpose ? '这一用途还没有模板' : '还没有模板，请写第一个'} />
            ) : (
              <TextTable groups={[...Map.groupBy(shown, ({ key }) => key)]} />
            )
          }}
        </Loaded>
      </section>
      {writing && (
        <NewText versions={texts.data?.versions ?? []} onClose={() => setWriting(false)} />
      )}
    </div>
  )
}

function TextTable({ groups }: { groups: [string, Version[]][] }) {
  const go = useGo()
  return (
    <table className="plain">
      <thead>
        <tr>
          <th scope="col">模板</th>
          <th scope="col">用途</th>
          <th scope="col">业务</th>
          <th scope="col">使用中</th>
          <th scope="col">其他版本</th>
          <th scope="col">
            <span className="out-of-sight">操作</span>
          </th>
        </tr>
      </thead>
      <tbody>
        {groups.map(([key, versions]) => {
          const [latest] = versions
          const active = versions.filter(({ state }) => state === 'active')
          // What is over needs nobody's eye.
          const others = versions.filter(
            ({ state }) => !['active', 'retired', 'deleted'].includes(state),
          )
          return (
            <tr key={key}>
              <td>
                <b>{key}</b>
              </td>
              <td>{purposeWords[latest!.purpose]}</td>
              <td>{businessName(latest!.business)}</td>
              <td>
                {active.length === 0
                  ? '—'
                  : active
                      .map(({ version, weight }) =>
                        active.length > 1 ? `第 ${version} 版（${weight}）` : `第 ${version} 版`,
                      )
                      .join('、')}
              </td>
              <td>
                {others.map(({ id, version, state }) => (
                  <span key={id} className={`pill ${stateTone[state]}`}>
                    第 {version} 版 {templateStateWords[state]}
                  </span>
                ))}
              </td>
              <td style={{ textAlign: 'right' }}>
                <Button aria-label={`打开：${key}`} onClick={() => void go(textPath(key))}>
                  打开
                </Button>
              </td>
            </tr>
          )
        })}
      </tbody>
    </table>
  )
}
